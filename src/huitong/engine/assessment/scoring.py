"""From values to scores, totals and ranks, in arithmetic that a pocket calculator can follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from huitong.engine.assessment.deriving import Derived
from huitong.engine.declarations.indicators import Indicator

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Part:
    """One indicator of one organisation: its value, the score 0 to 100, and the points it adds to the total."""

    indicator: str
    value: float
    numerator: float
    denominator: float
    score: float
    weight: float
    points: float


@dataclass(frozen=True)
class Result:
    """One organisation: total 0 to 100, rank among its peers (equal totals share one), and what it is made of."""

    organisation: str
    title: str
    title_en: str
    short: str
    peers: str
    total: float
    rank: int
    of: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Assessed:
    """Who is assessed, as the facts have it."""

    organisation: str
    title: str
    title_en: str
    short: str
    peers: str


def score_of(indicator: Indicator, value: float) -> float:
    """Return 0 at ``zero``, 100 at ``full``, in between on a straight line, rounded half up to cents."""
    zero, full = Decimal(repr(indicator.zero)), Decimal(repr(indicator.full))
    share = (Decimal(repr(value)) - zero) / (full - zero) * 100
    return float(min(Decimal(100), max(Decimal(0), share)).quantize(_CENT, ROUND_HALF_UP))


def results_of(
    method: Sequence[Indicator], assessed: Iterable[Assessed], derived: Mapping[str, Sequence[Derived]]
) -> tuple[Result, ...]:
    """Return everybody's result: by peers, then by rank, then in the order of the facts.

    The total is the mean of the scores, weighted; an indicator that does not apply to an organisation has no part in
    it. Organisations to which nothing applies are left out: there is nothing to rank them by.
    """
    by_code = {code: {one.organisation: one for one in rows} for code, rows in derived.items()}
    unranked = [(one, _parts(method, by_code, one.organisation)) for one in assessed]
    totals = {one: float(sum(Decimal(repr(part.points)) for part in parts)) for one, parts in unranked if parts}
    parts_of = dict(unranked)
    results = []
    for peers in sorted({one.peers for one in totals}, reverse=True, key=lambda name: (name == "department", name)):
        group = {one: total for one, total in totals.items() if one.peers == peers}
        ranked = sorted(group, key=lambda one: -group[one])
        for one in ranked:
            rank = 1 + sum(1 for total in group.values() if total > group[one])
            results.append(
                Result(
                    organisation=one.organisation, title=one.title, title_en=one.title_en, short=one.short,
                    peers=peers, total=group[one], rank=rank, of=len(group), parts=parts_of[one],
                )
            )  # fmt: skip
    return tuple(results)


def _parts(
    method: Sequence[Indicator], derived: Mapping[str, Mapping[str, Derived]], organisation: str
) -> tuple[Part, ...]:
    found = [(one, derived[one.code][organisation]) for one in method if organisation in derived.get(one.code, {})]
    found = [(one, row) for one, row in found if one.weight > 0]
    whole = sum((Decimal(repr(one.weight)) for one, _ in found), Decimal(0))
    parts = []
    for indicator, row in found:
        score = score_of(indicator, row.value)
        points = (Decimal(repr(score)) * Decimal(repr(indicator.weight)) / whole).quantize(_CENT, ROUND_HALF_UP)
        parts.append(
            Part(indicator.code, row.value, row.numerator, row.denominator, score, indicator.weight, float(points))
        )
    return tuple(parts)
