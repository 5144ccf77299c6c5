"""Values of disputes that cross borders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huitong.engine.declarations.spec import Spec


@dataclass(frozen=True)
class DoubtedValue:
    """What a dispute is about, as the form shows it: masked."""

    item: str
    item_title: str
    provider_title: str
    field_title: str
    subject: str
    value: str
    row: str
    run: int | None
    collected_at: dt.datetime | None


@dataclass(frozen=True)
class SourceRow:
    """The doubted row at its source, in clear: for the department whose row it is."""

    number: str
    item: str
    item_title: str
    columns: tuple[tuple[str, str, bool], ...]
    """Column, value, and whether it is the doubted one; the columns by which the source finds the row come first."""
    run: int | None


class DisputeSpec(Spec, frozen=True, kw_only=True):
    """A dispute as the audit ledger keeps it: places, no values."""

    number: str
    item: str
    column: str
    subject: str
