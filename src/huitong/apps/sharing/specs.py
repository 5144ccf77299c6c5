"""Values of sharing that cross borders. Titles are in the language of the request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext

from huitong.engine.declarations import sharing
from huitong.engine.declarations.spec import Spec


@dataclass(frozen=True)
class ServiceRow:
    """One line of the list of services."""

    code: str
    title: str
    provider: str
    provider_title: str
    table: str
    kinds: tuple[str, ...]
    grants: int
    calls_today: int
    calls_30_days: int


@dataclass(frozen=True)
class ServiceField:
    """One field that a service offers."""

    name: str
    title: str
    element: str
    type: str
    level: int
    mask: str
    is_key: bool


@dataclass(frozen=True)
class GrantRow:
    """One grant."""

    code: str
    app: str
    app_title: str
    consumer_title: str
    service: str
    service_title: str
    purpose: str
    legal_basis: str
    fields: tuple[str, ...]
    clear: tuple[str, ...]
    row_filter: tuple[str, ...]
    """``field ∈ a, b`` per condition."""
    kinds: tuple[str, ...]
    quota: int
    valid_from: dt.date | None
    valid_to: dt.date | None
    state: str
    reason: str
    in_force: bool
    """Active, and today is within its dates."""
    ends_soon: bool = False
    """In force, and for no more than :data:`huitong.apps.sharing.grant_life.WARN_DAYS` days."""


@dataclass(frozen=True)
class MeterPoint:
    """Use of a service on one Beijing day."""

    day: dt.date
    calls: int
    refused: int
    asked: int
    answered: int


@dataclass(frozen=True)
class ServicePage:
    """A service, whom it serves, and how to call it."""

    code: str
    title: str
    abstract: str
    provider: str
    provider_title: str
    table: str
    key: str
    key_title: str
    key_element: str
    """The data element that says which keys can exist; "" for none."""
    kinds: tuple[str, ...]
    fields: tuple[ServiceField, ...]
    items: tuple[tuple[str, str], ...]
    """Code and title of the catalog items it makes available."""
    grants: tuple[GrantRow, ...]
    """Those the viewer may see."""
    usage: tuple[MeterPoint, ...]
    """The last 30 days with calls, oldest first."""
    records_path: str
    """``/gateway/v1/<code>/records``."""
    verify_path: str
    openapi_path: str
    token_path: str
    example_key: str
    """A key that has an answer: in the demo only, "" elsewhere."""


@dataclass(frozen=True)
class AppRow:
    """One consumer app."""

    code: str
    title: str
    organisation: str
    active: bool
    grants: int


@dataclass(frozen=True)
class IssuedSecret:
    """A new secret of an app: shown once, kept by nobody but the reader."""

    client_id: str
    client_secret: str


@dataclass(frozen=True)
class TrialToken:
    """A bearer token with which the service page calls the gateway for a grant the viewer's organisation holds."""

    access_token: str
    expires_in: int
    grant: str


class GrantState(Spec, frozen=True, kw_only=True):
    """Whether a grant is honoured, and why not."""

    code: str
    state: str
    reason: str = ""


class AppState(Spec, frozen=True, kw_only=True):
    """Whether an app may call, and why not."""

    code: str
    active: bool
    reason: str = ""


class GrantChange(Spec, frozen=True, kw_only=True):
    """What provider or bureau leave of a grant: never more than it gave before."""

    fields: tuple[str, ...]
    clear: tuple[str, ...] = ()
    kinds: tuple[sharing.ServiceKind, ...]
    row_filter: tuple[sharing.RowFilter, ...] = ()
    quota: int = 0
    """Keys a day; 0 means unlimited."""
    valid_to: str = ""
    """ISO date; "" for no end."""


@dataclass(frozen=True)
class GrantEvent:
    """One line of a grant's history."""

    at: dt.datetime
    action: str
    """The service that did it, e.g. ``suspend_grant``."""
    who: str
    organisation: str
    reason: str
    changes: tuple[tuple[str, str, str], ...]
    """What differs: name of the part, before, after."""


@dataclass(frozen=True)
class MayDo:
    """What the reader may do about a grant."""

    change: bool
    suspend: bool
    resume: bool
    revoke: bool
    renew: bool


@dataclass(frozen=True)
class AppPage:
    """One consumer app with its grants."""

    code: str
    title: str
    organisation: str
    active: bool
    reason: str
    has_secret: bool
    grants: tuple[GrantRow, ...]
    may_keep: bool
    """Whether the reader may rotate its secret and suspend it."""
    may_resume: bool


class SecretIssued(Spec, frozen=True, kw_only=True):
    """That an app got a new secret (never which)."""

    app: str


@dataclass(frozen=True)
class OpenlyKnown:
    """A service as the public knows it: what is shared so that people need not bring a paper. No field, no address."""

    code: str
    title: str
    papers: tuple[str, ...]
    """What people need not bring, in their words; empty where nobody declared it."""
    abstract: str
    names: tuple[str, ...]
    """Title, papers and abstract in either language: for searches."""
    provider: str
    provider_code: str
    of_people: bool
    """Looks up people, who see each use of their data; else companies."""
    verifies: bool
    """Answers yes or no and reveals nothing else."""
    users: int
    """Departments that hold a grant now."""

    @property
    def called(self) -> str:
        """What people know it as: the papers that it replaces, or its title where none are declared."""
        named = gettext("、").join(self.papers)
        return f"{named[:1].upper()}{named[1:]}" or self.title
