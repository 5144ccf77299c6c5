"""Values of cases that cross borders. Titles are in the language of the request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from huitong.engine.declarations.spec import Spec

View = Literal["mine", "ours", "open", "all"]
"""``mine``: waits for the viewer; ``ours``: for the viewer's organisation; ``open`` and ``all``: whatever one sees."""


class CaseStand(Spec, frozen=True, kw_only=True):
    """Where a case stands, as the audit ledger keeps it. The answers stay with the case."""

    state: str
    version: int
    action: str = ""
    claimed_by: str = ""


class ClockExtension(Spec, frozen=True, kw_only=True):
    """A clock given more working days."""

    clock: str
    days: int
    due_on: str


@dataclass(frozen=True)
class Advanced:
    """What looking at the clocks came to: numbers of clocks."""

    warned: int = 0
    escalated: int = 0
    stuck: int = 0
    """Late, and nobody there to escalate to."""


@dataclass(frozen=True)
class CaseFilter:
    """What a queue shows. Empty values narrow nothing."""

    view: View = "mine"
    case_type: str = ""
    state: str = ""
    """Of ``case_type``."""
    organisation: str = ""
    """Code of the organisation whose turn it is."""
    due: Literal["", "late", "soon", "ahead", "escalated"] = ""
    """``ahead``: not late, soon or not."""
    text: str = ""
    """A number or its beginning, a subject's code, or words of a title."""
    order: Literal["", "due", "-due", "opened_at", "-opened_at"] = ""
    """One of those that :func:`huitong.apps.cases.queues.orders_of` offers, or its opposite; "" for the queue's own:
    first what is due first, and of ``all`` the newest."""


@dataclass(frozen=True)
class CaseRow:
    """One line of a queue."""

    number: str
    title: str
    case_type: str
    type_title: str
    state: str
    state_title: str
    tone: str
    turn_title: str
    """The organisation, the citizen or the program that must act; "" when the case is over."""
    claimed_by: str
    opened_at: dt.datetime
    changed_at: dt.datetime
    due_on: dt.date | None
    days_left: int | None
    """Working days until ``due_on``; negative when late."""
    provisional: bool
    escalated: bool
    closed: bool
    version: int


@dataclass(frozen=True)
class WaitingCounts:
    """My work today, in cases."""

    mine: int
    """Wait for me: my organisation's turn, my role may act, and nobody else has claimed them."""
    ours: int
    """Wait for my organisation, whoever of it."""
    late: int
    """Of mine."""
    soon: int
    """Of mine: due within :data:`huitong.apps.cases.selectors.SOON` working days, and not late."""
    escalated: int
    """Of those I see: open, and a clock has gone to the superior."""


@dataclass(frozen=True)
class EventRow:
    """One line of a timeline."""

    at: dt.datetime
    kind: str
    who: str
    organisation: str
    action_title: str
    source_title: str
    target_title: str
    tone: str
    clock_title: str
    comment: str
    answers: tuple[tuple[str, str], ...]
    """Titles of questions and the answers in words."""
    data: dict[str, object]
    version: int


class AttachmentSpec(Spec, frozen=True, kw_only=True):
    """A file put into a case."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class ClockRow:
    """A clock as a case's page shows it."""

    name: str
    title: str
    state: str
    party_title: str
    days: int
    """With extensions."""
    extended: int
    due_on: dt.date | None
    days_left: int | None
    """Working days until ``due_on`` while it runs."""
    ended_on: dt.date | None
    late: bool
    """It ran out, now or in an earlier start."""
    provisional: bool
    escalated_on: dt.date | None
    escalated_to: str
    may_extend_by: int
    """Working days by which the reader may still extend it; 0 for not at all."""


@dataclass(frozen=True)
class PartyRow:
    """A party as a case's page shows it."""

    name: str
    title: str
    organisation: str
    code: str
    is_turn: bool


@dataclass(frozen=True)
class AttachmentRow:
    """A file of a case."""

    id: int
    name: str
    media_type: str
    size: int
    who: str
    at: dt.datetime


@dataclass(frozen=True)
class CasePage:
    """A case as its page shows it, to one reader."""

    row: CaseRow
    abstract: str
    answers: tuple[tuple[str, str], ...]
    parties: tuple[PartyRow, ...]
    clocks: tuple[ClockRow, ...]
    attachments: tuple[AttachmentRow, ...]
    subject: tuple[str, str]
    """Title and address of what it is about; both "" for nothing."""
    opened_by: str
    may_work: bool
    """The reader may claim it, hand it over, act on it."""
    claimed_by_me: bool
    colleagues: tuple[tuple[str, str], ...]
    """Login and name of the others who may take it over."""
    may_call: bool
    """The reader may call people in a comment."""
    people: tuple[tuple[str, str, str], ...]
    """Login, name and organisation of whom the reader may call in a comment; empty where they are too many to list."""
    steps: tuple[tuple[str, str, str], ...]
    """What else the reader is offered: title, address to post to, a note."""


@dataclass(frozen=True)
class BulkResult:
    """What acting on many cases came to."""

    done: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    """Number, and why."""


@dataclass(frozen=True)
class BulkOffer:
    """An action that the reader may take for many cases at once."""

    case_type: str
    action: str
    title: str
    reason: bool
    states: tuple[str, ...]
