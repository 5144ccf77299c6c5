"""The home of each role, and the city's data flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_bureau, require_official, scope_of
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.rule_words import RuleWords
from huitong.apps.catalog.views import item_tabs
from huitong.apps.collection.failing import failing_runs
from huitong.apps.collection.selectors import issue_list, runs_list
from huitong.apps.collection.services import queue_chain
from huitong.apps.collection.specs import RowsPage, RunFilter, RunRow
from huitong.apps.collection.target_words import TargetWords
from huitong.apps.collection.views import ISSUE_COLUMNS, issue_cells
from huitong.apps.labels import Text, language
from huitong.apps.ledger.selectors import who_used
from huitong.apps.libraries.selectors import library_page
from huitong.apps.overview.picture import issues_url, items_url, largest_first, picture_of
from huitong.apps.overview.selectors import city_flow, item_page, rows_of
from huitong.apps.overview.specs import CityFlow, DepartmentFlow
from huitong.apps.paging import Page
from huitong.apps.sharing.selectors import grant_list
from huitong.apps.tables import Cell, Empty, ShownColumn, Table, page_number, plain_table
from huitong.foundation.errors import Terminal

PLACES: dict[str, Text] = {
    "raw": _("和部门数据源里的记录一样，没有改动。"),
    "std": _("通过检查、写法统一后的记录，基础库和服务只用这些。"),
    "quarantine": _("违反规则、被拦下的记录。部门改正后重新归集，会自动放行。"),
}
SHORT_LIST = 6
HOME_COLUMNS = (0, 1, 3, 4, 5)
"""Which of the columns of quality issues have room on the home page."""


@dataclass(frozen=True)
class Lane:
    """A department in the stacked picture, with the addresses behind its numbers."""

    department: DepartmentFlow
    items: str
    issues: str


def home(request: HttpRequest) -> HttpResponse:
    """Show what the reader's role needs first."""
    if not isinstance(request.user, User):
        return redirect("accounts:sign_in")
    if not scope_of(request.user).official:
        uses = who_used(request.user, size=SHORT_LIST)
        return render(request, "overview/home_citizen.html", {"uses": uses})
    return render(request, "overview/home.html", _desk(request.user))


def _desk(user: User) -> dict[str, object]:
    flow = city_flow(user)
    own = _own_departments(user, flow)
    failed = failing_runs(user, size=SHORT_LIST)
    issues = issue_list(user, size=SHORT_LIST)
    words = RuleWords()
    words.learn(row.item for row in issues.rows)
    lines = [[issue_cells(row, words)[place] for place in HOME_COLUMNS] for row in issues.rows]
    table = plain_table(_("待整改的质量问题"), [ISSUE_COLUMNS[place] for place in HOME_COLUMNS], lines, Empty(""))
    return {
        **_flow_context(user, flow),
        "own": own,
        "failed": _titled(failed.rows),
        "failed_total": failed.total,
        "recent": _titled(runs_list(user, RunFilter(), size=SHORT_LIST).rows),
        "issues": table,
        "link_rate": _percent(flow.totals.linked, flow.totals.items),
        "pass_rate": _percent(flow.totals.std_rows, flow.totals.std_rows + flow.totals.quarantine_rows),
        "issue_total": issues.total,
        "grants": grant_list(user, size=SHORT_LIST) if user.has_role("developer") else None,
    }


def _titled(rows: tuple[RunRow, ...]) -> list[RunRow]:
    """The same runs with what they worked on in words."""
    words = TargetWords()
    words.learn(rows)
    return [replace(row, target_title=words.text(row)) for row in rows]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "—"


def _own_departments(user: User, flow: CityFlow) -> Sequence[DepartmentFlow]:
    """The reader's own department in the flow; nothing for those who answer for all."""
    code = user.organisation.code if user.organisation and not user.scope.everything else ""
    return [department for department in flow.departments if department.code == code]


def flow(request: HttpRequest) -> HttpResponse:
    """Draw the city's data flow."""
    require_official(request.user)
    return render(request, "overview/flow.html", _flow_context(request.user, city_flow(request.user)))


def _flow_context(viewer: Viewer, city: CityFlow) -> dict[str, object]:
    return {
        "flow": city,
        "totals": city.totals,
        "picture": picture_of(city) if city.departments else None,
        "lanes": [Lane(each, items_url(each), issues_url(each)) for each in largest_first(city)],
        "most_rows": max((each.raw_rows for each in city.departments), default=0),
        "may_run": isinstance(viewer, User) and viewer.has_role("bureau"),
    }


@require_POST
def run_everything(request: HttpRequest) -> HttpResponse:
    """Queue the whole chain for all items."""
    queue_chain(require_bureau(request.user))
    messages.success(request, gettext("已经开始：归集、检查、融合、发布依次进行。完成后刷新本页查看数量。"))
    return redirect("overview:flow")


def rows(request: HttpRequest, code: str, schema: str) -> HttpResponse:
    """Show an item's rows at one place of the lake, masked; held-back rows with why."""
    if schema not in PLACES:
        raise Http404
    page = item_page(request.user, code)
    if not page.may_see_rows:
        raise Terminal("people.not_allowed", login=str(request.user))
    rule = request.GET.get("rule", "")[:100] if schema == "quarantine" else ""
    words = RuleWords()
    words.learn([code])
    context: dict[str, object] = {
        "page": page,
        "item": page.item,
        "tabs": item_tabs(page, schema),
        "schema": schema,
        "rule": words.text(code, rule) if rule else "",
        "about": PLACES[schema],
    }
    if any(figures.schema == schema for figures in page.tables):
        found = rows_of(request.user, schema, page.table, rule=rule, number=page_number(request))
        context |= {"table": _rows_table(code, found, words), "masked": any(column.masked for column in found.columns)}
    return render(request, "overview/rows.html", context)


def library_rows(request: HttpRequest, code: str) -> HttpResponse:
    """Show a library's golden records, masked, to those who answer for the whole city."""
    require_official(request.user)
    page = library_page(request.user, code)
    found = rows_of(request.user, "base", page.table, number=page_number(request))
    context = {"library": page, "table": _rows_table(code, found, RuleWords())}
    return render(request, "overview/library_rows.html", context)


def _rows_table(item: str, found: RowsPage, words: RuleWords) -> Table:
    """Rows of data as a table that scrolls sideways; the reasons first where there are any."""
    columns = [ShownColumn(c.name, c.title, "text", head=False, note=c.name) for c in found.columns]
    cells = [[Cell(value) for value in row] for row in found.rows]
    if found.schema == "quarantine":
        columns.insert(0, ShownColumn("reasons", _("为什么被拦截"), "reasons", head=False))
        comma = "; " if language() == "en" else "；"
        for line, broken in zip(cells, found.rules, strict=True):
            why = comma.join(words.text(item, rule) for rule in broken)
            line.insert(0, Cell(why, tone="bad", icon="alert-circle"))
    lines = [list(zip(columns, line, strict=True)) for line in cells]
    page = Page(rows=found.rows, total=found.total, number=found.number, size=found.size)
    return Table(
        name="rows",
        title=found.title,
        columns=columns,
        rows=lines,
        empty=Empty(_("这里没有数据"), _("换一个标签页看看，或等下一次归集。")),
        page=page,
        wide=True,
    )
