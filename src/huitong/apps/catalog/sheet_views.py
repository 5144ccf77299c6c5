"""Excel in the guide's layout: download the template or the catalog, upload a workbook."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_official
from huitong.apps.catalog.compile_forms import ImportForm
from huitong.apps.catalog.compile_views import require_compiler
from huitong.apps.catalog.importing import ImportReport, LeftAlone, import_items
from huitong.apps.catalog.models import CatalogItem, ItemDraft
from huitong.apps.catalog.selectors import draft_address
from huitong.apps.catalog.sheet_writing import workbook_of
from huitong.apps.downloads import download_headers
from huitong.apps.tables import Cell, Column, Empty, Table, plain_table
from huitong.foundation.errors import Terminal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def template(request: HttpRequest) -> HttpResponse:
    """Give an empty sheet with the guide's headings."""
    require_official(request.user)
    return workbook_response(workbook_of(()), "政务信息资源目录模板.xlsx")


def export(request: HttpRequest) -> HttpResponse:
    """Give the catalog, or a department's part of it (``?provider=``), in the guide's layout."""
    require_official(request.user)
    rows = CatalogItem.objects.visible_to(request.user).current().order_by("code")
    if request.GET.get("provider"):
        rows = rows.filter(provider__code=request.GET["provider"])
    content = workbook_of(row.as_spec() for row in rows.iterator())
    return workbook_response(content, f"政务信息资源目录-{timezone.localdate().isoformat()}.xlsx")


def workbook_response(content: bytes, name: str) -> HttpResponse:
    """Return a workbook as a download."""
    return HttpResponse(content, content_type=XLSX, headers=download_headers(name))


def upload(request: HttpRequest) -> HttpResponse:
    """Read a workbook into drafts, and show cell by cell what was not understood."""
    user = require_compiler(request.user)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        try:
            report = import_items(user, content=form.cleaned_data["file"].read())
        except Terminal as error:
            form.refuse(error)
            return render(request, "catalog/import.html", context, status=error.status)
        context |= _reported(user, report)
        if report.problems:
            form.add_error("file", _wrong_cells(report))
        elif report.count("new") + report.count("updated") and not report.left_alone:
            messages.success(request, _("全部导入成草稿。"))
    return render(request, "catalog/import.html", context)


def _wrong_cells(report: ImportReport) -> str:
    """What is said at the file; the cells themselves are listed below it."""
    n = len(report.problems)
    said = ngettext(
        "表格里有 %(n)d 处不对，%(items)d 项目录没有导入，见下面的清单。",
        "表格里有 %(n)d 处不对，%(items)d 项目录没有导入，见下面的清单。",
        n,
    )
    return said % {"n": n, "items": report.refused}


def _reported(user: User, report: ImportReport) -> dict[str, object]:
    """What came of an import, as it is shown."""
    columns = (
        Column("cell", _("单元格"), "mono", head=True),
        Column("title", _("栏目")),
        Column("value", _("内容")),
        Column("text", _("问题")),
    )
    rows = [tuple(Cell(text) for text in (one.cell, one.title, one.value, one.text)) for one in report.problems]
    return {
        "report": report,
        "problems": plain_table(_("没有导入的内容"), columns, rows, Empty("")),
        "left_alone": _left_alone_table(user, report.left_alone),
        "counts": {outcome: report.count(outcome) for outcome in ("new", "updated", "same")},
    }


def _left_alone_table(user: User, left_alone: Sequence[LeftAlone]) -> Table | None:
    """The items whose open drafts were not replaced, each with the way to its draft; None when there are none."""
    if not left_alone:
        return None
    drafts = ItemDraft.objects.visible_to(user).filter(pk__in=[one.draft.pk for one in left_alone])
    seen = set(drafts.values_list("pk", flat=True))
    columns = (
        Column("title", _("目录名称"), head=True),
        Column("row", _("起始行"), "mono"),
        Column("draft", _("草稿")),
        Column("text", _("怎么办")),
    )
    rows = [
        (
            Cell(one.title),
            Cell(str(one.row)),
            Cell(f"#{one.draft.pk}", href=draft_address(one.draft) if one.draft.pk in seen else ""),
            Cell(one.text),
        )
        for one in left_alone
    ]
    return plain_table(_("没有动的目录"), columns, rows, Empty(""))
