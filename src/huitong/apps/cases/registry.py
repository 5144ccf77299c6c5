"""What other apps tell the case engine, each in its ``AppConfig.ready()``: cases imports no other domain's app.

- :func:`on_entering`: do something in the transaction in which a case enters a state (make a grant, publish an item);
- :func:`guard`: refuse an action, with an error of your own;
- :func:`offered_where`: offer an action only where it fits what the case is about;
- :func:`may_open`: refuse opening a case;
- :func:`subject_link`: title and address of what a case is about;
- :func:`page_step`: something else that a case's page offers to a reader;
- :func:`form_options`: what a ``choice``, ``choices`` or ``item_fields`` question offers for one case;
- :func:`filled_in`: how answers read that no person gave but a service filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from huitong.apps.accounts.models import User
    from huitong.apps.accounts.visibility import Viewer
    from huitong.apps.cases.models import Case

F = TypeVar("F")


@dataclass(frozen=True)
class Link:
    """What a case is about, in the reader's language, and where it is shown ("" where the reader may not go)."""

    title: str
    href: str = ""


@dataclass(frozen=True)
class PageStep:
    """A button on a case's page that posts to an address of another app."""

    title: str
    href: str
    note: str = ""


@dataclass(frozen=True)
class Opening:
    """What is about to be opened: data are the answers to the type's form."""

    case_type: str
    title: str
    subject_kind: str
    subject_key: str
    parties: Mapping[str, str]
    """Party → code of its organisation; "" for a citizen."""
    data: Mapping[str, object]
    through: str = ""
    """The service that opens it, where a type's cases come from one only: nobody outside of the program can say so."""


Entering = Callable[["User", "Case"], None]
"""Called with who acted and the case as it now stands; what it raises undoes the action."""
Guard = Callable[["User", "Case", Mapping[str, object]], None]
"""Called before an action with who acts, the case as it stands and the answers; refuses by raising."""
Fits = Callable[["Viewer", "Case"], bool]
"""From the reader, who may take an action, and the case: whether a guard would take it at all."""
OpenGuard = Callable[["User", Opening], None]
SubjectLink = Callable[["Viewer", str], Link | None]
"""From the reader and ``subject_key``."""
Steps = Callable[["User", "Case"], PageStep | None]
Options = Callable[["Case | None", Mapping[str, object]], tuple[tuple[str, str], ...]]
"""From the case (None while it is being opened) and the answers known so far: codes with titles to choose among."""
Filled = Callable[["Case", Mapping[str, object]], Mapping[str, str]]
"""From a case and answers kept in it: by question, those that read otherwise in the reader's language."""

_entering: dict[tuple[str, str], list[Entering]] = {}
_guards: dict[tuple[str, str], list[Guard]] = {}
_fitting: dict[tuple[str, str], Fits] = {}
_open_guards: dict[str, list[OpenGuard]] = {}
_links: dict[str, SubjectLink] = {}
_steps: dict[str, list[Steps]] = {}
_options: dict[tuple[str, str], Options] = {}
_filled: dict[str, Filled] = {}


def on_entering(case_type: str, state: str, function: Entering) -> None:
    """Call ``function`` whenever a case of the type enters the state (its first one included), in that transaction."""
    _add(_entering.setdefault((case_type, state), []), function)


def guard(case_type: str, action: str, function: Guard) -> None:
    """Ask ``function`` before the action is taken."""
    _add(_guards.setdefault((case_type, action), []), function)


def offered_where(case_type: str, action: str, function: Fits) -> None:
    """Offer the action only where ``function`` says that it fits the case, on every page and in the API."""
    _fitting[case_type, action] = function


def may_open(case_type: str, function: OpenGuard) -> None:
    """Ask ``function`` before a case of the type is opened."""
    _add(_open_guards.setdefault(case_type, []), function)


def subject_link(kind: str, function: SubjectLink) -> None:
    """Say what cases about ``kind`` are about."""
    _links[kind] = function


def page_step(case_type: str, function: Steps) -> None:
    """Offer something on the page of the type's cases, to whom ``function`` says."""
    _add(_steps.setdefault(case_type, []), function)


def form_options(case_type: str, field: str, function: Options) -> None:
    """Say what a question offers."""
    _options[case_type, field] = function


def filled_in(case_type: str, function: Filled) -> None:
    """Say how the answers read that a service filled in: a case keeps names in Chinese."""
    _filled[case_type] = function


def _add(functions: list[F], function: F) -> None:
    if function not in functions:
        functions.append(function)


def entering_hooks(case_type: str, state: str) -> tuple[Entering, ...]:
    """Return what is to be called when a case enters a state."""
    return tuple(_entering.get((case_type, state), ()))


def guards_of(case_type: str, action: str) -> tuple[Guard, ...]:
    """Return who is to be asked before an action."""
    return tuple(_guards.get((case_type, action), ()))


def fits(viewer: Viewer, case: Case, action: str) -> bool:
    """Tell whether an action fits what a case is about."""
    asked = _fitting.get((case.type.code, action))
    return asked is None or asked(viewer, case)


def opening_guards(case_type: str) -> tuple[OpenGuard, ...]:
    """Return who is to be asked before a case is opened."""
    return tuple(_open_guards.get(case_type, ()))


def page_steps(user: User, case: Case) -> tuple[PageStep, ...]:
    """Return what else a case's page offers to a reader."""
    found = (function(user, case) for function in _steps.get(case.type.code, ()))
    return tuple(one for one in found if one is not None)


def link_to(viewer: Viewer, kind: str, key: str) -> Link | None:
    """Return what a case is about; None when it is about nothing, or nobody registered the kind."""
    return _links[kind](viewer, key) if kind in _links and key else None


def options_of(
    case_type: str, field: str, case: Case | None, data: Mapping[str, object]
) -> tuple[tuple[str, str], ...] | None:
    """Return what a question offers for a case; None when its declaration says all."""
    function = _options.get((case_type, field))
    return None if function is None else function(case, data)


def filled_answers(case_type: str, case: Case, data: Mapping[str, object]) -> Mapping[str, str]:
    """Return the answers that read otherwise than they are kept, by question."""
    function = _filled.get(case_type)
    return {} if function is None else function(case, data)
