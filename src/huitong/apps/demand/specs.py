"""Values of supply and demand that cross borders. Titles are in the language of the request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huitong.engine.declarations.sharing import ServiceKind
from huitong.engine.declarations.spec import Spec


class Asked(Spec, frozen=True, kw_only=True):
    """What an application asks for: the answers to the form of the case type ``application``."""

    purpose: str
    legal_basis: str
    matter: str
    audience: str
    fields: tuple[str, ...]
    clear: tuple[str, ...] = ()
    kinds: tuple[ServiceKind, ...]
    volume: int
    """Keys a day."""
    since: str = ""
    """ISO date from which it is needed; "" for at once."""
    until: str
    """ISO date, inclusive."""
    app: str
    renews: str = ""
    """Code of the grant it would renew."""


class Wanted(Spec, frozen=True, kw_only=True):
    """What a demand asks for: the answers to the form of the case type ``demand``."""

    what: str
    matter: str
    legal_basis: str = ""
    elements: tuple[str, ...] = ()
    """Names of data elements."""
    wanted: str = ""
    """Fields, in the applicant's words."""
    cycle: str = ""
    guess: str = ""
    """Code of the organisation that the applicant thinks has it."""


class Joined(Spec, frozen=True, kw_only=True):
    """That a department joined a demand, as the audit ledger keeps it."""

    number: str
    organisation: str
    matter: str


@dataclass(frozen=True)
class OfferedField:
    """A field that may be asked for."""

    name: str
    title: str
    level: int
    mask: str
    is_key: bool


@dataclass(frozen=True)
class Offer:
    """What may be applied for: a service, or a catalog item that has none yet."""

    kind: str
    """``service`` or ``item``."""
    key: str
    title: str
    provider: str
    provider_title: str
    sharing_type: str
    """The strictest of its items'."""
    condition: str
    kinds: tuple[ServiceKind, ...]
    fields: tuple[OfferedField, ...]
    lookup_key: str
    """The field callers look up by; of an item without a service, the one proposed."""
    service: str
    """Code of the service; "" when approval makes one."""
    items: tuple[str, ...]
    has_rows: bool
    """Whether it is linked: without rows nothing could be answered."""

    @property
    def names(self) -> frozenset[str]:
        """The names of its fields."""
        return frozenset(field.name for field in self.fields)


@dataclass(frozen=True)
class NeedFilter:
    """What a list of needs is narrowed to; "" narrows nothing."""

    kind: str = ""
    outcome: str = ""
    """An outcome, or ``open``, or ``answered`` (granted, fulfilled or refused)."""
    provider: str = ""
    applicant: str = ""
    time: str = ""
    """``in_time`` or ``late`` (answered), ``overdue`` (open), ``waiting`` (for the viewer's organisations)."""
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True)
class NeedRow:
    """One line of the list of needs."""

    number: str
    kind: str
    title: str
    applicant_title: str
    provider_title: str
    state: str
    state_title: str
    tone: str
    turn_title: str
    due_on: dt.date | None
    days_left: int | None
    outcome: str
    opened_on: dt.date
    days: int | None
    in_time: bool | None


@dataclass(frozen=True)
class Suggestion:
    """A department to which a demand may belong, and why."""

    organisation: str
    title: str
    score: int
    elements: tuple[str, ...]
    """Titles of elements asked for, for which it is the authority."""
    items: tuple[str, ...]
    """Titles of items it has published about the same."""
    words: tuple[str, ...]
    """Words of its remit that the demand uses."""


@dataclass(frozen=True)
class LikeDemand:
    """A demand that asks for much the same."""

    number: str
    title: str
    applicant_title: str
    state_title: str
    tone: str
    opened_on: dt.date
    joiners: int
    mine: bool
    """Of the reader's organisation, or joined by it."""
    open: bool


@dataclass(frozen=True)
class SourceRow:
    """One data element: who answers for it, and who else collects it."""

    name: str
    title: str
    authority: str
    authority_title: str
    basis: str
    identifier: bool
    holders: tuple[tuple[str, int], ...]
    """Short names of the other organisations whose items carry it, with how many items."""
    has_item: bool
    """Whether the authority has published an item with it."""

    @property
    def repeated(self) -> bool:
        """Whether others collect again what one department answers for."""
        return bool(self.authority and self.holders and not self.identifier)


@dataclass(frozen=True)
class Repeated:
    """A field of an item that another department answers for."""

    field_title: str
    element: str
    organisation_title: str
    basis: str


@dataclass(frozen=True)
class Figures:
    """Needs of one kind and department (or all), in numbers."""

    kind: str
    provider: str
    provider_title: str
    total: int
    open: int
    overdue: int
    answered: int
    in_time: int
    agreed: int
    """Granted or fulfilled."""
    refused: int
    median_days: float | None
    """Working days until the answer."""
