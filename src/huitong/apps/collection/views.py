"""Pages of collection: runs, one run, quality issues, and rows at each place of the lake."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_tree, require_official
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.rule_words import RuleWords
from huitong.apps.catalog.selectors import access_item
from huitong.apps.collection.delivery import delivery_of
from huitong.apps.collection.models import Run
from huitong.apps.collection.selectors import access_run, issue_list, may_run, run_row, runs_list
from huitong.apps.collection.services import queue_run
from huitong.apps.collection.specs import IssueRow, RunFilter, RunRow
from huitong.apps.collection.target_words import TargetWords
from huitong.apps.collection.trends import changes_chart
from huitong.apps.labels import Text, choices
from huitong.apps.paging import Page
from huitong.apps.tables import (
    Cell,
    Column,
    Empty,
    Filter,
    Listing,
    Part,
    Value,
    Wanted,
    listing_page,
    state_cell,
)
from huitong.foundation.errors import Terminal

_CHANGES = (Part(_("新增"), "number"), Part(_("更新"), "number"), Part(_("删除"), "number"))


def runs(request: HttpRequest) -> HttpResponseBase:
    """List the runs."""
    require_official(request.user)
    target, chain = request.GET.get("target", ""), request.GET.get("chain", "")
    words = TargetWords()

    def fetch(wanted: Wanted, number: int, size: int) -> Page[RunRow]:
        narrowed = RunFilter(
            kind=wanted.value("kind"),
            state=wanted.value("state"),
            organisation=wanted.value("organisation"),
            target=target,
            chain=chain,
        )
        page = runs_list(request.user, narrowed, order=wanted.order, number=number, size=size)
        words.learn(page.rows)
        return page

    chart = None if target or chain else changes_chart(request.user)
    context = {"target": target, "chain": chain, "chart": chart}
    return listing_page(request, "collection/runs.html", _run_listing(request.user, words), fetch, context)


def _run_listing(viewer: Viewer, words: TargetWords) -> Listing[RunRow]:
    return Listing(
        name="runs",
        title=_("运行记录"),
        columns=(
            Column("target", _("对象"), head=True, parts=(Part(_("部门")),)),
            Column("kind", _("环节"), "badge"),
            Column("state", _("结果"), "badge", parts=(Part(_("原因")),)),
            Column("rows", _("数量"), "number"),
            Column("changes", _("变化"), parts=_CHANGES, whole=False),
            Column("started_at", _("开始"), "time", sorts=True),
            Column("seconds", _("用时"), unit=_("秒"), form="0.00"),
        ),
        cells=lambda row: _run_cells(row, words),
        empty=Empty(
            _("还没有运行过"),
            _("在目录页点“立即运行”，或由系统按更新周期自动运行，每一次都会记在这里。"),
            reverse("catalog:items"),
            _("打开数据目录"),
            "history",
        ),
        filters=(
            Filter("kind", _("环节"), choices("run_kind")),
            Filter("state", _("结果"), choices("run_state")),
            Filter("organisation", _("部门"), _organisations(viewer)),
        ),
        order="-started_at",
    )


def _organisations(viewer: Viewer) -> list[tuple[str, Text]]:
    return [(node.code, node.short or node.title) for node in organisation_tree(viewer)]


def _run_cells(row: RunRow, words: TargetWords) -> tuple[Cell, ...]:
    return (
        Cell(words.text(row), href=reverse("collection:run", args=[row.id]), note=row.organisation),
        state_cell("run_kind", row.kind),
        state_cell("run_state", row.state, note=row.error_title),
        Cell(row.rows if row.state == "done" else None),
        Cell(changes_text(row), parts=_changes(row)),
        Cell(row.started_at or row.queued_at),
        Cell("" if row.seconds is None else _seconds(row.seconds), exact=_hundredths(row.seconds)),
    )


def _changes(row: RunRow) -> tuple[Value, ...]:
    return (row.inserted, row.updated, row.deleted) if row.state == "done" else (None,)


def _hundredths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def _seconds(seconds: float) -> str:
    return gettext("%(number)s 秒") % {"number": f"{seconds:.1f}" if seconds >= 0.1 else f"{seconds:.2f}"}


def changes_text(row: RunRow) -> str:
    """Return what a run changed: added, changed and removed rows."""
    if row.state != "done":
        return ""
    parts = [
        f"{sign}{count:,}" for sign, count in (("+", row.inserted), ("~", row.updated), ("−", row.deleted)) if count
    ]
    return " ".join(parts) or gettext("没有变化")


def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show one run: its counts, what it read, and when it failed, why and what to do."""
    require_official(request.user)
    found = access_run(request.user, run_id)
    row = run_row(found)
    item = found.item
    words = TargetWords()
    words.learn([row])
    context = {
        "run": row,
        "title": words.text(row),
        "item": item,
        "counts": _run_counts(row),
        "may_run": _may_run(request, item),
        "delivery": delivery_of(found),
    }
    return render(request, "collection/run.html", context)


