"""Values of accounts that cross borders."""

from __future__ import annotations

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
    depth: int


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


class SignInSpec(Spec, frozen=True, kw_only=True):
    """Who a session became."""

    login: str
