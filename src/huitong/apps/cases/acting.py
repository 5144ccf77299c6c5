"""Opening a case, and the actions that lead it from state to state."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.selectors import SYSTEM_LOGIN, organisation_by_code, the_bureau, working_calendar
from huitong.apps.cases.answers import read_answers
from huitong.apps.cases.clockwork import save_standing, settle_clocks
from huitong.apps.cases.models import Case, CaseEvent, CaseNumber, CaseType, Participation
from huitong.apps.cases.registry import Opening, entering_hooks, guards_of, opening_guards
from huitong.apps.cases.specs import CaseStand
from huitong.apps.cases.telling import tell_of_state
from huitong.apps.declared import in_language
from huitong.apps.ledger.services import record_audit
from huitong.engine.declarations import cases
from huitong.foundation import clock
from huitong.foundation.errors import Terminal


@transaction.atomic
def open_case(
    acting_user: User,
    *,
    case_type: str,
    title: str,
    subject_kind: str = "",
    subject_key: str = "",
    parties: Mapping[str, str] | None = None,
    data: Mapping[str, object] | None = None,
    through: str = "",
) -> Case:
    """Open a case in the first state of its type; its clocks start and its hooks are called.

    Args:
        case_type: code of a declared type.
        title: what it is about, in a line that everybody in the case may read.
        subject_kind, subject_key: the thing it is about, see :mod:`huitong.apps.cases.registry`.
        parties: party → code of its organisation; those with a ``default`` may be left out, and the bureau is nobody
            else.
        data: answers to the type's form.
        through: see :class:`huitong.apps.cases.registry.Opening`.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the user acts for the party that opens,
            ``cases.party_missing``, ``cases.party_fixed``, ``cases.answer_missing``, ``cases.answer_wrong``; what a
            guard raises.
    """
    row = _type(case_type)
    spec = row.as_spec()
    organisations = _parties(acting_user, spec, parties or {})
    _check_opener(acting_user, spec, organisations[spec.opened_by])
    answers = read_answers(spec.code, spec.form, data or {})
    codes = {name: one.code if one else "" for name, one in organisations.items()}
    opening = Opening(spec.code, title, subject_kind, subject_key, codes, answers, through)
    for ask in opening_guards(spec.code):
        ask(acting_user, opening)
    now = clock.now()
    case = Case(
        number=next_number(spec.prefix),
        type=row,
        title=title.strip()[:300],
        subject_kind=subject_kind,
        subject_key=subject_key,
        data=answers,
        opened_by=acting_user,
        opened_at=now,
    )
    state = spec.states[0].name
    _stand(case, spec, state, organisations)
    case.save()
    Participation.objects.bulk_create(
        Participation(case=case, name=name, organisation=one) for name, one in organisations.items()
    )
    settle_clocks(case, spec, today=clock.beijing_today(now), calendar=working_calendar())
    save_standing(case)
    note_event(case, CaseEvent.Kind.OPENED, acting_user, target=state, data=answers)
    after = CaseStand(state=state, version=case.version)
    record_audit(acting_user, action="cases.open_case", kind="case", target=case.number, after=after)
    return _entered(acting_user, case, spec, turn_before=spec.opened_by)


def _type(code: str) -> CaseType:
    found = CaseType.objects.filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="case type", code=code)
    return found


def _parties(user: User, spec: cases.CaseType, given: Mapping[str, str]) -> dict[str, Organisation | None]:
    unknown = next((name for name in given if all(name != party.name for party in spec.parties)), None)
    if unknown is not None:
        raise Terminal("cases.party_missing", case_type=spec.code, party=unknown)
    return {party.name: _organisation(user, spec, party, given.get(party.name, "")) for party in spec.parties}


def _organisation(user: User, spec: cases.CaseType, party: cases.Party, code: str) -> Organisation | None:
    if code and party.default != "bureau":
        return organisation_by_code(code)
    found = None
    if party.default == "opener":
        found = user.organisation
    elif party.default == "bureau":
        found = the_bureau()
        if code and (found is None or found.code != code):  # who answers for the city is nobody's choice
            right = found.shown_short if found else "—"
            names = {"case_type": in_language(spec.title, spec.title_en)}
            raise Terminal("cases.party_fixed", **names, party=in_language(party.title, party.title_en), right=right)
    citizen = party.name == spec.opened_by and party.default == "opener" and user.has_role("citizen")
    if found is None and not citizen:
        raise Terminal("cases.party_missing", case_type=spec.code, party=in_language(party.title, party.title_en))
    return found


def _check_opener(user: User, spec: cases.CaseType, organisation: Organisation | None) -> None:
    roles = spec.party(spec.opened_by).roles
    acts = user.has_role(*roles) if organisation is None else user.acts_for(organisation.pk, roles)
    if not acts and not is_system(user):
        raise Terminal("people.not_allowed", login=user.login)


def is_system(user: User) -> bool:
    """Tell whether the program itself acts."""
    return user.login == SYSTEM_LOGIN


def next_number(prefix: str) -> str:
    """Return the next number of this Beijing year; a transaction that fails gives it back."""
    year = clock.beijing_today().year
    CaseNumber.objects.get_or_create(prefix=prefix, year=year)
    CaseNumber.objects.filter(prefix=prefix, year=year).update(last=F("last") + 1)
    return f"{prefix}-{year}-{CaseNumber.objects.get(prefix=prefix, year=year).last:06d}"


@transaction.atomic
def act(
    acting_user: User,
    *,
    number: str,
    action: str,
    version: int | None,
    data: Mapping[str, object] | None = None,
    comment: str = "",
) -> Case:
    """Take an action on a case: check it, move the case, its clocks and its timeline, call the hooks.

    Args:
        version: of the case as the user saw it; None (for programs) acts on whatever it is now.
        data: answers to the action's form.
        comment: read by everybody in the case; needed where the action wants a reason.

    Returns:
        The case as it stands after the action and its hooks.

    Raises:
        Terminal: ``people.not_found``, ``cases.changed_meanwhile`` (says who did what), ``cases.no_such_action`` from
            this state, ``people.not_allowed``, ``cases.claimed_by_other``, ``cases.reason_missing``,
            ``cases.answer_missing``, ``cases.answer_wrong``; what a guard or a hook raises.
    """
    case = locked_case(acting_user, number)
    spec = case.type.as_spec()
    check_version(case, spec, version)
    step = next((one for one in spec.actions_in(case.state) if one.name == action), None)
    if step is None:
        raise Terminal("cases.no_such_action", number=number, action=action, state=state_title(spec, case.state))
    _check_actor(acting_user, case, spec, step)
    answers = read_answers(spec.code, step.form, data or {}, case=case)
    if step.reason and not comment.strip():
        raise Terminal("cases.reason_missing", action=in_language(step.title, step.title_en))
    for ask in guards_of(spec.code, action):
        ask(acting_user, case, answers)
    before = CaseStand(state=case.state, version=case.version)
    turn = case.turn
    _move(case, spec, step, answers)
    note_event(
        case,
        CaseEvent.Kind.ACTED,
        acting_user,
        action=action,
        source=before.state,
        target=step.target,
        comment=comment.strip(),
        data=answers,
    )
    after = CaseStand(state=case.state, version=case.version, action=action)
    record_audit(acting_user, action="cases.act_on_case", kind="case", target=number, before=before, after=after)
    return _entered(acting_user, case, spec, turn_before=turn) if step.target != before.state else case


def locked_case(viewer: User, number: str) -> Case:
    """Return a case that ``viewer`` may see, locked until the transaction ends.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    visible = Case.objects.filter(number=number) if is_system(viewer) else Case.objects.visible_to(viewer)
    found = visible.filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        raise Terminal("people.not_found", kind="case", code=number)
    return locked(found)