def _run_counts(row: RunRow) -> list[tuple[Text, int, str]]:
    """Return the counts that matter for a run's kind, each with a tone."""
    changed: list[tuple[Text, int, str]] = [
        (_("新增"), row.inserted, ""),
        (_("更新"), row.updated, ""),
        (_("删除"), row.deleted, ""),
    ]
    if row.kind == "collect":
        return [(_("从数据源读取"), row.read, ""), *changed, (_("归集后共有"), row.rows, "")]
    if row.kind == "check":
        held = (_("拦截"), row.rejected, "bad" if row.rejected else "")
        return [(_("合格"), row.rows, "good"), held, (_("提示"), row.flagged, "warn" if row.flagged else ""), *changed]
    if row.kind == "fuse":
        apart = (_("来源不一致"), row.conflicts, "warn" if row.conflicts else "")
        return [(_("重新计算"), row.read, ""), *changed, (_("库内共有"), row.rows, ""), apart]
    return [*changed, (_("服务可查"), row.rows, "")]


def issues(request: HttpRequest) -> HttpResponseBase:
    """List the quality issues: one a rule and item, most failing rows first."""
    require_official(request.user)
    item = request.GET.get("item", "")
    words = RuleWords()

    def fetch(wanted: Wanted, number: int, size: int) -> Page[IssueRow]:
        state = wanted.value("state") or "open"
        page = issue_list(
            request.user,
            state="" if state == "all" else state,
            item=item,
            organisation=wanted.value("organisation"),
            order=wanted.order,
            number=number,
            size=size,
        )
        words.learn(row.item for row in page.rows)
        return page

    listing = _issue_listing(_organisations(request.user), words)
    return listing_page(request, "collection/issues.html", listing, fetch, {"item": item})


def _issue_listing(organisations: list[tuple[str, Text]], words: RuleWords) -> Listing[IssueRow]:
    return Listing(
        name="issues",
        title=_("数据质量"),
        columns=ISSUE_COLUMNS,
        cells=lambda row: issue_cells(row, words),
        empty=Empty(
            _("没有待整改的质量问题"),
            _("检查中发现违反规则的记录时，会在这里开出问题单；改好后重新检查会自动关闭。"),
            icon="circle-check",
        ),
        filters=(
            Filter("state", _("状态"), [("closed", _("已解决")), ("all", _("全部"))], _("待整改")),
            Filter("organisation", _("部门"), organisations),
        ),
        order="-failed",
    )


ISSUE_COLUMNS = (
    Column("rule", _("问题"), head=True),
    Column("item", _("目录"), parts=(Part(_("目录代码")), Part(_("部门")))),
    Column("severity", _("处理"), "badge"),
    Column("failed", _("涉及行数"), "number", sorts=True),
    Column("share", _("占比"), "number", form="0.00%"),
    Column("trend", _("趋势"), parts=(Part(_("比上次增减行数"), "number"),), whole=False),
    Column("opened_at", _("发现时间"), "time"),
    Column("state", _("状态"), "badge", parts=(Part(_("出现次数"), "number"),)),
)


def issue_cells(row: IssueRow, words: RuleWords) -> tuple[Cell, ...]:
    """Return an issue as the cells of :data:`ISSUE_COLUMNS`. ``words`` must have learnt its item."""
    share = row.failed / row.total if row.total else None
    note = gettext("第 %(times)d 次出现") % {"times": row.times_opened} if row.times_opened > 1 else ""
    return (
        Cell(words.text(row.item, row.rule), href=issue_rows_url(row)),
        Cell(
            row.item_title,
            href=reverse("catalog:item", args=[row.item]),
            note=row.organisation,
            parts=(row.item, row.organisation),
        ),
        state_cell("severity", row.severity),
        Cell(row.failed),
        Cell("" if share is None else f"{share:.2%}", exact=share),
        Cell(trend_text(row), parts=(_change(row),)),
        Cell(row.opened_at),
        replace(state_cell("issue_state", row.state, note=note), parts=(row.times_opened,)),
    )


def issue_rows_url(row: IssueRow) -> str:
    """Return the address of the rows that break the rule: held back when it rejects, else those that passed."""
    if row.severity != "reject":
        return reverse("overview:rows", args=[row.item, "std"])
    return f"{reverse('overview:rows', args=[row.item, 'quarantine'])}?{urlencode({'rule': row.rule})}"


def trend_text(row: IssueRow) -> str:
    """Return how an issue went since the check before the last."""
    change = _change(row)
    if change is None:
        return gettext("首次检查")
    if not change:
        return gettext("持平")
    template = gettext("增加 %(rows)s 行") if change > 0 else gettext("减少 %(rows)s 行")
    return template % {"rows": f"{abs(change):,}"}


def _change(row: IssueRow) -> int | None:
    return row.trend[-1].failed - row.trend[-2].failed if len(row.trend) > 1 else None


def _may_run(request: HttpRequest, item: CatalogItem | None) -> bool:
    return item is not None and bool(item.source) and may_run(request.user, item)


@require_POST
def start_run(request: HttpRequest, code: str) -> HttpResponse:
    """Queue collecting and checking one item, and show the list of its runs."""
    require_official(request.user)
    item = access_item(request.user, code)
    if not isinstance(request.user, User) or not may_run(request.user, item):
        raise Terminal("people.not_allowed", login=str(request.user))
    queue_run(request.user, kind=Run.Kind.COLLECT, target=code)
    queue_run(request.user, kind=Run.Kind.CHECK, target=code)
    messages.success(request, gettext("已经开始：先归集，再检查。完成后这里会显示结果。"))
    return redirect(f"{reverse('collection:runs')}?{urlencode({'target': code})}")
