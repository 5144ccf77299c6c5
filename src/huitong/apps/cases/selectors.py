"""Reads of cases: queues, one case with its timeline, what waits for somebody, the cases about a thing.

No page counts or walks through all cases: totals stop at :data:`MOST_COUNTED`, and words are looked for in the titles
of the first :data:`SEARCHED` cases of a queue; numbers and subjects are found wherever they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import Viewer, scope_of, working_calendar
from huitong.apps.cases.acting import may_act, parties_of
from huitong.apps.cases.models import Attachment, Case, CaseEvent, CaseQuerySet, CaseType
from huitong.apps.cases.queues import MOST_COUNTED, SEARCHED, escalated_count, mine, queue_of
from huitong.apps.cases.registry import Link, fits, link_to
from huitong.apps.cases.specs import BulkOffer, CaseFilter, CaseRow, EventRow, WaitingCounts
from huitong.apps.cases.teamwork import turn_title
from huitong.apps.cases.titles import TitleWords
from huitong.apps.cases.wording import answers_in_words
from huitong.apps.declared import in_language
from huitong.apps.paging import PAGE_SIZE, Page
from huitong.apps.reading import read_once
from huitong.engine.declarations import cases
from huitong.foundation import clock
from huitong.foundation.calendar import WorkingCalendar
from huitong.foundation.errors import Terminal

__all__ = ["MOST_COUNTED", "SEARCHED"]

SOON = 2
"""Working days before its end in which a case is "due soon"."""
COUNTED = 1_000
"""Counts of what waits stop here."""


@read_once
def case_types() -> dict[str, cases.CaseType]:
    """Return every declared case type by its code. One query."""
    return {row.code: row.as_spec() for row in CaseType.objects.order_by("pk")}


def declared_case_types() -> tuple[cases.CaseType, ...]:
    """Return every case type as declared. One query."""
    return tuple(case_types().values())


def titles_of_cases(numbers: Collection[str]) -> dict[str, str]:
    """Return the titles of cases in the reader's language, by number. Two queries, and those of the titles' words."""
    found = list(Case.objects.filter(number__in=numbers).select_related("type"))
    words = TitleWords(found)
    return {case.number: words.of(case) for case in found}


def access_case(viewer: Viewer, number: str) -> Case:
    """Return a case that ``viewer`` may see, with its type.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    rows = Case.objects.visible_to(viewer).select_related("type", "turn_organisation", "claimed_by", "opened_by")
    found = rows.filter(number=number).first()
    if found is None:
        raise Terminal("people.not_found", kind="case", code=number)
    return found


def queue_for(
    viewer: Viewer, wanted: CaseFilter, *, number: int = 1, size: int = PAGE_SIZE, most: int = MOST_COUNTED
) -> Page[CaseRow]:
    """Return one page of a queue, first what is due first (``all``: newest first), or as ``wanted.order`` says.

    ``total`` stops at ``most``. Ten queries at most, and those of the viewer's scope.
    """
    specs = case_types()
    page = queue_of(viewer, wanted, specs, soon=_soon(working_calendar()), number=number, size=size, most=most)
    return Page(_rows(page.rows, specs), page.total, page.number, page.size)


def cases_about(viewer: Viewer, kind: str, key: str, *, size: int = PAGE_SIZE) -> tuple[CaseRow, ...]:
    """Return the newest cases about a thing that ``viewer`` may see."""
    rows = Case.objects.visible_to(viewer).filter(subject_kind=kind, subject_key=key).order_by("-pk")
    return case_rows(with_names(rows)[:size])


def with_names(rows: CaseQuerySet) -> CaseQuerySet:
    """Read along what a line of a queue shows."""
    return rows.select_related("type", "turn_organisation", "claimed_by")


def waiting_counts(viewer: Viewer) -> WaitingCounts:
    """Return what waits for ``viewer`` today. Each number stops at :data:`COUNTED`. Six queries, and the scope's.

    What is due is counted among what waits where that is all there is of it, so most desks ask three queries.
    """
    specs = case_types()
    today, soon = clock.beijing_today(), _soon(working_calendar())
    waiting, ours = mine(viewer, specs), mine(viewer, None)
    days = list(waiting.order_by().values_list("sort_on", flat=True)[:COUNTED])
    whole = len(days) < COUNTED
    return WaitingCounts(
        mine=len(days),
        ours=_count(ours),
        late=sum(day < today for day in days) if whole else _count(waiting.filter(sort_on__lt=today)),
        soon=sum(today <= day <= soon for day in days)
        if whole
        else _count(waiting.filter(sort_on__range=(today, soon))),
        escalated=escalated_count(viewer, COUNTED),
    )


def tab_counts(viewer: Viewer) -> tuple[int, int]:
    """Return what waits for ``viewer``, and for the viewer's organisations. Three queries, and the scope's."""
    return _count(mine(viewer, case_types())), _count(mine(viewer, None))


def _count(rows: CaseQuerySet) -> int:
    return rows.order_by()[:COUNTED].count()


def _soon(calendar: WorkingCalendar) -> dt.date:
    return calendar.add_working_days(clock.beijing_today(), SOON).day


