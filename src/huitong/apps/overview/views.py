"""The home of each role, and the city's data flow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_bureau, require_official
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.rule_words import RuleWords
from huitong.apps.catalog.views import item_tabs
from huitong.apps.collection.selectors import issue_list, newest_runs
from huitong.apps.collection.services import queue_chain
from huitong.apps.collection.specs import RunRow
from huitong.apps.collection.target_words import TargetWords
from huitong.apps.collection.views import ISSUE_COLUMNS, issue_cells
from huitong.apps.labels import Text, language
from huitong.apps.libraries.selectors import library_page
from huitong.apps.overview.picture import issues_url, items_url, largest_first, picture_of
from huitong.apps.overview.row_listing import row_fetch, row_listing, words_of
from huitong.apps.overview.selectors import city_flow, item_head, rows_head
from huitong.apps.overview.specs import CityFlow, DepartmentFlow
from huitong.apps.overview.today import SHORT_LIST, today_of
from huitong.apps.sharing.selectors import grants_held
from huitong.apps.tables import Empty, listing_page, plain_table
from huitong.foundation.errors import Terminal

PLACES: dict[str, Text] = {
    "raw": _("和部门数据源里的记录一样，没有改动。"),
    "std": _("通过检查、写法统一后的记录，基础库和服务只用这些。"),
    "quarantine": _("违反规则、被拦下的记录。部门改正后重新归集，会自动放行。"),
}
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Stands for any moment: a drawing says nothing about when."""
HOME_COLUMNS = (0, 1, 3, 4, 5)
"""Which of the columns of quality issues have room on the home page."""


@dataclass(frozen=True)
class Lane:
    """A department in the stacked picture, with the addresses behind its numbers."""

    department: DepartmentFlow
    items: str
    issues: str


def home(request: HttpRequest) -> HttpResponse:
    """Show officials what their role needs first; the public site answers everybody else here."""
    require_official(request.user)
    return render(request, "overview/home.html", _desk(cast("User", request.user)))


def _desk(user: User) -> dict[str, object]:
    flow = city_flow(user)
    own = _own_departments(user, flow)
    issues = issue_list(user, size=SHORT_LIST)
    rules, targets = RuleWords(), TargetWords()
    rules.learn(row.item for row in issues.rows)
    drawn = [issue_cells(row, rules) for row in issues.rows]
    lines = [[cells[place] for place in HOME_COLUMNS] for cells in drawn]
    table = plain_table(_("待整改的质量问题"), [ISSUE_COLUMNS[place] for place in HOME_COLUMNS], lines, Empty(""))
    return {
        **_flow_context(user, flow),
        "today": today_of(user, targets),
        "own": own,
        "recent": _titled(newest_runs(user, most=SHORT_LIST), targets),
        "issues": table,
        "link_rate": _percent(flow.totals.linked, flow.totals.items),
        "pass_rate": _percent(flow.totals.std_rows, flow.totals.std_rows + flow.totals.quarantine_rows),
        "issue_total": issues.total,
        "grants": grants_held(user, size=SHORT_LIST) if user.has_role("developer") else None,
    }


def _titled(rows: tuple[RunRow, ...], words: TargetWords) -> list[RunRow]:
    """The same runs with what they worked on in words."""
    words.learn(rows)
    return [replace(row, target_title=words.text(row)) for row in rows]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "—"


def _own_departments(user: User, flow: CityFlow) -> Sequence[DepartmentFlow]:
    """The reader's own departments in the flow, or the one they look at; nothing for those who look at all."""
    if user.department is not None:
        return flow.departments
    if user.scope.everything:
        return ()
    codes = {one.organisation.code for one in user.memberships_here if one.organisation is not None}
    return [department for department in flow.departments if department.code in codes]


def flow(request: HttpRequest) -> HttpResponse:
    """Draw the city's data flow."""
    require_official(request.user)
    return render(request, "overview/flow.html", _flow_context(request.user, city_flow(request.user)))


def flow_drawing(city: CityFlow) -> SafeString:
    """Draw a flow, in the language of the request, whatever the time it was counted at."""
    return _drawing(replace(city, as_of=EPOCH), language())


@lru_cache(maxsize=8)
def _drawing(city: CityFlow, language: str) -> SafeString:  # noqa: ARG001 - the words are those of the request
    """Draw the flow as SVG and as stages. A thousand shapes, so it is kept for as long as its numbers stay."""
    context = {
        "flow": city,
        "totals": city.totals,
        "picture": picture_of(city),
        "lanes": [Lane(each, items_url(each), issues_url(each)) for each in largest_first(city)],
        "most_rows": max((each.raw_rows for each in city.departments), default=0),
    }
    parts = ("overview/_picture.html", "overview/_stages.html")
    return mark_safe("".join(render_to_string(part, context) for part in parts))


def _flow_context(viewer: Viewer, city: CityFlow) -> dict[str, object]:
    return {
        "flow": city,
        "totals": city.totals,
        "drawing": flow_drawing(city) if city.departments else "",
        "may_run": isinstance(viewer, User) and viewer.has_role("bureau"),
    }


@require_POST
def run_everything(request: HttpRequest) -> HttpResponse:
    """Queue the whole chain for all items."""
    queue_chain(require_bureau(request.user))
    messages.success(request, gettext("已经开始：归集、检查、融合、发布依次进行。完成后刷新本页查看数量。"))
    return redirect("overview:flow")


def rows(request: HttpRequest, code: str, schema: str) -> HttpResponseBase:
    """Show an item's rows at one place of the lake, masked; held-back rows with why."""
    if schema not in PLACES:
        raise Http404
    page = item_head(request.user, code)
    if not page.may_see_rows:
        raise Terminal("people.not_allowed", login=str(request.user))
    context: dict[str, object] = {
        "page": page,
        "item": page.item,
        "tabs": item_tabs(page, schema),
        "schema": schema,
        "about": PLACES[schema],
    }
    if not any(figures.schema == schema for figures in page.tables):
        return render(request, "overview/rows.html", context)
    head = rows_head(request.user, schema, page.table)
    rule = request.GET.get("rule", "")[:100]
    listing = row_listing(request.user, head, words_of(code), asked_rule=rule)
    context["masked"] = any(column.masked for column in head.columns)
    return listing_page(request, "overview/rows.html", listing, row_fetch(head), context)


def library_rows(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show a library's golden records, masked, to those who answer for the whole city."""
    require_official(request.user)
    page = library_page(request.user, code)
    head = rows_head(request.user, "base", page.table)
    listing, fetch = row_listing(request.user, head, words_of("")), row_fetch(head)
    return listing_page(request, "overview/library_rows.html", listing, fetch, {"library": page})
