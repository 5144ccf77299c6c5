"""Pages of assessment: a quarter's ranking, one score with what it is made of, the rows behind it, the method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_tree, require_official, scope_of
from huitong.apps.assessment.assessed import own_units
from huitong.apps.assessment.charts import spark_line, trend_chart
from huitong.apps.assessment.commenting import may_comment
from huitong.apps.assessment.downloads import may_take_facts
from huitong.apps.assessment.forms import AnswerForm, CommentForm, weights_form
from huitong.apps.assessment.freezing import facts_root
from huitong.apps.assessment.row_links import link_of
from huitong.apps.assessment.row_words import RowWords
from huitong.apps.assessment.selectors import (
    access_quarter,
    access_score,
    comments_of,
    open_quarter,
    peer_means,
    quarter_list,
    quarter_row,
    ranking,
    rows_of_score,
    shown_indicators,
    weight_versions,
)
from huitong.apps.assessment.specs import PartRow, QuarterRow, Ranking, ScoreRow
from huitong.apps.assessment.tasks import want_preview
from huitong.apps.assessment.words import PEERS, STATES, cell_text, column_title, quarter_title, value_text
from huitong.apps.declared import in_language
from huitong.apps.forms import SiteForm
from huitong.apps.paging import Page
from huitong.apps.tables import Cell, Column, Empty, Filter, Kind, Listing, Part, Wanted, listing_page
from huitong.apps.tabs import Tab
from huitong.engine.assessment.deriving import ROWS_YIELD, row_columns
from huitong.engine.assessment.tables import fact_tables
from huitong.engine.declarations.indicators import Indicator
from huitong.foundation.errors import Terminal

SHOWN_QUARTERS = 8
POOR, GOOD = 60.0, 90.0
"""Scores below the first are marked, and from the second on praised."""


@dataclass(frozen=True)
class RankedRow:
    """A line of the ranking as drawn; ``cells`` are the table cells of its indicators."""

    row: ScoreRow
    cells: SafeString
    spark: SafeString
    own: bool


@dataclass(frozen=True)
class PeerTable:
    """One group of peers as drawn, with the mean of its totals."""

    peers: str
    title: object
    rows: tuple[RankedRow, ...]
    mean: float


def home(request: HttpRequest) -> HttpResponse:
    """Lead to the quarter that matters: the last that was published, else the last there is."""
    require_official(request.user)
    quarters = quarter_list(request.user)
    best = next((one for one in quarters if one.state == "published"), None) or next(iter(quarters), None)
    if best is not None:
        return redirect("assessment:quarter", best.code)
    context = {"open": open_quarter(), "has_indicators": bool(shown_indicators(request.user))}
    return render(request, "assessment/none.html", context)


def quarter(request: HttpRequest, code: str) -> HttpResponse:
    """Show who stands where in a quarter, departments and counties apart."""
    require_official(request.user)
    found = ranking(request.user, code)
    want_preview(found.quarter.code)
    own = own_units(request.user)
    mine = frozenset() if own.units is None else own.assessed
    context = {
        **_head(request, found.quarter),
        "method": found.indicators,
        "whole": found.whole,
        "groups": peer_tables(found, mine),
        "mine": [row for row in found.rows if row.code in mine],
        "waiting": _unanswered(request, found),
        "open": open_quarter() if _is_bureau(request) else "",
    }
    return render(request, "assessment/quarter.html", context)


def score(
    request: HttpRequest, code: str, organisation: str, tried: CommentForm | AnswerForm | None = None
) -> HttpResponse:
    """Show one organisation's score: what it is made of, what would improve it, what was said to it.

    ``tried`` is a comment or an answer that was not accepted: it stands where it was typed, with what is wrong.
    """
    require_official(request.user)
    kept, row = access_score(request.user, code, organisation)
    method = {one.code: one for one in kept.typed_method()}
    own = own_units(request.user)
    speaks = isinstance(request.user, User) and may_comment(request.user, organisation)
    parts = list(row.parts.values())
    said = comments_of(request.user, kept, organisation)
    comment = tried if isinstance(tried, CommentForm) else CommentForm(row.parts.values())
    answers = {one.id: AnswerForm(one.id) for one in said if not one.answer}
    if isinstance(tried, AnswerForm):
        answers[tried.comment] = tried
    context = {
        **_head(request, quarter_row(kept)),
        "row": row,
        "parts": [_part(one, method[one.indicator]) for one in parts],
        "missing": [one for one in method.values() if one.code not in row.parts and one.weight > 0],
        "losing": [
            _part(one, method[one.indicator]) for one in sorted(parts, key=lambda one: -one.lost) if one.lost >= 0.01
        ][:5],
        "trend": trend_chart(row.trend, peer_means(request.user, row)),
        "sees_rows": own.units is None or organisation in own.assessed,
        "comments": said,
        "answers": answers,
        "form": comment if speaks and kept.state != "preview" else None,
    }
    return render(request, "assessment/score.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if tried else 200)


def rows(request: HttpRequest, code: str, organisation: str, indicator: str) -> HttpResponseBase:
    """Show the rows behind one indicator of a score, those that cost points first."""
    require_official(request.user)
    kept, row = access_score(request.user, code, organisation)
    spec = next((one for one in kept.typed_method() if one.code == indicator), None)
    if spec is None:
        raise Terminal("people.not_found", kind="indicator", code=indicator)
    columns = row_columns(spec, facts_root(), kept.typed_manifest())

    words = RowWords()

    def fetch(wanted: Wanted, number: int, size: int) -> Page[tuple[object, ...]]:
        unmet = wanted.value("show") == "unmet"
        page = rows_of_score(request.user, code, organisation, indicator, only_unmet=unmet, number=number, size=size)
        words.learn([dict(zip(columns, one, strict=True)) for one in page.rows])
        return page

    context = {
        **_head(request, quarter_row(kept)),
        "row": row,
        "indicator": spec,
        "part": _part(row.parts[indicator], spec) if indicator in row.parts else None,
        "partly": own_units(request.user).units is not None,
        "may_take_facts": may_take_facts(request.user, kept.state),
    }
    units = {node.code: node.short or node.title for node in organisation_tree(request.user)}
    listing = _row_listing(columns, units, words, invented=kept.generated)
    return listing_page(request, "assessment/rows.html", listing, fetch, context)


def method(request: HttpRequest, tried: SiteForm | None = None) -> HttpResponse:
    """Show what departments are measured by: indicators, weights with their versions, facts.

    ``tried`` are weights that were not accepted, with what is wrong with them.
    """
    require_official(request.user)
    indicators = shown_indicators(request.user)
    context = {
        "indicators": indicators,
        "whole": sum(one.weight for one in indicators),
        "versions": weight_versions(request.user),
        "titles": {one.code: in_language(one.title, one.title_en) for one in indicators},
        "tables": tuple(fact_tables().values()),
        "form": (tried or weights_form(indicators)) if _is_bureau(request) and indicators else None,
    }
    return render(request, "assessment/method.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if tried else 200)


def peer_tables(found: Ranking, own: frozenset[str]) -> list[PeerTable]:
    """Return the ranking as drawn: a table for each group of peers."""
    groups = []
    for peers, title in PEERS.items():
        ranked = tuple(
            RankedRow(
                row,
                _score_cells([row.parts.get(one.code) for one in found.indicators if one.weight > 0]),
                spark_line(row.trend),
                row.code in own,
            )
            for row in found.rows
            if row.peers == peers
        )
        if ranked:
            mean = sum(one.row.total for one in ranked) / len(ranked)
            groups.append(PeerTable(peers, title, ranked, mean))
    return groups


def _score_cells(parts: Sequence[PartRow | None]) -> SafeString:
    """Drawn here, because a ranking has a thousand of them: the template would take most of the page's time."""
    quiet = format_html('<td class="num assess-part quiet" title="{}">—</td>', _("不适用"))
    drawn = []
    for part in parts:
        tone = " bad" if part and part.score < POOR else ""
        drawn.append(f'<td class="num assess-part{tone}">{part.score:.1f}</td>' if part else quiet)
    return mark_safe("".join(drawn))


