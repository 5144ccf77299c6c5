"""What the people of one party do among themselves, and what everybody in a case may say: claim, hand over, comment."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import user_by_login
from huitong.apps.cases.acting import locked_case, may_act, note_event, parties_of, state_title
from huitong.apps.cases.mentioning import calls_somebody, may_call, mentioned_in
from huitong.apps.cases.models import Case, CaseEvent
from huitong.apps.cases.specs import CaseStand
from huitong.apps.cases.telling import tell_of_hand_over, tell_of_words
from huitong.apps.declared import in_language
from huitong.apps.ledger.services import record_audit
from huitong.engine.declarations import cases
from huitong.foundation.errors import Terminal


@transaction.atomic
def claim(acting_user: User, *, number: str) -> Case:
    """Take a case that waits for one's party upon oneself; claiming it again changes nothing.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the user may act on it now,
            ``cases.claimed_by_other``.
    """
    case = locked_case(acting_user, number)
    _check_may_work(acting_user, case)
    other = case.claimed_by
    if other is not None and other.pk != acting_user.pk:
        raise Terminal("cases.claimed_by_other", number=number, who=other.shown_name)
    if other is None:
        _give(acting_user, case, acting_user, CaseEvent.Kind.CLAIMED, "cases.claim_case")
    return case


@transaction.atomic
def release(acting_user: User, *, number: str) -> Case:
    """Give a claimed case back to the queue.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the user may act on it now.
    """
    case = locked_case(acting_user, number)
    _check_may_work(acting_user, case)
    if case.claimed_by is not None:
        _give(acting_user, case, None, CaseEvent.Kind.RELEASED, "cases.release_case")
    return case


@transaction.atomic
def hand_over(acting_user: User, *, number: str, login: str, comment: str = "") -> Case:
    """Give a case to somebody who may act on it as well; a colleague may also take it over from who claimed it.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the user may act on it now,
            ``cases.cannot_take_over`` when the other one may not.
    """
    case = locked_case(acting_user, number)
    _check_may_work(acting_user, case)
    other = user_by_login(login)
    if not may_work(other, case):
        raise Terminal("cases.cannot_take_over", number=number, who=other.shown_name)
    _give(acting_user, case, other, CaseEvent.Kind.HANDED_OVER, "cases.hand_over_case", comment.strip())
    tell_of_hand_over(acting_user, case, other)
    return case


def _give(acting_user: User, case: Case, to: User | None, kind: CaseEvent.Kind, action: str, comment: str = "") -> None:
    before = _stand(case)
    case.claimed_by = to
    case.save(update_fields=["claimed_by"])
    data = {"login": to.login, "name": to.name, "name_en": to.name_en} if to else {}
    note_event(case, kind, acting_user, comment=comment, data=data)
    record_audit(acting_user, action=action, kind="case", target=case.number, before=before, after=_stand(case))


def _stand(case: Case) -> CaseStand:
    claimed = case.claimed_by.login if case.claimed_by else ""
    return CaseStand(state=case.state, version=case.version, claimed_by=claimed)


def may_work(user: User, case: Case, spec: cases.CaseType | None = None) -> bool:
    """Tell whether ``user`` may take an action of the party whose turn it is."""
    spec = spec or case.type.as_spec()
    parties = parties_of(case)
    steps = (step for step in spec.actions_in(case.state) if step.party == case.turn)
    return any(may_act(user, case, spec, step, parties) for step in steps)


def _check_may_work(user: User, case: Case) -> None:
    if not may_work(user, case):
        raise Terminal("people.not_allowed", login=user.login)


@transaction.atomic
def comment_on(acting_user: User, *, number: str, comment: str, mention: Iterable[str] = ()) -> CaseEvent:
    """Say something to everybody in a case; ``@name`` and ``@login`` call somebody who may see it.

    Args:
        mention: logins of people who are called as well.

    Raises:
        Terminal: ``people.not_found``, ``cases.comment_missing``, ``cases.cannot_mention`` who may not see the case,
            ``cases.mention_ambiguous``, ``cases.call_not_allowed`` when a citizen calls anybody.
    """
    case = locked_case(acting_user, number)
    text = comment.strip()
    if not text:
        raise Terminal("cases.comment_missing", number=number)
    mention = tuple(mention)
    if not may_call(acting_user) and calls_somebody(text, mention):
        raise Terminal("cases.call_not_allowed", number=number)
    mentioned = mentioned_in(text, case, mention) if may_call(acting_user) else []
    event = note_event(
        case, CaseEvent.Kind.COMMENTED, acting_user, comment=text, data={"mentions": [one.login for one in mentioned]}
    )
    tell_of_words(acting_user, case, mentioned)
    record_audit(acting_user, action="cases.comment_on_case", kind="case", target=number, after=_stand(case))
    return event


def turn_title(case: Case, spec: cases.CaseType) -> str:
    """Return who must act, in words: the organisation, else the party or the state itself."""
    if case.turn_organisation is not None:
        return case.turn_organisation.shown_short
    if not case.turn:
        return ""
    if case.turn == cases.SYSTEM:
        return state_title(spec, case.state)
    party = spec.party(case.turn)
    return in_language(party.title, party.title_en)
