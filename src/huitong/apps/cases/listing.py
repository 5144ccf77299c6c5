"""The queue as a list: its columns, filters and cells."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.selectors import Viewer, organisation_tree
from huitong.apps.cases.specs import CaseRow
from huitong.apps.declared import in_language
from huitong.apps.labels import Text, Tone
from huitong.apps.tables import Cell, Column, Empty, Filter, Listing, Part
from huitong.engine.declarations.cases import CaseType

VIEWS: dict[str, Text] = {
    "mine": _("等我办理"),
    "ours": _("等本单位办理"),
    "open": _("全部在办"),
    "all": _("全部办件"),
}
_ICONS: dict[str, str] = {"good": "circle-check", "bad": "circle-x", "warn": "alert-circle", "info": "clock"}
_DUE_PARTS = (Part(_("剩余工作日（逾期为负）"), "number"), Part(_("已升级")), Part(_("期限暂定")))
_EMPTY: dict[str, Text] = {
    "mine": _("没有等您办理的事项"),
    "ours": _("没有等本单位办理的事项"),
    "open": _("没有在办的事项"),
    "all": _("还没有办件"),
}


def queue_listing(
    viewer: Viewer, view: str, types: dict[str, CaseType], case_type: str, orders: Sequence[str]
) -> Listing[CaseRow]:
    """Return the list of cases as ``view`` shows it, in the first of ``orders``."""
    known = types.get(case_type)
    filters = [
        Filter("type", _("类型"), [(one.code, in_language(one.title, one.title_en)) for one in types.values()]),
        Filter("due", _("期限"), [("late", _("已逾期")), ("soon", _("即将到期")), ("escalated", _("已升级"))]),
    ]
    if known:
        states = [(one.name, in_language(one.title, one.title_en)) for one in known.states]
        filters.insert(1, Filter("state", _("状态"), states))
    if view in ("open", "all"):
        offices = [(node.code, node.short or node.title) for node in organisation_tree(viewer)]
        filters.append(Filter("organisation", _("轮到"), offices))
    return Listing(
        name="cases",
        title=VIEWS[view],
        columns=(
            Column("title", _("事项"), head=True, parts=(Part(_("编号")),)),
            Column("type", _("类型")),
            Column("state", _("状态"), "badge"),
            Column("turn", _("轮到"), term="turn", parts=(Part(_("认领人")),)),
            Column("due", _("期限"), sorts="due" in orders, term="clock", parts=_DUE_PARTS),
            Column("opened_at", _("提出时间"), "time", sorts="opened_at" in orders),
        ),
        cells=case_cells,
        empty=_nothing(view),
        search=_("编号、对象或标题"),
        filters=tuple(filters),
        order=orders[0],
        keep={"in": view},
    )


def _nothing(view: str) -> Empty:
    """What a tab says when it shows nothing; all cases are one tab further."""
    address = "" if view == "all" else f"{reverse('cases:queue')}?in=all"
    said = _("有人提出申请、审核或异议，轮到您时会出现在这里。")
    return Empty(_EMPTY[view], said, address, _("看全部办件"), icon="inbox")


def case_cells(row: CaseRow) -> tuple[Cell, ...]:
    """Return a case as the cells of the list."""
    return (
        Cell(row.title, href=reverse("cases:case", args=[row.number]), note=row.number),
        Cell(row.type_title),
        Cell(row.state_title, tone=_tone(row.tone), icon=_ICONS.get(row.tone, "")),
        _turn_cell(row),
        due_cell(row),
        Cell(row.opened_at),
    )


def _turn_cell(row: CaseRow) -> Cell:
    note = gettext("%(name)s 已认领") % {"name": row.claimed_by} if row.claimed_by else ""
    return Cell(row.turn_title, note=note, parts=(row.claimed_by,))


def due_cell(row: CaseRow) -> Cell:
    """Return the deadline: its day, how far it is, and whether it is late by an icon as well as by its colour."""
    if row.due_on is None or row.days_left is None:
        return Cell("", parts=(None, _yes(row.escalated), ""))
    late = row.days_left < 0
    icon = "alert-triangle" if late else "clock" if row.days_left <= 1 else ""
    tone: Tone = "bad" if late else "warn" if row.days_left <= 1 else ""
    parts = (row.days_left, _yes(row.escalated), _yes(row.provisional))
    return Cell(row.due_on, note=due_text(row), tone=tone, icon=icon, parts=parts)


def _yes(said: bool) -> Text:
    return _("是") if said else _("否")


def due_text(row: CaseRow) -> str:
    """Say how far a deadline is, in working days, whether it may move, and whether it has been escalated."""
    days = row.days_left or 0
    if days < 0:
        text = ngettext("逾期 %(days)d 个工作日", "逾期 %(days)d 个工作日", -days) % {"days": -days}
    elif days == 0:
        text = gettext("今天到期")
    else:
        text = ngettext("还有 %(days)d 个工作日", "还有 %(days)d 个工作日", days) % {"days": days}
    parts = [text]
    if row.escalated:
        parts.append(gettext("已升级"))
    if row.provisional:
        parts.append(gettext("暂定，待官方日历公布"))
    return " · ".join(parts)


def _tone(tone: str) -> Tone:
    return tone if tone in ("good", "info", "warn", "bad") else ""  # type: ignore[return-value]
