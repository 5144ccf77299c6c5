"""Pages of systems and of the map of islands."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import System, User
from huitong.apps.accounts.selectors import may_write_for, organisation_tree, require_official
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.labels import Text, choices
from huitong.apps.paging import Page, page_in, sorted_by
from huitong.apps.registry.forms import SystemForm
from huitong.apps.registry.picture import picture_of, shores
from huitong.apps.registry.selectors import access_system, island_map, may_register_for
from huitong.apps.registry.services import register_system, require_keeper
from huitong.apps.registry.specs import SystemRow
from huitong.apps.tables import (
    Cell,
    Column,
    Empty,
    Filter,
    Listing,
    Part,
    Wanted,
    listing_page,
    plain_table,
    state_cell,
)
from huitong.foundation.errors import Terminal

MOST_EXCHANGES = 200
"""Exchanges listed below the map; the API gives all."""
FOLDED = 40
"""Islands from which on departments are folded up; of those gathered but not used, a quarter of it."""


def require_registrar(viewer: Viewer) -> User:
    """Return the viewer as somebody who keeps a register: the bureau's, or a department's.

    Raises:
        Terminal: ``people.sign_in_needed``, ``people.not_allowed``.
    """
    require_official(viewer)
    if not isinstance(viewer, User) or not viewer.has_role("bureau", "data_officer"):
        raise Terminal("people.not_allowed", login=str(viewer))
    return viewer


def systems(request: HttpRequest) -> HttpResponseBase:
    """List the information systems with what ties them to others."""
    require_official(request.user)
    found = island_map(request.user)

    def fetch(wanted: Wanted, number: int, size: int) -> Page[SystemRow]:
        fitting = (row for row in found.systems if _wanted(row, wanted))
        rows = sorted_by(fitting, wanted.order, _ORDERS)
        return page_in(rows, number=number, size=size)

    may_register = bool(may_write_for(request.user))
    context = {
        "counts": Counter(row.connection for row in found.systems),
        "total": len(found.systems),
        "may_register": may_register,
    }
    begin = reverse("registry:new_system") if may_register else ""
    return listing_page(request, "registry/systems.html", _listing(request.user, begin), fetch, context)


def _wanted(row: SystemRow, wanted: Wanted) -> bool:
    text = wanted.text.casefold()
    fits = all(wanted.value(name) in ("", getattr(row, name)) for name in _FILTERS)
    return fits and (not text or text in f"{row.title} {row.code} {row.organisation_title}".casefold())


_ORDERS = {"title": "title", "organisation": "organisation_title", "items": "items", "users": "users"}
_FILTERS = ("organisation", "level", "state", "connection")


def _listing(viewer: Viewer, begin: str) -> Listing[SystemRow]:
    owners: list[tuple[str, Text]] = [(node.code, node.short or node.title) for node in organisation_tree(viewer)]
    return Listing(
        name="systems",
        title=_("信息系统"),
        columns=(
            Column("title", _("系统名称"), sorts=True, head=True, parts=(Part(_("系统代码")), Part(_("接替的系统")))),
            Column("organisation", _("建设部门"), sorts=True),
            Column("level", _("系统层级")),
            Column("host", _("部署位置")),
            Column("state", _("状态"), "badge"),
            Column("items", pgettext_lazy("count", "目录"), "number", sorts=True),
            Column("users", _("使用方"), "number", sorts=True),
            Column("connection", _("互通情况"), "badge", term="connection"),
        ),
        cells=_cells,
        empty=Empty(
            _("还没有登记信息系统"),
            _("各部门登记在用、在建和已下线的系统后，会列在这里。"),
            begin,
            _("登记系统"),
            icon="database",
        ),
        search=_("按名称、代码或部门搜索"),
        filters=(
            Filter("organisation", _("建设部门"), owners),
            Filter("level", _("系统层级"), choices("system_level")),
            Filter("state", _("状态"), choices("system_state")),
            Filter("connection", _("互通情况"), choices("connection")),
        ),
    )


def _cells(row: SystemRow) -> tuple[Cell, ...]:
    successor = gettext("由“%(system)s”接替") % {"system": row.successor_title} if row.successor else ""
    return (
        Cell(
            row.title,
            href=reverse("registry:system", args=[row.code]),
            note=successor or row.code,
            parts=(row.code, row.successor_title),
        ),
        Cell(row.organisation_title),
        state_cell("system_level", row.level),
        state_cell("system_host", row.host) if row.host else Cell(None),
        state_cell("system_state", row.state),
        Cell(row.items),
        Cell(row.users),
        state_cell("connection", row.connection),
    )


def system(request: HttpRequest, code: str) -> HttpResponse:
    """Show one system: whose it is, where it runs, what it gives, and to whom."""
    require_official(request.user)
    row = access_system(request.user, code)
    found = island_map(request.user)
    items = CatalogItem.objects.visible_to(request.user).current().filter(system=row).order_by("code")
    columns = (
        Column("title", _("目录名称"), head=True),
        Column("sharing_type", _("共享类型"), "badge", term="sharing type"),
        Column("link_state", _("挂接情况"), "badge", term="link"),
    )
    cells = [
        (
            Cell(item.shown_title, href=reverse("catalog:item", args=[item.code]), note=item.code),
            state_cell("sharing_type", item.sharing_type),
            state_cell("link_state", item.link_state),
        )
        for item in items
    ]
    context = {
        "system": row,
        "spec": row.as_spec(),
        "row": next(one for one in found.systems if one.code == code),
        "exchanges": [one for one in found.exchanges if one.system == code],
        "predecessors": row.predecessors.all(),
        "items": plain_table(_("目录"), columns, cells, Empty(_("没有目录挂在这个系统上"), icon="list-details")),
        "may_edit": may_register_for(request.user, row.organisation),
    }
    return render(request, "registry/system.html", context)


def edit_system(request: HttpRequest, code: str = "") -> HttpResponse:
    """Register a system, or change its record."""
    user = require_registrar(request.user)
    row = access_system(user, code) if code else None
    initial = {"level": "city", "state": "live", "organisation": user.organisation.code if user.organisation else ""}
    if row is not None:
        require_keeper(user, row.organisation)
        initial = SystemForm.initial_of(row.as_spec())
    form = SystemForm(request.POST or None, viewer=user, code=code, initial=initial)
    if request.method == "POST" and form.is_valid():
        spec = form.spec()
        if row is None and access_is_taken(spec.code):
            form.add_error("code", _("这个代码已经有系统在用。"))
        else:
            try:
                register_system(user, spec=spec)
            except Terminal as error:
                form.refuse(error)
            else:
                messages.success(request, _("已登记。"))
                return redirect("registry:system", spec.code)
    return render(request, "registry/edit_system.html", {"form": form, "system": row})


def access_is_taken(code: str) -> bool:
    """Tell whether a system of this code is registered, whoever's it is."""
    return System.objects.filter(code=code).exists()