def _head(request: HttpRequest, row: QuarterRow) -> dict[str, object]:
    """What every page of a quarter shows of it."""
    quarters = quarter_list(request.user)[:SHOWN_QUARTERS]
    tabs = [Tab(one.code, reverse("assessment:quarter", args=[one.code]), one.code == row.code) for one in quarters]
    return {"quarter": row, "title": quarter_title(row.code), "badge": STATES[row.state], "tabs": tabs,
            "manages": _is_bureau(request)}  # fmt: skip


def _is_bureau(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.has_role("bureau")


def _unanswered(request: HttpRequest, found: Ranking) -> list[object]:
    if not scope_of(request.user).everything:
        return []
    kept = access_quarter(request.user, found.quarter.code)
    return [one for one in comments_of(request.user, kept) if not one.answer]


def _part(part: PartRow, spec: Indicator) -> dict[str, object]:
    return {
        "row": part,
        "spec": spec,
        "title": part.title,
        "abstract": in_language(spec.abstract, spec.abstract_en),
        "advice": in_language(spec.advice, spec.advice_en),
        "value": value_text(part.value, spec.unit),
        "full": value_text(spec.full, spec.unit),
        "zero": value_text(spec.zero, spec.unit),
        "tone": "bad" if part.score < POOR else "good" if part.score >= GOOD else "warn",
    }


def _row_listing(
    columns: tuple[str, ...], units: Mapping[str, str], words: RowWords, *, invented: bool
) -> Listing[tuple[object, ...]]:
    extra = tuple(name for name in columns[len(ROWS_YIELD) :] if name != "title_en")
    return Listing(
        name="behind",
        title=_("依据的数据"),
        columns=(
            Column("title", _("名称"), head=True, parts=(Part(_("代码")),)),
            Column("met", _("是否达标"), "badge"),
            Column("unit", _("承担单位")),
            *(Column(name, column_title(name), _kind_of(name)) for name in extra),
        ),
        cells=lambda row: _row_cells(dict(zip(columns, row, strict=True)), extra, units, words, invented=invented),
        empty=Empty(_("没有相关的数据"), _("这项指标本季度没有可统计的内容。"), icon="list-details"),
        filters=(Filter("show", _("范围"), (("unmet", _("只看丢分的")),)),),
    )


def _kind_of(name: str) -> Kind:
    kinds = {column.name: column.type for table in fact_tables().values() for column in table.columns}
    found = kinds.get(name, "BIGINT" if name.startswith(("updates_", "calls_")) else "VARCHAR")
    return "number" if found == "BIGINT" else "date" if found == "DATE" else "text"


def _row_cells(
    row: Mapping[str, object], extra: tuple[str, ...], units: Mapping[str, str], words: RowWords, *, invented: bool
) -> tuple[Cell, ...]:
    unit, key = str(row["unit"]), str(row["key"])
    title = in_language(words.title(row), str(row.get("title_en") or ""))
    met = Cell(_("达标"), tone="good", icon="circle-check")
    unmet = Cell(_("丢分"), tone="bad", icon="alert-circle")
    return (
        Cell(title, href=link_of(str(row["kind"]), key, invented=invented), note=key),
        met if row["met"] else unmet,
        Cell(units.get(unit, unit)),
        *(Cell(cell_text(name, words.value(name, row[name]))) for name in extra),
    )
