"""Pages of the sharing-responsibility list: all departments with their link rate, and one department's list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huitong.apps.accounts.selectors import organisation_by_code, require_official
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.responsibilities import DepartmentLine, department_lines, items_of_department, total_of
from huitong.apps.declared import in_language
from huitong.apps.labels import label
from huitong.apps.paging import Page, bounded
from huitong.apps.tables import Cell, Column, Empty, Listing, Part, Wanted, listing_page, plain_table, state_cell


def responsibilities(request: HttpRequest) -> HttpResponseBase:
    """List the departments with what they share and how much of it is linked."""
    require_official(request.user)

    def fetch(wanted: Wanted, number: int, size: int) -> Page[DepartmentLine]:
        lines = department_lines(request.user, order=wanted.order)
        number, size = bounded(number, size, len(lines))
        return Page(lines[(number - 1) * size : number * size], len(lines), number, size)

    context = {"total": total_of(department_lines(request.user))}
    return listing_page(request, "catalog/responsibilities.html", _listing(), fetch, context)


def _listing() -> Listing[DepartmentLine]:
    return Listing(
        name="responsibilities",
        title=_("共享责任清单"),
        columns=(
            Column("title", _("部门"), head=True, parts=(Part(_("部门代码")),)),
            Column("items", pgettext_lazy("count", "目录"), "number", sorts=True),
            Column("unconditional", _("无条件共享"), "number"),
            Column("conditional", _("有条件共享"), "number"),
            Column("withheld", _("不予共享"), "number"),
            Column("open", _("向社会开放"), "number"),
            Column("linked", _("已挂接"), "number", sorts=True),
            Column("rate", _("挂接比例"), sorts=True, term="link rate", form="0.0%"),
        ),
        cells=_cells,
        empty=Empty(_("还没有部门发布目录"), icon="list-details"),
        order="title",
    )


def _cells(line: DepartmentLine) -> tuple[Cell, ...]:
    def items(**wanted: str) -> str:
        return f"{reverse('catalog:items')}?{urlencode({'provider': line.code, **wanted})}"

    return (
        Cell(line.title, href=reverse("catalog:responsibility", args=[line.code]), parts=(line.code,)),
        Cell(line.items, href=items()),
        Cell(line.unconditional, href=items(sharing_type="unconditional")),
        Cell(line.conditional, href=items(sharing_type="conditional")),
        Cell(line.withheld, href=items(sharing_type="none")),
        Cell(line.open, href=items(open_to_public="yes")),
        Cell(line.linked),
        Cell(f"{line.rate:.1%}", tone="warn" if line.rate < 0.8 else "", exact=line.rate),
    )


def responsibility(request: HttpRequest, code: str) -> HttpResponse:
    """Show one department's list, ready to be printed and signed."""
    require_official(request.user)
    organisation = organisation_by_code(code)
    rows = items_of_department(request.user, organisation)
    columns = (
        Column("number", _("序号"), "number"),
        Column("title", _("目录名称"), head=True),
        Column("sharing_type", _("共享类型"), "badge", term="sharing type"),
        Column("condition", _("共享条件或依据")),
        Column("method", _("共享方式")),
        Column("cycle", _("更新周期")),
        Column("system", _("所属系统")),
        Column("link_state", _("挂接情况"), "badge", term="link"),
    )
    cells = [_item_cells(number, row) for number, row in enumerate(rows, 1)]
    every = reverse("catalog:responsibilities")
    empty = Empty(_("这个部门还没有发布目录"), "", every, _("看各部门的清单"), icon="list-details")
    linked = sum(1 for row in rows if row.link_state != CatalogItem.LinkState.NONE)
    context = {
        "organisation": organisation,
        "table": plain_table(_("共享责任清单"), columns, cells, empty),
        "items": len(rows),
        "linked": linked,
    }
    return render(request, "catalog/responsibility.html", context)


def _item_cells(number: int, row: CatalogItem) -> tuple[Cell, ...]:
    spec = row.as_spec()
    return (
        Cell(number),
        Cell(row.shown_title, href=reverse("catalog:item", args=[row.code]), note=row.resource_code or row.code),
        state_cell("sharing_type", row.sharing_type),
        Cell(
            in_language(
                spec.sharing_basis or spec.sharing_condition,
                spec.sharing_basis_en if spec.sharing_basis else spec.sharing_condition_en,
            )
        ),
        Cell(label("sharing_method", row.sharing_method).text),
        Cell(label("update_cycle", row.update_cycle).text),
        Cell(row.system.shown_title if row.system else ""),
        state_cell("link_state", row.link_state),
    )
