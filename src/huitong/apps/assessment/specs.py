"""Values of assessment that cross borders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from huitong.engine.declarations.indicators import Indicator
from huitong.engine.declarations.spec import Spec

QuarterState = Literal["preview", "frozen", "published"]


class QuarterSpec(Spec, frozen=True, kw_only=True):
    """A quarter as the audit keeps it: how final, by which weights, and the digest of each file of facts."""

    code: str
    state: str
    until: str
    weights: int
    files: dict[str, str] = {}


class FactsTaken(Spec, frozen=True, kw_only=True):
    """Facts that somebody took away: of which quarter, and of which organisations and which table; "" for all."""

    quarter: str
    organisations: str = ""
    table: str = ""


class WeightsSpec(Spec, frozen=True, kw_only=True):
    """A version of the weights."""

    number: int
    weights: dict[str, float]
    reason: str = ""


class CommentSpec(Spec, frozen=True, kw_only=True):
    """A comment on a score, with its answer when there is one."""

    quarter: str
    organisation: str
    indicator: str = ""
    text: str
    answer: str = ""


class AnnexEntry(Spec, frozen=True, kw_only=True):
    """A comment as a published bulletin prints it. Moments are ISO 8601, UTC."""

    organisation: str
    title: str
    title_en: str
    indicator: str
    text: str
    at: str
    answer: str = ""
    answered_at: str = ""


@dataclass(frozen=True)
class QuarterRow:
    """A quarter in a list."""

    code: str
    state: QuarterState
    until: dt.date
    computed_at: dt.datetime
    published_at: dt.datetime | None
    weights: int | None
    """Number of the version of the weights; None while it is a preview."""
    generated: bool


@dataclass(frozen=True)
class PartRow:
    """One indicator of a score."""

    indicator: str
    title: str
    unit: str
    value: float
    numerator: float
    denominator: float
    score: float
    """0 to 100."""
    weight: float
    points: float
    """Added to the total."""
    lost: float
    """Points that full marks would add."""


@dataclass(frozen=True)
class ScoreRow:
    """One organisation in a ranking."""

    code: str
    title: str
    short: str
    peers: str
    rank: int
    of: int
    total: float
    change: int | None
    """Places gained since the quarter before; None where it was not ranked then."""
    trend: tuple[tuple[str, float], ...]
    """Quarter and total, oldest first, this one included."""
    parts: dict[str, PartRow]
    """By indicator; one that does not apply is missing."""


@dataclass(frozen=True)
class Ranking:
    """A quarter with everybody that the viewer may see, departments before counties, each by rank."""

    quarter: QuarterRow
    indicators: tuple[Indicator, ...]
    rows: tuple[ScoreRow, ...]
    whole: bool
    """Whether these are all; before publication an assessed organisation sees only itself."""


@dataclass(frozen=True)
class CommentRow:
    """A comment on a score."""

    id: int
    organisation: str
    title: str
    indicator: str
    indicator_title: str
    text: str
    by: str
    at: dt.datetime
    answer: str
    answered_by: str
    answered_at: dt.datetime | None
    late: bool
    """Came after the bulletin was published: it is not in its annex."""


@dataclass(frozen=True)
class Difference:
    """Something of a frozen quarter that is not as its facts say. ``what`` is e.g. ``police/link_rate/value``."""

    what: str
    kept: str
    """What the database or manifest has; "" where it has nothing."""
    found: str
    """What the facts give; "" where they give nothing."""


@dataclass(frozen=True)
class Verification:
    """The outcome of recomputing a quarter from its facts."""

    quarter: str
    files: int
    results: int
    differences: tuple[Difference, ...]

    @property
    def whole(self) -> bool:
        """Whether everything is as it was frozen."""
        return not self.differences


@dataclass(frozen=True)
class WeightRow:
    """A version of the weights."""

    number: int
    weights: dict[str, float]
    reason: str
    at: dt.datetime
    by: str
    quarters: tuple[str, ...]
    """Quarters frozen with it."""
