"""Where disputes hang in: states of their cases, and collections that ended."""

from __future__ import annotations

from django.urls import reverse

from huitong.apps.accounts.models import User
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.cases import registry
from huitong.apps.cases.titles import part_words
from huitong.apps.catalog.selectors import access_item, english_of_fields
from huitong.apps.collection.run_watch import watch_runs
from huitong.apps.disputes.rows import offered_row
from huitong.apps.disputes.services import CASE_TYPE, forget_row, look_after_collection, note_corrected
from huitong.apps.disputes.wording import PURPOSES, names_in_language
from huitong.apps.ledger.purposes import tell_purposes
from huitong.foundation.errors import Terminal


def register() -> None:
    """Register everything; for ``AppConfig.ready()``."""
    registry.may_open(CASE_TYPE, _has_trace)
    registry.on_entering(CASE_TYPE, "waiting", note_corrected)
    for over in ("corrected", "kept", "withdrawn"):
        registry.on_entering(CASE_TYPE, over, forget_row)
    registry.page_step(CASE_TYPE, offered_row)
    registry.subject_link("item", item_link)
    registry.filled_in(CASE_TYPE, names_in_language)
    part_words(CASE_TYPE, english_of_fields)
    tell_purposes(PURPOSES)
    watch_runs(look_after_collection)


def _has_trace(user: User, opening: registry.Opening) -> None:  # noqa: ARG001 - a guard
    """A dispute without the trace of its value could never be settled: only :func:`open_dispute` opens one."""
    if opening.through != CASE_TYPE:
        raise Terminal("cases.not_opened_here", case_type=CASE_TYPE)


def item_link(viewer: Viewer, code: str) -> registry.Link | None:
    """Return a catalog item as what a case is about; without an address for who may not open it."""
    try:
        item = access_item(viewer, code)
    except Terminal:
        return registry.Link(code)
    return registry.Link(item.shown_title, reverse("catalog:item", args=[code]))
