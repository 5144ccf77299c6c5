"""What is sent about a draft: done, or answered with what stands against it and what differs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest

from huitong.apps.accounts.models import User
from huitong.apps.catalog.differing import Difference, differences, differences_in
from huitong.apps.catalog.discarded import discarded_draft
from huitong.apps.catalog.drafting import begin_anew, save_draft
from huitong.apps.catalog.models import ItemDraft
from huitong.apps.catalog.selectors import access_draft, element_titles
from huitong.apps.labels import shown_problem
from huitong.engine.declarations import items
from huitong.foundation.errors import Terminal
from huitong.foundation.numbers import whole_number


@dataclass(frozen=True)
class Conflict:
    """Why nothing was saved, sent or discarded; when somebody else saved it, what differs and the version to save over.

    ``over`` is 0 where it cannot be saved over; ``anew`` tells that the draft is no more, and another can be begun.
    """

    problem: Mapping[str, str]
    status: int
    over: int = 0
    differences: Sequence[Difference] = ()
    anew: bool = False


def seen_version(request: HttpRequest, draft: ItemDraft) -> int:
    """Return the version that the form was opened at: it goes with the form until it is saved."""
    return sent_number(request, "version") if request.method == "POST" else draft.version


def draft_to_write(request: HttpRequest, user: User, draft_id: int) -> ItemDraft:
    """Return a draft for its form; while a form is sent, also one that was discarded meanwhile, as it was last."""
    try:
        return access_draft(user, draft_id)
    except Terminal:
        gone = discarded_draft(user, draft_id) if request.method == "POST" else None
        if gone is None:
            raise
        return gone.as_draft()


def save_step(
    request: HttpRequest, user: User, draft_id: int, spec: items.CatalogItem, parts: Collection[str]
) -> Conflict | ItemDraft:
    """Save what a form says of some parts; return the draft, or what stands against saving."""
    try:
        if "anew" in request.POST:
            return begin_anew(user, spec=spec)
        version = sent_number(request, "over" if "over" in request.POST else "version")
        return save_draft(user, draft_id=draft_id, spec=spec, version=version, parts=parts)
    except Terminal as error:
        if error.code == "catalog.draft_discarded":
            return Conflict(shown_problem(error), error.status, anew=True)
        if error.status != HTTPStatus.CONFLICT:
            raise
        if error.code != "catalog.draft_changed_meanwhile":
            return Conflict(shown_problem(error), error.status)
        draft = access_draft(user, draft_id)
        found = differences_in(parts, draft.as_spec(), spec, element_titles())
        return Conflict(shown_problem(error), error.status, draft.version, found)


def refusal_of(error: Terminal, draft: ItemDraft, seen: int) -> Conflict:
    """Return why nothing was decided about a draft, with what differs from the version that was seen."""
    version = draft.versions.filter(version=seen).first() if error.code == "catalog.draft_not_as_seen" else None
    found = differences(version.as_spec(), draft.as_spec(), element_titles()) if version else ()
    return Conflict(shown_problem(error), error.status, differences=found)


def sent_number(request: HttpRequest, name: str) -> int:
    """Return a number of a form; 0, which is no version, where it says none."""
    return whole_number(request.POST.get(name, "")) or 0
