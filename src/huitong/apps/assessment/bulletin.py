"""The bulletin (考核通报) of a quarter: one value that the page, the PDF and the workbook are drawn from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext

from huitong.apps.accounts.selectors import organisation_tree
from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.assessment.models import Quarter
from huitong.apps.assessment.selectors import access_quarter, ranking
from huitong.apps.assessment.specs import AnnexEntry, QuarterRow, Ranking, ScoreRow
from huitong.apps.assessment.words import PEERS, quarter_title, value_text
from huitong.apps.declared import in_language
from huitong.engine.declarations.indicators import Indicator
from huitong.foundation.errors import Terminal

NAMED = 3
"""How many of the best and of the last are named for an indicator."""
POOR = 60.0


@dataclass(frozen=True)
class PeerPart:
    """One group of peers: its ranking, mean and spread."""

    title: str
    rows: tuple[ScoreRow, ...]
    mean: float
    before: float | None
    """Mean of the quarter before."""

    @property
    def change(self) -> float | None:
        """How the mean has changed."""
        return None if self.before is None else round(self.mean - self.before, 2)


@dataclass(frozen=True)
class IndicatorPart:
    """One indicator over everybody it applies to."""

    spec: Indicator
    title: str
    abstract: str
    mean: float
    """Of the scores, 0 to 100."""
    applies: int
    best: str
    """Names of the best, "" where it applies to nobody."""
    last: str
    """Names of the last, "" where all are equal."""
    full: str
    zero: str


@dataclass(frozen=True)
class AnnexLine:
    """A comment and its answer as printed."""

    title: str
    indicator: str
    text: str
    at: dt.datetime
    answer: str


@dataclass(frozen=True)
class Bulletin:
    """Everything a bulletin says."""

    title: str
    city: str
    quarter: QuarterRow
    period: str
    groups: tuple[PeerPart, ...]
    indicators: tuple[IndicatorPart, ...]
    poor: tuple[ScoreRow, ...]
    """Organisations with a total below 60."""
    risen: tuple[ScoreRow, ...]
    """Those that gained most places."""
    annex: tuple[AnnexLine, ...]
    files: tuple[tuple[str, int, str], ...]
    """Each file of facts: table, rows, SHA-256."""

    @property
    def number(self) -> int:
        """How many are assessed."""
        return sum(len(group.rows) for group in self.groups)


def bulletin_of(viewer: Viewer, code: str) -> Bulletin:
    """Return a quarter's bulletin: published ones to all officials, a draft to the bureau and leaders.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see; ``assessment.not_frozen``.
    """
    kept = access_quarter(viewer, code)
    if kept.state == Quarter.State.PREVIEW:
        raise Terminal("assessment.not_frozen", quarter=kept.code)
    if kept.state != Quarter.State.PUBLISHED and not scope_of(viewer).everything:
        raise Terminal("people.not_found", kind="bulletin", code=code)
    found = ranking(viewer, code)
    city = _city()
    period = quarter_title(kept.code)
    title = (gettext("%(city)s %(period)s数据共享考核通报") % {"city": city, "period": period}).strip()
    return Bulletin(
        title=title,
        city=city,
        quarter=found.quarter,
        period=period,
        groups=tuple(_peer_parts(found)),
        indicators=tuple(_indicator_part(one, found.rows) for one in found.indicators if one.weight > 0),
        poor=tuple(row for row in found.rows if row.total < POOR),
        risen=_risen(found.rows),
        annex=_annex(kept),
        files=tuple((one.table, one.rows, one.sha256) for one in kept.typed_manifest().files),
    )


def _city() -> str:
    roots = [node for node in organisation_tree(AnonymousUser()) if node.depth == 0]
    if len(roots) != 1:
        return ""
    name = roots[0].title
    for ending in ("人民政府", " Municipal Government", " Government"):
        name = name.removesuffix(ending)
    return name


def _peer_parts(found: Ranking) -> list[PeerPart]:
    parts = []
    for peers, title in PEERS.items():
        rows = tuple(row for row in found.rows if row.peers == peers)
        if rows:
            before = [row.trend[-2][1] for row in rows if row.change is not None and len(row.trend) > 1]
            mean_before = round(sum(before) / len(before), 2) if before else None
            parts.append(PeerPart(str(title), rows, round(sum(row.total for row in rows) / len(rows), 2), mean_before))
    return parts


def _indicator_part(spec: Indicator, rows: Sequence[ScoreRow]) -> IndicatorPart:
    found = [(row.short, row.parts[spec.code]) for row in rows if spec.code in row.parts]
    ranked = sorted(found, key=lambda one: -one[1].score)
    highest = [name for name, part in ranked if part.score == ranked[0][1].score]
    last = [name for name, part in reversed(ranked) if part.score < ranked[0][1].score][:NAMED]
    return IndicatorPart(
        spec=spec,
        title=in_language(spec.title, spec.title_en),
        abstract=in_language(spec.abstract, spec.abstract_en),
        mean=round(sum(part.score for _, part in found) / len(found), 2) if found else 0.0,
        applies=len(found),
        best=_named(highest),
        last=gettext("、").join(last),
        full=value_text(spec.full, spec.unit),
        zero=value_text(spec.zero, spec.unit),
    )


def _named(names: list[str]) -> str:
    """Some of the names, and how many there are when they are too many to list."""
    listed = gettext("、").join(names[:NAMED])
    if len(names) <= NAMED:
        return listed
    return gettext("%(names)s等 %(number)d 个单位") % {"names": listed, "number": len(names)}


def _risen(rows: Sequence[ScoreRow]) -> tuple[ScoreRow, ...]:
    risen = [row for row in rows if row.change and row.change > 0]
    return tuple(sorted(risen, key=lambda row: -(row.change or 0))[:NAMED])


def _annex(kept: Quarter) -> tuple[AnnexLine, ...]:
    titles = {one.code: in_language(one.title, one.title_en) for one in kept.typed_method()}
    entries = msgspec.convert(kept.annex, tuple[AnnexEntry, ...])
    return tuple(
        AnnexLine(
            title=in_language(entry.title, entry.title_en),
            indicator=titles.get(entry.indicator, ""),
            text=entry.text,
            at=dt.datetime.fromisoformat(entry.at),
            answer=entry.answer,
        )
        for entry in entries
    )
