"""Charts as the pages show them: a table of numbers, which is always in the page, and what a script draws from it.

A view builds a :class:`Chart`; ``{% chart chart %}`` draws it on a page that has ``{% chart_files %}`` in its
``scripts`` block. Without JavaScript the table is what one sees; with it, the table is a button away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from huitong.apps.labels import Text

Shape = Literal["line", "bar", "area"]
Colour = Literal["azurite", "malachite", "gamboge", "cinnabar", "violet", "quiet"]


@dataclass(frozen=True)
class Series:
    """One row of numbers along the labels; None where there is none."""

    title: Text
    values: Sequence[float | None]
    colour: Colour = "azurite"


@dataclass(frozen=True)
class Chart:
    """A chart, and the table it is drawn from.

    ``name`` is unique on the page. ``labels`` are what the numbers stand at, in order. ``unit`` is that of all
    numbers. ``hrefs`` lead from a label to the rows behind it.
    """

    name: str
    title: Text
    labels: Sequence[str]
    series: Sequence[Series]
    unit: Text = ""
    shape: Shape = "bar"
    stacked: bool = False
    label: Text = ""
    """What the labels are: the heading of the table's first column."""
    note: Text = ""
    """What the numbers count, and until when."""
    hrefs: Sequence[str] = ()
    percent: bool = False
    """Whether the numbers are percentages, drawn from 0 to 100 unless all are high."""
    empty: Text = ""
    """What to say when there is not one number."""

    @property
    def has_numbers(self) -> bool:
        """Whether there is anything to draw."""
        return any(value is not None for series in self.series for value in series.values)

    @property
    def rows(self) -> list[tuple[str, str, list[float | None]]]:
        """The table: label, where it leads, one number a series."""
        hrefs = self.hrefs or [""] * len(self.labels)
        columns = zip(*(series.values for series in self.series), strict=True)
        return [(label, href, list(values)) for label, href, values in zip(self.labels, hrefs, columns, strict=True)]

    @property
    def description(self) -> str:
        """The chart in a sentence, for those who do not see it: range, greatest, last."""
        parts = [_described(series, self.labels, str(self.unit)) for series in self.series]
        span = f"{self.labels[0]} – {self.labels[-1]}" if self.labels else ""
        return " ".join([f"{self.title} ({span})", *(part for part in parts if part)])


def _described(series: Series, labels: Sequence[str], unit: str) -> str:
    known = [(value, label) for value, label in zip(series.values, labels, strict=True) if value is not None]
    if not known:
        return ""
    most, least, last = max(known, key=lambda pair: pair[0]), min(known, key=lambda pair: pair[0]), known[-1]
    return _(
        "%(title)s：最多 %(most)s（%(most_at)s），最少 %(least)s（%(least_at)s），最近 %(last)s（%(last_at)s）。"
    ) % {
        "title": series.title,
        **_point("most", most, unit),
        **_point("least", least, unit),
        **_point("last", last, unit),
    }


def _point(name: str, point: tuple[float, str], unit: str) -> dict[str, str]:
    value, label = point
    shown = f"{int(value):,}" if value == int(value) else f"{value:,.2f}"
    return {name: f"{shown} {unit}".strip(), f"{name}_at": label}
