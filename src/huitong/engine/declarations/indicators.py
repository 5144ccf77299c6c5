"""Indicators (考核指标): what the bureau measures departments by. Each is one SQL statement over the facts."""

from __future__ import annotations

from typing import Literal

from huitong.engine.declarations.spec import Spec

Unit = Literal["percent", "count", "days"]
Better = Literal["higher", "lower"]


class Indicator(Spec, frozen=True, kw_only=True):
    """考核指标.

    ``sql`` is one SELECT over the fact tables (docs/assessment.md) that yields ``organisation``, ``value``,
    ``numerator`` and ``denominator``, one row an organisation; no row, or a null value, means that the indicator does
    not apply to it, and its weight falls to the others. ``zero`` and ``full`` are the values that score 0 and 100;
    between them the score is linear. ``weight`` is its share of the total, in points.

    ``rows`` is a SELECT of the rows behind the value: ``organisation``, ``unit``, ``kind``, ``key``, ``title``, ``met``
    (whether the row counts for the organisation), then any further columns of the fact tables worth showing.
    """

    code: str
    title: str
    title_en: str
    abstract: str = ""
    """What it measures and why, for the people who are measured."""
    abstract_en: str = ""
    advice: str = ""
    """What to do to improve it."""
    advice_en: str = ""
    unit: Unit = "percent"
    better: Better = "higher"
    weight: float
    full: float
    zero: float
    sql: str
    rows: str = ""