def locked(pk: int) -> Case:
    """Return a case, locked until the transaction ends, with what never changes of it.

    Who has claimed it and whose turn it is are read afterwards: PostgreSQL, when it had to wait for the lock, reads the
    row anew, but not what was joined to it.
    """
    return Case.objects.select_for_update(of=("self",)).select_related("type", "opened_by").get(pk=pk)


def check_version(case: Case, spec: cases.CaseType, version: int | None) -> None:
    """Refuse to act on a case that is not what its reader saw.

    Raises:
        Terminal: ``cases.changed_meanwhile``.
    """
    if version is None or version == case.version:
        return
    last = CaseEvent.objects.filter(case=case, version=case.version).select_related("user").first()
    done = next((one for one in spec.actions if last and one.name == last.action), None)
    raise Terminal(
        "cases.changed_meanwhile",
        number=case.number,
        who=last.user.shown_name if last and last.user else "—",
        what=in_language(done.title, done.title_en) if done else (last.kind if last else "—"),
        at=clock.beijing_text(last.at if last else case.changed_at),
        state=state_title(spec, case.state),
    )


def state_title(spec: cases.CaseType, name: str) -> str:
    """Return what a state is called in the language of the request."""
    state = spec.state(name)
    return in_language(state.title, state.title_en)


