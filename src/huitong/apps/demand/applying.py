"""Applications: drafts, and sending one, which opens its case. What may be asked for is checked here, once for all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import BinaryIO

import msgspec
from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_by_code
from huitong.apps.cases.models import Case
from huitong.apps.cases.registry import Opening
from huitong.apps.cases.services import assign_party, attach_kept, forget_content, kept_content, open_case
from huitong.apps.cases.specs import AttachmentSpec
from huitong.apps.cases.titles import title_form
from huitong.apps.catalog.selectors import item_names
from huitong.apps.demand.models import Draft, DraftFile, DraftFileQuerySet, DraftQuerySet
from huitong.apps.demand.offers import offer_of
from huitong.apps.demand.specs import Asked, Offer
from huitong.apps.sharing.models import ConsumerApp, Grant
from huitong.apps.sharing.selectors import service_names
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

CASE_TYPE = "application"
_TITLE = title_form(CASE_TYPE, "申请使用“{}”", "To use “{}”")
MOST_DRAFTS = 20
MOST_DRAFT_FILES = 10
LONGEST = dt.timedelta(days=3 * 366)
"""Nobody is granted data for longer at once: then it is looked at anew."""


def start_draft(
    acting_user: User, *, subject_kind: str, subject_key: str, steps: Mapping[str, str], renews: str = ""
) -> Draft:
    """Begin an application.

    Args:
        steps: what is filled in already, by step.
        renews: code of a grant that would be renewed.

    Raises:
        Terminal: ``people.not_found``, ``demand.not_shared``, ``demand.no_rows``, ``demand.too_many_drafts``.
    """
    check_offer(offer_of(acting_user, subject_kind, subject_key))
    mine = Draft.objects.visible_to(acting_user)
    if mine.count() >= MOST_DRAFTS:
        raise Terminal("demand.too_many_drafts", most=MOST_DRAFTS)
    grant = Grant.objects.visible_to(acting_user).filter(code=renews).first() if renews else None
    row: Draft = Draft.objects.create(
        user=acting_user, subject_kind=subject_kind, subject_key=subject_key, steps=dict(steps), renews=grant
    )
    return row


def keep_draft(acting_user: User, *, draft: int, step: str, entered: str) -> Draft:
    """Keep what was entered in a step.

    Raises:
        Terminal: ``people.not_found``, also for somebody else's.
    """
    with transaction.atomic():
        row = access_draft(acting_user, draft)
        row.steps = {**row.steps, step: entered}
        row.save()
    return row


@transaction.atomic
def drop_draft(acting_user: User, *, draft: int) -> None:
    """Throw a draft away, with its files. Raises as :func:`keep_draft`."""
    row = access_draft(acting_user, draft)
    _drop_files(row.files.all())
    row.delete()


def add_draft_file(acting_user: User, *, draft: int, name: str, content: BinaryIO) -> DraftFile:
    """Put a file beside a draft: it goes into the case when the application is sent.

    Raises:
        Terminal: ``people.not_found``, also for somebody else's draft, ``cases.file_*``, ``cases.too_many_files``.
    """
    _check_room(access_draft(acting_user, draft))
    with kept_content(name, content) as kept, transaction.atomic():
        row = _found(Draft.objects.visible_to(acting_user).select_for_update(of=("self",)), draft)
        _check_room(row)
        made: DraftFile = row.files.create(
            name=kept.name, media_type=kept.media_type, size=kept.size, sha256=kept.sha256
        )
    return made


def _check_room(draft: Draft) -> None:
    if draft.files.count() >= MOST_DRAFT_FILES:
        raise Terminal("cases.too_many_files", number=str(draft.pk), most=MOST_DRAFT_FILES)


@transaction.atomic
def drop_draft_file(acting_user: User, *, draft: int, file: int) -> None:
    """Take a file from a draft again. Raises as :func:`keep_draft`."""
    _drop_files(access_draft(acting_user, draft).files.filter(pk=file))


def _drop_files(files: DraftFileQuerySet) -> None:
    """Delete files, and what no other draft or case has of them."""
    for file in files:
        file.delete()
        forget_content(file.sha256, named=lambda sha256: DraftFile.objects.filter(sha256=sha256).exists())


def access_draft(acting_user: User, draft: int) -> Draft:
    """Return one of the user's own drafts.

    Raises:
        Terminal: ``people.not_found``, also for somebody else's.
    """
    return _found(Draft.objects.visible_to(acting_user), draft)


def _found(rows: DraftQuerySet, draft: int) -> Draft:
    found = rows.select_related("renews__app").filter(pk=draft).first()
    if found is None:
        raise Terminal("people.not_found", kind="draft", code=draft)
    return found


@transaction.atomic
def submit_application(
    acting_user: User, *, subject_kind: str, subject_key: str, asked: Asked, draft: int | None = None
) -> Case:
    """Send an application to the bureau; its draft is gone then.

    Raises:
        Terminal: what :func:`check_offer` and :func:`check_asked` raise, ``people.not_allowed`` unless the user is a
            data officer or developer, ``cases.*``.
    """
    offer_of(acting_user, subject_kind, subject_key)  # refuses what cannot be applied for
    data = {name: list(value) if isinstance(value, tuple) else value for name, value in _plain(asked).items()}
    case = open_case(
        acting_user,
        case_type=CASE_TYPE,
        title=_TITLE.of(_called(subject_kind, subject_key)),
        subject_kind=subject_kind,
        subject_key=subject_key,
        data=data,
    )
    if draft is not None:
        mine = Draft.objects.visible_to(acting_user).filter(pk=draft)
        for file in DraftFile.objects.select_for_update().filter(draft__in=mine):  # none is dropped meanwhile
            kept = AttachmentSpec(name=file.name, media_type=file.media_type, size=file.size, sha256=file.sha256)
            attach_kept(acting_user, number=case.number, kept=kept)
        mine.delete()
    return case


def ask_provider(user: User, case: Case) -> None:
    """Let the department that holds the data take part: it reads what the bureau has passed on, and nothing before."""
    provider = organisation_by_code(offer_of(user, case.subject_kind, case.subject_key).provider)
    assign_party(case, party="provider", organisation=provider)


def _called(kind: str, key: str) -> str:
    """The Chinese title of what is applied for, in whatever language the applicant reads."""
    names = service_names([key]) if kind == "service" else item_names([key])
    return names[key][0]


def _plain(asked: Asked) -> dict[str, object]:
    return msgspec.structs.asdict(asked)


def check_opening(user: User, opening: Opening) -> None:
    """Refuse an application that could never be granted: the case engine asks before it opens one."""
    offer = offer_of(user, opening.subject_kind, opening.subject_key)
    check_offer(offer)
    asked = asked_of(opening.data)
    check_asked(offer, asked)
    app = ConsumerApp.objects.filter(code=asked.app, organisation__code=opening.parties["applicant"]).first()
    if app is None or not app.active:
        raise Terminal("demand.not_your_app", app=asked.app)
    if asked.renews:
        _check_renewal(asked, offer)


def _check_renewal(asked: Asked, offer: Offer) -> None:
    grant = Grant.objects.select_related("app", "service").filter(code=asked.renews).first()
    same = grant is not None and grant.app.code == asked.app and grant.service.code == offer.service
    if grant is None or not same or grant.state not in (Grant.State.ACTIVE, Grant.State.EXPIRED):
        raise Terminal("demand.cannot_renew", grant=asked.renews)


def check_correction(user: User, case: Case, answers: Mapping[str, object]) -> None:
    """Refuse a completed application likewise."""
    kept = {name: case.data[name] for name in ("app", "renews") if name in case.data}
    check_asked(offer_of(user, case.subject_kind, case.subject_key), asked_of({**kept, **answers}))


def check_offer(offer: Offer) -> None:
    """Refuse what is not shared, and what has no rows.

    Raises:
        Terminal: ``demand.not_shared``, ``demand.no_rows``.
    """
    if offer.sharing_type == "none":
        raise Terminal("demand.not_shared", title=offer.title)
    if not offer.has_rows:
        raise Terminal("demand.no_rows", title=offer.title)


def check_asked(offer: Offer, asked: Asked) -> None:
    """Refuse fields that are not offered, a way that is not, and a time that is over or too long.

    Raises:
        Terminal: ``demand.field_not_offered``, ``demand.way_not_offered``, ``demand.bad_period``.
    """
    strange = [name for name in (*asked.fields, *asked.clear) if name not in offer.names]
    if strange or not set(asked.clear) <= set(asked.fields):
        raise Terminal("demand.field_not_offered", field=(strange or list(asked.clear))[0], title=offer.title)
    if not set(asked.kinds) <= set(offer.kinds):
        raise Terminal("demand.way_not_offered", title=offer.title)
    today = clock.beijing_today()
    until = dt.date.fromisoformat(asked.until)
    begins = dt.date.fromisoformat(asked.since) if asked.since else today
    if not today < until <= today + LONGEST or begins > until:
        raise Terminal("demand.bad_period", until=asked.until, latest=(today + LONGEST).isoformat())


def asked_of(data: Mapping[str, object]) -> Asked:
    """Return what an application asks for, from its case's answers."""
    known = {name: data[name] for name in Asked.__struct_fields__ if name in data}
    return msgspec.convert(known, Asked)
