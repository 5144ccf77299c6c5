"""Totals over quarters: as a chart beside a score, and as a small line in a table's cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from huitong.apps.charts import Chart, Series

SPARK_WIDTH, SPARK_HEIGHT = 80, 24


def trend_chart(trend: Sequence[tuple[str, float]], means: Mapping[str, float]) -> Chart | None:
    """Return the chart of a trend beside the mean of the peers; None for one quarter, of which no line can be drawn.

    Args:
        trend: quarter and total, oldest first.
        means: mean total of the peers by quarter, as far as the reader may know it.
    """
    if len(trend) < 2:
        return None
    own = Series(_("总分"), [total for _quarter, total in trend])
    mean = Series(_("同组平均"), [means.get(quarter) for quarter, _total in trend], "quiet")
    return Chart(
        name="trend",
        title=_("各季度总分"),
        labels=[quarter for quarter, _total in trend],
        series=[own, mean] if means else [own],
        unit=_("分"),
        shape="line",
        label=_("季度"),
    )


def spark_line(trend: Sequence[tuple[str, float]]) -> SafeString:
    """Draw a trend as a small line for a table's cell; a dash for less than two quarters."""
    if len(trend) < 2:
        return mark_safe('<span class="quiet">—</span>')
    totals = [total for _quarter, total in trend]
    low, high = min(totals), max(totals)
    step = (SPARK_WIDTH - 8) / (len(trend) - 1)
    room = (SPARK_HEIGHT - 8) / ((high - low) or 1)
    points = [(round(4 + at * step, 1), round(4 + room * (high - total), 1)) for at, total in enumerate(totals)]
    return format_html(
        '<svg class="assess-spark" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}">'
        '<polyline points="{3}"/><circle cx="{4}" cy="{5}" r="2.5"/></svg>',
        SPARK_WIDTH,
        SPARK_HEIGHT,
        ", ".join(f"{quarter} {total:.2f}" for quarter, total in trend),
        " ".join(f"{x},{y}" for x, y in points),
        *points[-1],
    )