def may_act(
    user: User, case: Case, spec: cases.CaseType, step: cases.Action, parties: Mapping[str, int | None]
) -> bool:
    """Tell whether ``user`` may take an action, whoever has claimed the case.

    Args:
        parties: party → id of its organisation.
    """
    if step.party == cases.SYSTEM:
        return is_system(user)
    organisation = parties.get(step.party)
    if organisation is None:
        return case.opened_by_id == user.pk
    return user.acts_for(organisation, spec.roles_for(step))


def _check_actor(user: User, case: Case, spec: cases.CaseType, step: cases.Action) -> None:
    if not may_act(user, case, spec, step, parties_of(case)):
        raise Terminal("people.not_allowed", login=user.login)
    other = case.claimed_by
    if other is not None and other.pk != user.pk and step.party == case.turn:
        raise Terminal("cases.claimed_by_other", number=case.number, who=other.shown_name)


def parties_of(case: Case) -> dict[str, int | None]:
    """Return party → id of its organisation."""
    return dict(Participation.objects.filter(case=case).values_list("name", "organisation"))


def _move(case: Case, spec: cases.CaseType, step: cases.Action, answers: Mapping[str, object]) -> None:
    asked = {field.name for field in step.form}  # what is left blank now is no longer answered
    case.data = {**{name: value for name, value in case.data.items() if name not in asked}, **answers}
    case.version += 1
    turn = case.turn
    organisations = {one.name: one.organisation for one in case.participations.select_related("organisation")}
    _stand(case, spec, step.target, organisations)
    if case.turn != turn:
        case.claimed_by = None
    today = clock.beijing_today(case.changed_at)
    settle_clocks(case, spec, today=today, calendar=working_calendar(), restarts=step.restarts)
    save_standing(case)


def _stand(case: Case, spec: cases.CaseType, state: str, parties: Mapping[str, Organisation | None]) -> None:
    """Put a case into a state. Does not save."""
    case.state, case.place = state, f"{spec.code}:{state}"
    case.turn = spec.state(state).turn
    case.turn_organisation = parties.get(case.turn)
    case.changed_at = clock.now()
    case.closed_at = None if case.turn else case.changed_at


def note_event(
    case: Case,
    kind: CaseEvent.Kind,
    user: User | None,
    *,
    action: str = "",
    source: str = "",
    target: str = "",
    clock_name: str = "",
    comment: str = "",
    data: Mapping[str, object] | None = None,
    organisation: Organisation | None = None,
) -> CaseEvent:
    """Write a line of a case's timeline; ``organisation`` defaults to the user's."""
    return CaseEvent.objects.create(
        case=case,
        at=clock.now(),
        kind=kind,
        user=None if user is None or is_system(user) else user,
        organisation=organisation or (user.organisation if user else None),
        action=action,
        source=source,
        target=target,
        clock=clock_name,
        comment=comment,
        data=dict(data or {}),
        version=case.version,
    )


def _entered(user: User, case: Case, spec: cases.CaseType, *, turn_before: str) -> Case:
    """Call the hooks of the state just entered, which may say who answers, or act on the case themselves; then tell.

    Whoever acted last has told where the case stands: nobody is called to a state that the program has left already.
    """
    hooks = entering_hooks(case.type.code, case.state)
    for hook in hooks:
        hook(user, case)
    after = Case.objects.select_related("type").get(pk=case.pk) if hooks else case
    if after.version == case.version:
        tell_of_state(user, after, spec, turn_before=turn_before)
    return after
