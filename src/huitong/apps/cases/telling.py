"""Who is told what about a case: whoever must act, whoever waits for it, whoever stands above who is late."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.selectors import officials_of, users_for
from huitong.apps.cases.models import Case
from huitong.apps.cases.titles import TitleWords
from huitong.apps.notices.services import tell
from huitong.apps.notices.specs import Telling
from huitong.engine.declarations.cases import CaseType
from huitong.engine.declarations.people import Role


def acting_roles(spec: CaseType, state: str, party: str) -> set[Role]:
    """Return the roles that may act for a party in a state."""
    steps = (step for step in spec.actions_in(state) if step.party == party)
    return {role for step in steps for role in spec.roles_for(step)}


def whose_turn(case: Case, spec: CaseType) -> list[User]:
    """Return who may act now: the one who claimed it, or everybody of the party with a role that may."""
    if case.claimed_by is not None:
        return [case.claimed_by]
    if case.turn_organisation is None:
        citizen = case.turn and any(party.name == case.turn for party in spec.parties)
        return [case.opened_by] if citizen else []
    return users_for(case.turn_organisation.pk, acting_roles(spec, case.state, case.turn))


def tell_of_state(acting_user: User, case: Case, spec: CaseType, *, turn_before: str) -> None:
    """Tell those whose turn it has become, and who opened the case when it is over."""
    state = spec.state(case.state)
    if not case.turn:
        what = (f"{case.title}：{state.title}", f"{case.title}: {state.title_en}")
        _tell(case, "closed", what, [case.opened_by], [], acting_user)
        return
    if case.turn == turn_before:
        return
    organisations = [case.turn_organisation] if case.turn_organisation else []
    what = (f"{state.title}：{case.title}", f"{state.title_en}: {case.title}")
    _tell(case, "your_turn", what, whose_turn(case, spec), organisations, acting_user)


def tell_of_warning(case: Case, spec: CaseType, due: str) -> None:
    """Tell whose turn it is that time is running out."""
    what = (f"{due} 到期：{case.title}", f"Due on {due}: {case.title}")
    organisations = [case.turn_organisation] if case.turn_organisation else []
    _tell(case, "warned", what, whose_turn(case, spec), organisations, urgent=True)


def tell_of_escalation(case: Case, spec: CaseType, above: Organisation) -> None:
    """Tell the superior, whose turn it is, and who waits."""
    who = case.turn_organisation.short or case.turn_organisation.title if case.turn_organisation else ""
    who_en = case.turn_organisation.title_en if case.turn_organisation else ""
    what = (f"{who}逾期：{case.title}", f"Late at {who_en}: {case.title}")
    users = [*officials_of(above.pk), *whose_turn(case, spec), case.opened_by]
    organisations = [above, *([case.turn_organisation] if case.turn_organisation else [])]
    _tell(case, "escalated", what, users, organisations, urgent=True)


def tell_of_nobody(case: Case, bureau: Iterable[User]) -> None:
    """Tell the bureau that a late case goes to nobody."""
    what = (f"逾期且无处升级：{case.title}", f"Late, and nobody to escalate to: {case.title}")
    _tell(case, "stuck", what, bureau, [], urgent=True)


def tell_of_words(acting_user: User, case: Case, mentioned: Iterable[User]) -> None:
    """Tell who is called in a comment, and those who wait for an answer or owe one."""
    name = acting_user.name
    called = list(mentioned)
    what = (f"{name}提到了您：{case.title}", f"{acting_user.name_en or name} mentioned you: {case.title}")
    _tell(case, "mentioned", what, called, [], acting_user)
    others = [case.opened_by, *([case.claimed_by] if case.claimed_by else [])]
    left = [user for user in others if user not in called]
    what = (f"{name}留言：{case.title}", f"{acting_user.name_en or name} commented: {case.title}")
    _tell(case, "commented", what, left, [], acting_user)


def tell_of_hand_over(acting_user: User, case: Case, to: User) -> None:
    """Tell who was given a case."""
    name, english = acting_user.name, acting_user.name_en or acting_user.name
    _tell(case, "handed_over", (f"{name}转交：{case.title}", f"From {english}: {case.title}"), [to], [], acting_user)


def tell_of_extension(acting_user: User, case: Case, due: str) -> None:
    """Tell who waits that it takes longer."""
    what = (f"办理期限延长至 {due}：{case.title}", f"Extended to {due}: {case.title}")
    _tell(case, "extended", what, [case.opened_by], [], acting_user)


def _tell(
    case: Case,
    happened: str,
    what: tuple[str, str],
    users: Iterable[User],
    organisations: Iterable[Organisation],
    acting_user: User | None = None,
    *,
    urgent: bool = False,
) -> None:
    telling = Telling(
        event=f"case.{happened}",
        title=what[0],
        title_en=what[1].replace(case.title, TitleWords([case], "en").of(case)),
        href=reverse("cases:case", args=[case.number]),
        about=case.number,
        urgent=urgent,
    )
    others = [user for user in users if user.is_active and (acting_user is None or user.pk != acting_user.pk)]
    tell(telling, users=others, organisations=organisations)
