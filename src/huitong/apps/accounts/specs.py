"""Values of accounts that cross borders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huitong.engine.declarations.spec import Spec


@dataclass(frozen=True)
class OrganisationNode:
    """An organisation in its tree; ``depth`` 0 at the root."""

    code: str
    title: str
    short: str
    kind: str
    division: str
    superior: str
    """Code of the one above it; "" at the root."""
    depth: int
    names: tuple[str, ...]
    """What it is called in either language, in full and short: for searches."""


@dataclass(frozen=True)
class Persona:
    """One account of the demo, as the switch offers it."""

    login: str
    name: str
    role: str
    organisation: str


class CalendarDaySpec(Spec, frozen=True, kw_only=True):
    """A day set by hand: ISO date, whether it is a working day, and why."""

    day: str
    working: bool
    note: str = ""


class CalendarYearSpec(Spec, frozen=True, kw_only=True):
    """A year made official, and the notice that did it."""

    year: int
    notice: str


class CalendarNoticeSpec(Spec, frozen=True, kw_only=True):
    """A year's notice as entered, with the days that it names, and those of them that stay as set by hand."""

    year: int
    notice: str
    days: tuple[CalendarDaySpec, ...] = ()
    kept_by_hand: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoticeTaken:
    """What entering a notice did: how many days changed, and which stay as they were set by hand against it."""

    changed: int
    kept: tuple[dt.date, ...]


class SignInSpec(Spec, frozen=True, kw_only=True):
    """Who a session became."""

    login: str


class SessionSpec(Spec, frozen=True, kw_only=True):
    """A session that was ended: whose, from where, since when (ISO)."""

    login: str
    address: str
    since: str


class FactorSpec(Spec, frozen=True, kw_only=True):
    """A second factor that was set up or removed: ``totp``, ``webauthn`` or ``recovery_codes``."""

    login: str
    kind: str


class BlockSpec(Spec, frozen=True, kw_only=True):
    """Attempts that were stopped: from where, and how many had failed."""

    address: str
    failed: int


@dataclass(frozen=True)
class SessionRow:
    """One place where somebody is signed in."""

    id: int
    address: str
    agent: str
    method: str
    started_at: dt.datetime
    seen_at: dt.datetime
    current: bool


@dataclass(frozen=True)
class AttemptRow:
    """One attempt to sign in."""

    at: dt.datetime
    address: str
    agent: str
    method: str
    outcome: str


@dataclass(frozen=True)
class Factors:
    """The second factors of an account."""

    totp: bool
    passkeys: tuple[Passkey, ...]
    codes_left: int | None
    """Unused recovery codes, None when there are none at all."""

    @property
    def on(self) -> bool:
        """Whether signing in asks for a second factor."""
        return self.totp or bool(self.passkeys)


@dataclass(frozen=True)
class Passkey:
    """One passkey or security key."""

    id: int
    name: str
    added_at: dt.datetime
    used_at: dt.datetime | None


@dataclass(frozen=True)
class UserRow:
    """One account in the list of users."""

    login: str
    name: str
    role: str
    organisation: str
    active: bool
    last_login: dt.datetime | None
    factor: bool
    sessions: int
