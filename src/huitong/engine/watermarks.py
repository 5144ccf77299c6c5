"""A watermark as kept in ``meta.runs`` (text) and as a source can compare it."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal

from huitong.engine.connectors.protocol import Watermark, WatermarkValue
from huitong.engine.declarations.sources import Link
from huitong.engine.lake import Lake


def last_watermark(lake: Lake, table: str, link: Link, kept: str) -> Watermark:
    """Return the bound from which to read on: the kept watermark less the link's overlap."""
    kind = lake.columns("raw", table)[link.watermark]
    return Watermark(column=link.watermark, after=lowered(kept, kind, link.overlap))


def lowered(kept: str, kind: str, overlap: int) -> WatermarkValue:
    """Return ``kept`` as a value of DuckDB type ``kind``, lowered by ``overlap`` (seconds for times, else units).

    Text that reads as an ISO date or time is lowered as one and keeps its form; other text is taken as it is.
    """
    if kind.startswith("TIMESTAMP"):
        return datetime.fromisoformat(kept) - timedelta(seconds=overlap)
    if kind == "DATE":
        return date.fromisoformat(kept) - timedelta(days=math.ceil(overlap / 86_400))
    if kind.startswith("DECIMAL") or kind == "DOUBLE":
        return Decimal(kept) - overlap
    if kind != "VARCHAR":
        return int(kept) - overlap
    return _lowered_text(kept, overlap)


def later(before: str, read: str, kind: str) -> str:
    """Return the greater of two kept watermarks; ``read`` is "" when nothing was read."""
    if not read:
        return before
    if kind == "VARCHAR":
        return max(before, read)
    return max(before, read, key=lambda kept: lowered(kept, kind, 0))


def _lowered_text(kept: str, overlap: int) -> str:
    try:
        moment = datetime.fromisoformat(kept) - timedelta(seconds=overlap)
    except ValueError:
        return kept
    if len(kept) == len("2026-01-31"):
        return moment.date().isoformat()
    separator = "T" if "T" in kept else " "
    return moment.isoformat(sep=separator)