def islands(request: HttpRequest) -> HttpResponse:
    """Draw the map of islands, with the same in a table."""
    require_official(request.user)
    found = island_map(request.user)
    titles = {row.code: row for row in found.systems}
    columns = (
        Column("system", _("信息系统"), head=True),
        Column("owner", _("建设部门")),
        Column("app", _("使用的应用")),
        Column("consumer", _("使用方")),
        Column("grants", _("有效授权"), "number"),
    )
    cells = [
        (
            Cell(titles[one.system].title, href=reverse("registry:system", args=[one.system])),
            Cell(titles[one.system].organisation_title),
            Cell(one.app_title),
            Cell(one.consumer_title),
            Cell(one.grants),
        )
        for one in sorted(found.exchanges, key=lambda one: -one.grants)[:MOST_EXCHANGES]
    ]
    empty = Empty(_("还没有系统之间的数据交换"), icon="route")
    islands, gathered = found.with_connection("island"), found.with_connection("gathered")
    context = {
        "picture": picture_of(found),
        "islands": shores(islands),
        "gathered": shores(gathered),
        "fold_islands": len(islands) > FOLDED,
        "fold_gathered": len(gathered) > FOLDED // 4,
        "total": len(found.exchanges),
        "most": MOST_EXCHANGES,
        "counts": Counter(row.connection for row in found.systems),
        "exchanges": plain_table(_("数据交换"), columns, cells, empty),
    }
    return render(request, "registry/islands.html", context)
