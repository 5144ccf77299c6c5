"""What one collection read, as the lake itself keeps it: the statement, the mode, how far it came."""

from __future__ import annotations

from dataclasses import dataclass

from huitong.apps.collection.models import Run
from huitong.apps.collection.stores import the_lake
from huitong.foundation.errors import HuitongError


@dataclass(frozen=True)
class Delivery:
    """One row of ``meta.runs``."""

    source: str
    mode: str
    statement: str
    watermark: str


def delivery_of(run: Run) -> Delivery | None:
    """Return what ``run`` read; None for other steps, and while the lake cannot be asked: the page does without."""
    if run.lake_run is None:
        return None
    try:
        with the_lake().reader() as con:
            row = con.execute(
                "SELECT source, mode, statement, watermark FROM meta.runs WHERE run_id = ?", [run.lake_run]
            ).fetchone()
    except HuitongError:
        return None
    return Delivery(*(str(value or "") for value in row)) if row else None
