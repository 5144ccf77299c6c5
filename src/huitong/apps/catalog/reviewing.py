"""What the bureau's review of a draft does: the hooks of the case type ``catalog_item``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from huitong.apps.accounts.models import User
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.cases import registry
from huitong.apps.cases.models import Case
from huitong.apps.cases.titles import subject_names
from huitong.apps.catalog.classes import item_code_of, next_resource_code
from huitong.apps.catalog.drafting import CASE_TYPE, editable_draft, require_right
from huitong.apps.catalog.effects import end_what_stands_on, lost_between
from huitong.apps.catalog.models import CatalogItem, ItemDraft
from huitong.apps.catalog.selectors import draft_address, draft_of_case, item_names
from huitong.apps.catalog.services import cancel_item, put_item
from huitong.apps.ledger.services import record_audit
from huitong.engine.declarations import items
from huitong.foundation import clock
from huitong.foundation.errors import Terminal
from huitong.foundation.numbers import whole_number


def register() -> None:
    """Tell the case engine what a review is about and what its outcomes do."""
    registry.subject_link("draft", _subject)
    subject_names("draft", _draft_names)
    subject_names("item", item_names)
    registry.may_open(CASE_TYPE, _may_be_reviewed)
    registry.guard(CASE_TYPE, "approve", _still_right)
    registry.guard(CASE_TYPE, "resubmit", _still_right)
    registry.on_entering(CASE_TYPE, "review", _in_review)
    registry.on_entering(CASE_TYPE, "returned", _returned)
    registry.on_entering(CASE_TYPE, "published", _publish)
    registry.on_entering(CASE_TYPE, "rejected", _closed)
    registry.on_entering(CASE_TYPE, "withdrawn", _closed)


def _draft_names(keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    drafts = ItemDraft.objects.filter(pk__in=[int(key) for key in keys if key.isdecimal()])
    return {str(draft.pk): (draft.title, draft.as_spec().title_en) for draft in drafts}


def _subject(viewer: Viewer, key: str) -> registry.Link | None:
    draft = ItemDraft.objects.visible_to(viewer).filter(pk=whole_number(key) or 0).first()
    return registry.Link(str(draft), draft_address(draft)) if draft else None


def _may_be_reviewed(user: User, opening: registry.Opening) -> None:
    """Only who drafts for its provider sends a draft to the bureau, right, and once."""
    number = whole_number(opening.subject_key) if opening.subject_kind == "draft" else None
    if number is None:
        raise Terminal("people.not_found", kind="draft", code=opening.subject_key)
    draft = editable_draft(user, number)
    draft = ItemDraft.objects.select_for_update(of=("self",)).select_related("provider", "item").get(pk=draft.pk)
    if draft.case or draft.state != ItemDraft.State.EDITING:
        raise Terminal("catalog.draft_in_review", item=draft.title, case=draft.case)
    require_right(draft)


def _still_right(user: User, case: Case, data: Mapping[str, object]) -> None:  # noqa: ARG001 - the registry's signature
    require_right(draft_of_case(case))


def _in_review(user: User, case: Case) -> None:  # noqa: ARG001
    if case.version == 1:  # just opened: from now on this is the draft's review, and nothing else is
        ItemDraft.objects.filter(pk=whole_number(case.subject_key) or 0).update(case=case.number)
    _set_state(case, ItemDraft.State.SUBMITTED)


def _returned(user: User, case: Case) -> None:  # noqa: ARG001
    _set_state(case, ItemDraft.State.RETURNED)


def _closed(user: User, case: Case) -> None:  # noqa: ARG001
    _set_state(case, ItemDraft.State.WITHDRAWN)


def _set_state(case: Case, state: str) -> None:
    draft = draft_of_case(case)
    draft.state = state
    draft.save(update_fields=["state"])


def _publish(user: User, case: Case) -> None:
    """Make a draft what it asks for: the item, its next version, or its end; what stood on it follows."""
    draft = draft_of_case(case)
    if draft.kind == ItemDraft.Kind.CANCEL:
        assert draft.item is not None
        cancel_item(user, code=draft.item.code)
    else:
        before = draft.item.as_spec() if draft.item else None
        draft.item = put_item(user, spec=_complete(draft))
        draft.spec = draft.item.spec
        if before is not None:
            end_what_stands_on(user, lost_between(before, draft.item.as_spec()))
    draft.state = ItemDraft.State.PUBLISHED
    draft.save()
    record_audit(user, action="catalog.publish_draft", kind="draft", target=str(draft.pk), after=draft.as_spec())


def _complete(draft: ItemDraft) -> items.CatalogItem:
    """Give a new item its codes, its table and its day of publication."""
    spec = draft.as_spec()
    resource_code = spec.resource_code or (draft.item.resource_code if draft.item else "")
    resource_code = resource_code or next_resource_code(spec.classification)
    code = spec.code or _free(item_code_of(resource_code))
    today = clock.beijing_today().isoformat()
    return msgspec.structs.replace(
        spec,
        code=code,
        resource_code=resource_code,
        table=spec.table or (draft.item.table if draft.item else "") or "t_" + code.lower().replace("-", "_"),
        published_on=spec.published_on or today,
    )


def _free(code: str) -> str:
    """Return the code, with a number behind it where another item has it."""
    number, tried = 1, code
    while CatalogItem.objects.filter(code=tried).exists():
        number += 1
        tried = f"{code}-{number}"
    return tried
