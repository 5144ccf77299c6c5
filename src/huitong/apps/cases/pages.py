"""One case put together for its page."""

from __future__ import annotations

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import Viewer, users_for, working_calendar
from huitong.apps.cases.advancing import may_extend
from huitong.apps.cases.clockwork import late_since
from huitong.apps.cases.mentioning import MOST_OFFERED, may_call, people_of
from huitong.apps.cases.models import Case, CaseClock, Participation
from huitong.apps.cases.registry import page_steps
from huitong.apps.cases.selectors import access_case, case_rows, subject_of
from huitong.apps.cases.specs import AttachmentRow, CasePage, ClockRow, PartyRow
from huitong.apps.cases.teamwork import may_work
from huitong.apps.cases.telling import acting_roles
from huitong.apps.cases.wording import answers_in_words
from huitong.apps.declared import in_language
from huitong.engine.declarations.cases import SYSTEM, CaseType
from huitong.foundation import clock


def case_page(viewer: Viewer, number: str) -> CasePage:
    """Return a case with all its page shows but the timeline. A fixed number of queries.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    case = access_case(viewer, number)
    spec = case.type.as_spec()
    user = viewer if isinstance(viewer, User) else None
    works = user is not None and may_work(user, case, spec)
    subject = subject_of(viewer, case)
    return CasePage(
        row=case_rows([case])[0],
        abstract=in_language(spec.abstract, spec.abstract_en),
        answers=answers_in_words(spec, case.data, case),
        parties=_parties(case, spec),
        clocks=_clocks(user, case, spec),
        attachments=_attachments(case),
        subject=(subject.title, subject.href) if subject else ("", ""),
        opened_by=case.opened_by.shown_name,
        may_work=works,
        claimed_by_me=user is not None and case.claimed_by_id == user.pk,
        colleagues=_colleagues(user, case, spec) if works else (),
        may_call=may_call(viewer),
        people=_people(user, case) if user and may_call(user) else (),
        steps=tuple((one.title, one.href, one.note) for one in page_steps(user, case)) if user else (),
    )


def _parties(case: Case, spec: CaseType) -> tuple[PartyRow, ...]:
    titles = {party.name: in_language(party.title, party.title_en) for party in spec.parties}
    named = [one for one in case.participations.select_related("organisation") if not _stands_in(one, spec)]
    return tuple(
        PartyRow(
            name=one.name,
            title=titles.get(one.name, one.name),
            organisation=one.organisation.shown_title if one.organisation else case.opened_by.shown_name,
            code=one.organisation.code if one.organisation else "",
            is_turn=one.name == case.turn,
        )
        for one in named
    )


def _stands_in(one: Participation, spec: CaseType) -> bool:
    """Whether the bureau holds the place of a party that has not been found out yet."""
    declared = next((party for party in spec.parties if party.name == one.name), None)
    waits = declared is not None and declared.default == "bureau" and set(declared.roles) != {"bureau"}
    return waits and one.organisation is not None and one.organisation.kind == "bureau"


def _clocks(user: User | None, case: Case, spec: CaseType) -> tuple[ClockRow, ...]:
    today, calendar = clock.beijing_today(), working_calendar()
    declared = {one.name: one for one in spec.clocks}
    parties = {party.name: in_language(party.title, party.title_en) for party in spec.parties}
    rows = []
    for row in case.clocks.select_related("escalated_to"):
        known = declared.get(row.name)
        running = row.state == CaseClock.State.RUNNING and known is not None and row.due_on is not None
        open_for = running and user is not None and today <= (row.due_on or today) and may_extend(user, case, spec, row)
        rows.append(
            ClockRow(
                name=row.name,
                title=in_language(known.title, known.title_en) if known else row.name,
                state=row.state,
                party_title="" if row.party == SYSTEM else parties.get(row.party, row.party),
                days=row.days + row.extended,
                extended=row.extended,
                due_on=row.due_on,
                days_left=calendar.working_days_between(today, row.due_on).days if running and row.due_on else None,
                ended_on=row.ended_on,
                late=late_since(row, today) is not None,
                provisional=row.provisional and running,
                escalated_on=row.escalated_on,
                escalated_to=row.escalated_to.shown_short if row.escalated_to else "",
                may_extend_by=max(0, known.extend - row.extended) if known and open_for else 0,
            )
        )
    return tuple(rows)


def _attachments(case: Case) -> tuple[AttachmentRow, ...]:
    return tuple(
        AttachmentRow(
            id=row.pk,
            name=row.name,
            media_type=row.media_type,
            size=row.size,
            who=row.uploaded_by.shown_name,
            at=row.at,
        )
        for row in case.attachments.select_related("uploaded_by")
    )


def _people(user: User, case: Case) -> tuple[tuple[str, str, str], ...]:
    """Whom the reader may call, as a list to tick."""
    others = [(one.login, one.shown_name, office) for one, office in people_of(case) if one.pk != user.pk]
    return tuple(others) if len(others) <= MOST_OFFERED else ()


def _colleagues(user: User | None, case: Case, spec: CaseType) -> tuple[tuple[str, str], ...]:
    if case.turn_organisation_id is None:
        return ()
    others = users_for(case.turn_organisation_id, acting_roles(spec, case.state, case.turn))
    free = case.claimed_by_id is None  # then one takes it oneself by claiming it
    left = [one for one in others if one.pk != case.claimed_by_id and not (free and one == user)]
    return tuple((one.login, one.shown_name) for one in left)