def actions_for(viewer: Viewer, case: Case) -> tuple[cases.Action, ...]:
    """Return what ``viewer`` may do with a case now and fits it, in declared order. One query, and those of fitting."""
    if scope_of(viewer).user is None:
        return ()
    spec, parties = case.type.as_spec(), parties_of(case)
    steps = (step for step in spec.actions_in(case.state) if may_act(viewer, case, spec, step, parties))  # type: ignore[arg-type]
    return tuple(step for step in steps if fits(viewer, case, step.name))


def bulk_offers(viewer: Viewer, case_type: str) -> tuple[BulkOffer, ...]:
    """Return the actions of a type that ``viewer`` may take for many cases at once. One query, and the roles'."""
    row = CaseType.objects.filter(code=case_type).first()
    if row is None or not isinstance(viewer, User):
        return ()
    spec = row.as_spec()
    return tuple(
        BulkOffer(case_type, step.name, in_language(step.title, step.title_en), step.reason, step.sources)
        for step in spec.actions
        if step.bulk and viewer.has_role(*spec.roles_for(step))
    )


def access_attachment(viewer: Viewer, number: str, file_id: int) -> Attachment:
    """Return a file of a case that ``viewer`` may see.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    found = Attachment.objects.filter(case=access_case(viewer, number), pk=file_id).first()
    if found is None:
        raise Terminal("people.not_found", kind="file", code=str(file_id))
    return found


def subject_of(viewer: Viewer, case: Case) -> Link | None:
    """Return what a case is about, as the reader may see it."""
    return link_to(viewer, case.subject_kind, case.subject_key)


def timeline_of(viewer: Viewer, number: str) -> tuple[EventRow, ...]:
    """Return everything that happened to a case, oldest first. Three queries, and those of the viewer's scope.

    Raises:
        Terminal: ``people.not_found``.
    """
    case = access_case(viewer, number)
    spec = case.type.as_spec()
    rows = CaseEvent.objects.filter(case=case).select_related("user", "organisation").order_by("pk")
    return tuple(_event_row(row, case, spec) for row in rows)


def _event_row(row: CaseEvent, case: Case, spec: cases.CaseType) -> EventRow:
    actions = {one.name: one for one in spec.actions}
    states = {one.name: one for one in spec.states}
    clocks = {one.name: one for one in spec.clocks}
    action, source, target = actions.get(row.action), states.get(row.source), states.get(row.target)
    asked = row.kind in (CaseEvent.Kind.OPENED, CaseEvent.Kind.ACTED)
    return EventRow(
        at=row.at,
        kind=row.kind,
        who=row.user.shown_name if row.user else "",
        organisation=row.organisation.shown_short if row.organisation else "",
        action_title=_title(action, row.action),
        source_title=_title(source, row.source),
        target_title=_title(target, row.target),
        tone=target.tone if target else "",
        clock_title=_title(clocks.get(row.clock), row.clock),
        comment=row.comment,
        answers=answers_in_words(spec, row.data, case) if asked else (),
        data={} if asked else dict(row.data),
        version=row.version,
    )


def _title(named: cases.State | cases.Action | cases.Clock | None, name: str) -> str:
    """A name that is declared no more shows as itself: the timeline stays as it was."""
    return in_language(named.title, named.title_en) if named else name


class _Shape:
    """Turns cases into lines of a list; reads the calendar once."""

    def __init__(self, specs: dict[str, cases.CaseType], titles: TitleWords) -> None:
        self._specs, self._titles = specs, titles
        self._today = clock.beijing_today()
        self._calendar = working_calendar()

    def row(self, case: Case) -> CaseRow:
        spec = self._specs[case.type.code]
        state = next((one for one in spec.states if one.name == case.state), None)
        left = self._calendar.working_days_between(self._today, case.due_on).days if case.due_on else None
        return CaseRow(
            number=case.number,
            title=self._titles.of(case),
            case_type=spec.code,
            type_title=in_language(spec.title, spec.title_en),
            state=case.state,
            state_title=_title(state, case.state),
            tone=state.tone if state else "",
            turn_title=turn_title(case, spec),
            claimed_by=case.claimed_by.shown_name if case.claimed_by else "",
            opened_at=case.opened_at,
            changed_at=case.changed_at,
            due_on=case.due_on,
            days_left=left,
            provisional=case.provisional,
            escalated=case.escalated,
            closed=case.closed_at is not None,
            version=case.version,
        )


def case_rows(cases_found: Iterable[Case]) -> tuple[CaseRow, ...]:
    """Return cases, read :func:`with_names`, as lines of a list."""
    return _rows(tuple(cases_found), case_types())


def _rows(found: Sequence[Case], specs: dict[str, cases.CaseType]) -> tuple[CaseRow, ...]:
    shape = _Shape(specs, TitleWords(found))
    return tuple(shape.row(case) for case in found)


def recount_task() -> str:
    """Return the path under which the queue of jobs keeps counting deadlines again."""
    from huitong.apps.cases.tasks import recount_deadlines

    return str(recount_deadlines.module_path)
