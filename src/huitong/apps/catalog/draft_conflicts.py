"""A step of a draft sent by a form: saved, or answered with what stands against it and what differs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest

from huitong.apps.accounts.models import User
from huitong.apps.catalog.differing import Difference, differences_in
from huitong.apps.catalog.drafting import save_draft
from huitong.apps.catalog.models import ItemDraft
from huitong.apps.catalog.selectors import access_draft, element_titles
from huitong.apps.labels import shown_problem
from huitong.engine.declarations import items
from huitong.foundation.errors import Terminal
from huitong.foundation.numbers import whole_number


@dataclass(frozen=True)
class Conflict:
    """Why a step was not saved; when somebody else saved it, what differs and the version to save over.

    ``over`` is 0 where it cannot be saved over.
    """

    problem: Mapping[str, str]
    status: int
    over: int = 0
    differences: Sequence[Difference] = ()


def seen_version(request: HttpRequest, draft: ItemDraft) -> int:
    """Return the version that the form was opened at: it goes with the form until it is saved."""
    return _number(request, "version") if request.method == "POST" else draft.version


def save_step(
    request: HttpRequest, user: User, draft_id: int, spec: items.CatalogItem, parts: Collection[str]
) -> Conflict | None:
    """Save what a form says of some parts; return what stands against it, None when it is saved."""
    try:
        version = _number(request, "over" if "over" in request.POST else "version")
        save_draft(user, draft_id=draft_id, spec=spec, version=version, parts=parts)
    except Terminal as error:
        if error.status != HTTPStatus.CONFLICT:
            raise
        if error.code != "catalog.draft_changed_meanwhile":
            return Conflict(shown_problem(error), error.status)
        draft = access_draft(user, draft_id)
        found = differences_in(parts, draft.as_spec(), spec, element_titles())
        return Conflict(shown_problem(error), error.status, draft.version, found)
    return None


def _number(request: HttpRequest, name: str) -> int:
    return whole_number(request.POST.get(name, "")) or 0
