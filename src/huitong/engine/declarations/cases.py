"""Case types (办件类型): states, actions, parties, forms and working-day clocks of the work that people must act on.

In a pack: ``case_types/<code>.yaml``. A case is opened by one party, stands in one state, and waits for the party whose
turn that state is; only a declared action leads from a state to the next. Clocks follow the states: nobody starts or
stops one by hand, so none can be forgotten::

    enters a state in ``states``      starts (or goes on with what was left when it was paused)
    enters a state in ``paused_in``   pauses: 补正 does not count against the office that answers
    enters any other state            ends
    an action ``restarts`` it         begins anew with all its days
"""

from __future__ import annotations

from typing import Literal

from huitong.engine.declarations.people import Role
from huitong.engine.declarations.spec import Spec

FieldKind = Literal["text", "long_text", "choice", "choices", "number", "date", "yes_no", "item_fields"]
"""``item_fields``: some of a catalog item's fields, offered by whoever registered them (``apps/cases/registry.py``)."""
Tone = Literal["", "good", "info", "warn", "bad"]

SYSTEM = "system"
"""The party of what no person does: a state that waits for the program, an action that a hook takes."""


class Choice(Spec, frozen=True, kw_only=True):
    """One value that a ``choice`` or ``choices`` field offers."""

    code: str
    title: str
    title_en: str


class FormField(Spec, frozen=True, kw_only=True):
    """One question of a form. ``name`` is the key of the answer in the case's data, one meaning in a whole case type.

    Answers: text (``text``, ``long_text``, ``choice``, ``date`` as ISO), number (``number``), true or false
    (``yes_no``), a list of texts (``choices``, ``item_fields``).
    """

    name: str
    title: str
    title_en: str
    kind: FieldKind = "text"
    required: bool = False
    help: str = ""
    help_en: str = ""
    choices: tuple[Choice, ...] = ()
    max_length: int = 0
    """Characters of a text; 0 means 200, and 4,000 for ``long_text``."""
    minimum: float | None = None
    maximum: float | None = None


class Party(Spec, frozen=True, kw_only=True):
    """Who takes part: one organisation a case, named when the case is opened.

    ``roles`` may act for it. ``default`` fills it where the opening names none: the organisation of who opens the case,
    or the bureau. A party without an organisation is the citizen who opened the case.
    """

    name: str
    title: str
    title_en: str
    roles: tuple[Role, ...] = ("data_officer", "bureau")
    default: Literal["", "opener", "bureau"] = ""


class State(Spec, frozen=True, kw_only=True):
    """Where a case may stand. ``turn`` names the party that must act, :data:`SYSTEM`, or "" where the case is over."""

    name: str
    title: str
    title_en: str
    turn: str = ""
    tone: Tone = ""


class Action(Spec, frozen=True, kw_only=True):
    """A step that ``party`` may take in ``sources``, leading to ``target`` (a source again: it stays there).

    ``roles`` narrows who of the party may; ``reason`` asks for a comment that everybody in the case reads; ``bulk``
    allows it for many cases at once (only without required questions).
    """

    name: str
    title: str
    title_en: str
    sources: tuple[str, ...]
    target: str
    party: str
    roles: tuple[Role, ...] = ()
    form: tuple[FormField, ...] = ()
    reason: bool = False
    bulk: bool = False
    restarts: tuple[str, ...] = ()
    """Clocks that begin anew."""
    tone: Literal["", "primary", "danger"] = ""


class Clock(Spec, frozen=True, kw_only=True):
    """A time limit of ``days`` working days for whoever's turn it is (``party`` where the turn is the program's).

    Warns ``warn`` working days before it ends; may be extended by ``extend`` working days in all, with a reason; goes
    to the superior of the party's organisation on the day after it ended.
    """

    name: str
    title: str
    title_en: str
    days: int
    states: tuple[str, ...]
    paused_in: tuple[str, ...] = ()
    warn: int = 1
    extend: int = 0
    party: str = ""


class CaseType(Spec, frozen=True, kw_only=True):
    """办件类型. ``states[0]`` is where a case begins; ``opened_by`` is the party whose people may open one.

    ``prefix`` begins the numbers of its cases: ``YY-2026-000001``.
    """

    code: str
    prefix: str
    title: str
    title_en: str
    abstract: str = ""
    abstract_en: str = ""
    parties: tuple[Party, ...]
    opened_by: str
    form: tuple[FormField, ...] = ()
    states: tuple[State, ...]
    actions: tuple[Action, ...]
    clocks: tuple[Clock, ...] = ()

    def state(self, name: str) -> State:
        """Return a declared state."""
        return next(state for state in self.states if state.name == name)

    def party(self, name: str) -> Party:
        """Return a declared party."""
        return next(party for party in self.parties if party.name == name)

    def actions_in(self, state: str) -> tuple[Action, ...]:
        """Return the actions that lead on from a state, in declared order."""
        return tuple(action for action in self.actions if state in action.sources)

    def roles_for(self, action: Action) -> tuple[Role, ...]:
        """Return the roles that may take an action: its own, or those of its party; none for the program's."""
        if action.party == SYSTEM:
            return ()
        return action.roles or self.party(action.party).roles

    @property
    def fields(self) -> dict[str, FormField]:
        """Every question of every form, by name."""
        forms = (self.form, *(action.form for action in self.actions))
        return {field.name: field for form in forms for field in form}
