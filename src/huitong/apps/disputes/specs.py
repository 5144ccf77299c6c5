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
class SourceColumn:
    """One value of a row at its source: of which column, and what that is called, "" where no field is bound to it."""

    name: str
    title: str
    value: str
    doubted: bool


@dataclass(frozen=True)
class SourceRow:
    """The doubted row at its source, in clear: for the department whose row it is."""

    number: str
    item: str
    item_title: str
    columns: tuple[SourceColumn, ...]
    """The columns by which the source finds the row come first."""
    run: int | None


class DisputeSpec(Spec, frozen=True, kw_only=True):
    """A dispute as the audit ledger keeps it: places, no values."""

    number: str
    item: str
    column: str
    subject: str
