"""Drafts of catalog items: a new one, a change, a cancellation; written in steps, then sent to the bureau."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec
from django.db import IntegrityError, transaction

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.selectors import organisation_by_code
from huitong.apps.cases.services import act, open_case
from huitong.apps.cases.titles import title_form
from huitong.apps.catalog.checking import Finding, Surroundings, check_item, count_findings, surroundings
from huitong.apps.catalog.classes import lineage, resource_class_of
from huitong.apps.catalog.differing import with_parts
from huitong.apps.catalog.draft_versions import check_seen, check_version, keep_version
from huitong.apps.catalog.models import CatalogItem, ItemDraft
from huitong.apps.catalog.selectors import access_draft, item_by_code, may_draft_for, open_draft_of
from huitong.apps.declared import revived, stored
from huitong.apps.ledger.services import record_audit
from huitong.engine.declarations import items
from huitong.foundation.errors import Terminal

CASE_TYPE = "catalog_item"
EDITABLE = (ItemDraft.State.EDITING, ItemDraft.State.RETURNED)
ALL_PARTS = items.CatalogItem.__struct_fields__


@transaction.atomic
def draft_item(
    acting_user: User,
    *,
    spec: items.CatalogItem,
    origin: str,
    evidence: Mapping[str, object] | None = None,
    around: Surroundings | None = None,
) -> ItemDraft:
    """Begin a new item with what is known of it so far.

    Args:
        spec: may still have empty texts; its provider must be known.
        origin: one of :class:`ItemDraft.Origin`.
        evidence: how fields were recognised in a live source, by column.
        around: what to check against, when the caller drafts many.

    Raises:
        Terminal: ``people.not_found`` for an unknown provider, ``people.not_allowed`` unless the user drafts for it.
    """
    provider = drafted_provider(acting_user, spec.provider)
    draft = ItemDraft(kind=ItemDraft.Kind.CREATE, origin=origin, provider=provider, created_by=acting_user)
    draft.evidence = dict(evidence or {})
    _write(acting_user, draft, spec, origin, around)
    record_audit(acting_user, action="catalog.draft_item", kind="draft", target=str(draft.pk), after=spec)
    return draft


@transaction.atomic
def draft_change(
    acting_user: User,
    *,
    code: str,
    spec: items.CatalogItem | None = None,
    origin: str = ItemDraft.Origin.ITEM,
    around: Surroundings | None = None,
) -> ItemDraft:
    """Begin a change of a published item, or return the one that is open already.

    Args:
        spec: what the change says; without it, the change that is open is gone on with, or one is begun from the item.
        origin: one of :class:`ItemDraft.Origin`.
        around: what to check against, when the caller drafts many.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed``, ``catalog.draft_in_review`` when the item is in review,
            ``catalog.change_begun`` when ``spec`` would replace what somebody wrote.
    """
    item = item_by_code(code)
    drafted_provider(acting_user, item.provider.code)
    around = around or surroundings()
    known = _held_draft_of(item)
    if known is not None and (spec is None or says(known, spec, around)):
        return known
    draft = _blank_draft(acting_user, item, ItemDraft.Kind.CHANGE, origin, around)
    before = draft.as_spec() if draft.pk else None
    _write(acting_user, draft, spec or item.as_spec(), origin, around)
    record_audit(
        acting_user,
        action="catalog.draft_change",
        kind="draft",
        target=str(draft.pk),
        before=before,
        after=draft.as_spec(),
    )
    return draft


@transaction.atomic
def draft_cancellation(acting_user: User, *, code: str, reason: str) -> ItemDraft:
    """Ask for an item to be taken out of the catalog: goes to review at once.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed``, ``catalog.reason_missing``, ``catalog.draft_in_review``,
            ``catalog.change_begun`` when it would replace what somebody wrote.
    """
    item = item_by_code(code)
    drafted_provider(acting_user, item.provider.code)
    if not reason.strip():
        raise Terminal("catalog.reason_missing")
    around = surroundings()
    draft = _blank_draft(acting_user, item, ItemDraft.Kind.CANCEL, ItemDraft.Origin.ITEM, around)
    draft.reason = reason.strip()
    _write(acting_user, draft, item.as_spec(), ItemDraft.Origin.ITEM, around)
    record_audit(acting_user, action="catalog.draft_cancellation", kind="draft", target=str(draft.pk))
    return _to_review(acting_user, draft)


def obstacle_to_new_draft(item: CatalogItem) -> Terminal | None:
    """Return why a cancellation of an item could not be begun now: the error that beginning it raises, or None."""
    try:
        known = _editable_draft_of(item)
    except Terminal as error:
        return error
    return _begun(item, known) if known is not None and _is_written(known, surroundings()) else None


def _editable_draft_of(item: CatalogItem) -> ItemDraft | None:
    """The item's open draft, None when there is none. One that is in review refuses everything else."""
    known = open_draft_of(item)
    if known is not None and known.state == ItemDraft.State.SUBMITTED:
        raise Terminal("catalog.draft_in_review", item=item.code, case=known.case)
    return known


def _held_draft_of(item: CatalogItem) -> ItemDraft | None:
    """The item's open draft as :func:`_editable_draft_of` has it, locked before it is read."""
    list(ItemDraft.objects.select_for_update().filter(item=item).values_list("pk"))
    return _editable_draft_of(item)


def _blank_draft(user: User, item: CatalogItem, kind: str, origin: str, around: Surroundings) -> ItemDraft:
    """A draft to write into: a new one, or the open one as if new, where nobody has written anything in it."""
    known = _held_draft_of(item)
    if known is not None and _is_written(known, around):
        raise _begun(item, known)
    draft = known or ItemDraft(provider=item.provider, item=item)
    draft.kind, draft.origin, draft.base_version, draft.created_by = kind, origin, item.version, user
    return draft


def _is_written(draft: ItemDraft, around: Surroundings) -> bool:
    """Whether a draft holds more than the item as it was when the draft was begun; once reviewed, it always does."""
    if draft.kind != ItemDraft.Kind.CHANGE or draft.state != ItemDraft.State.EDITING or draft.item is None:
        return True
    version = draft.item.versions.filter(version=draft.base_version).first()
    return version is None or not says(draft, revived(version.spec, items.CatalogItem), around)


def says(draft: ItemDraft, spec: items.CatalogItem, around: Surroundings) -> bool:
    """Tell whether a draft would make the item what ``spec`` says."""
    return draft.kind != ItemDraft.Kind.CANCEL and draft.as_spec() == derived(spec, around)


def _begun(item: CatalogItem, known: ItemDraft) -> Terminal:
    by = known.created_by.name if known.created_by else "—"
    return Terminal("catalog.change_begun", item=item.code, title=item.title, by=by, draft=known.pk)


def new_item_begun(known: ItemDraft) -> Terminal:
    """Return what refuses a second draft of a new item."""
    if known.state == ItemDraft.State.SUBMITTED:
        return Terminal("catalog.draft_in_review", item=known.title, case=known.case)
    by = known.created_by.name if known.created_by else "—"
    return Terminal("catalog.new_item_begun", title=known.title, by=by, draft=known.pk)


def drafted_provider(user: User, code: str) -> Organisation:
    """Return an organisation whose items the user drafts.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed``.
    """
    provider = organisation_by_code(code)
    if not may_draft_for(user, provider):
        raise Terminal("people.not_allowed", login=user.login)
    return provider


@transaction.atomic
def save_draft(
    acting_user: User,
    *,
    draft_id: int,
    spec: items.CatalogItem,
    version: int | None,
    parts: Collection[str] = ALL_PARTS,
    origin: str = ItemDraft.Origin.FORM,
    around: Surroundings | None = None,
) -> ItemDraft:
    """Keep what has been written, whatever is still wrong with it.

    Args:
        version: of the draft as the user saw it; None (for programs) writes over whatever it is now.
        parts: those of the item that were written; what others wrote in the rest meanwhile stays.
        origin: one of :class:`ItemDraft.Origin`: how it was written.
        around: what to check against, when the caller saves many.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed``, ``catalog.draft_closed`` once it is in review or done,
            ``catalog.draft_changed_meanwhile`` when these parts are not what the user saw.
    """
    draft = _held_draft(acting_user, draft_id)
    check_version(draft, spec, parts, version)
    before = draft.as_spec()
    spec = with_parts(before, spec, parts)
    if spec.provider != before.provider:
        draft.provider = drafted_provider(acting_user, spec.provider)
    _write(acting_user, draft, spec, origin, around)
    record_audit(
        acting_user, action="catalog.save_draft", kind="draft", target=str(draft.pk), before=before, after=spec
    )
    return draft


@transaction.atomic
def discard_draft(acting_user: User, *, draft_id: int, version: int | None = None) -> None:
    """Delete a draft that was never submitted; one that was returned is withdrawn through its case.

    Args:
        version: of the draft as the user saw it; None (for programs) discards whatever it is now.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed``, ``catalog.draft_closed``, ``catalog.draft_not_as_seen``.
    """
    draft = _held_draft(acting_user, draft_id)
    check_seen(draft, version)
    if draft.case:
        act(acting_user, number=draft.case, action="withdraw", version=None)
        return
    record_audit(
        acting_user, action="catalog.discard_draft", kind="draft", target=str(draft.pk), before=draft.as_spec()
    )
    draft.delete()


@transaction.atomic
def copy_draft(acting_user: User, *, draft_id: int) -> ItemDraft:
    """Begin anew with what a rejected or withdrawn draft says; that one stays as it was decided.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed``, ``catalog.draft_open`` while it is not decided,
            ``catalog.draft_in_review`` when a newer change of the same item is in review, ``catalog.change_begun``
            when somebody is writing one.
    """
    old = access_draft(acting_user, draft_id)
    spec = old.as_spec()
    if old.state != ItemDraft.State.WITHDRAWN or old.kind == ItemDraft.Kind.CANCEL:
        raise Terminal("catalog.draft_open", draft=str(old))
    if old.item is not None:
        known = _editable_draft_of(old.item)
        if known is not None:
            raise _begun(old.item, known)
        return draft_change(acting_user, code=old.item.code, spec=spec)
    return draft_item(acting_user, spec=spec, origin=old.origin, evidence=old.evidence)


@transaction.atomic
def begin_anew(acting_user: User, *, spec: items.CatalogItem) -> ItemDraft:
    """Begin another draft with what was being written into one that somebody discarded.

    Raises:
        Terminal: as :func:`draft_item`, or as :func:`draft_change` for a published item.
    """
    if CatalogItem.objects.filter(code=spec.code).exists():
        return draft_change(acting_user, code=spec.code, spec=spec)
    return draft_item(acting_user, spec=spec, origin=ItemDraft.Origin.FORM)


@transaction.atomic
def submit_draft(acting_user: User, *, draft_id: int, version: int | None = None) -> ItemDraft:
    """Send a draft to the bureau; one that was returned goes back into its review.

    Args:
        version: of the draft as the user saw it; None (for programs) sends whatever it is now.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed``, ``catalog.draft_closed``, ``catalog.draft_not_as_seen``,
            ``catalog.draft_has_errors``.
    """
    draft = _held_draft(acting_user, draft_id)
    check_seen(draft, version)
    if draft.case:
        require_right(draft)
        act(acting_user, number=draft.case, action="resubmit", version=None)
        draft.refresh_from_db()
        return draft
    return _to_review(acting_user, draft)


def _to_review(user: User, draft: ItemDraft) -> ItemDraft:
    title = _TITLES[draft.kind].of(draft.title)
    case = open_case(user, case_type=CASE_TYPE, title=title, subject_kind="draft", subject_key=str(draft.pk))
    draft.case, draft.state = case.number, ItemDraft.State.SUBMITTED
    record_audit(user, action="catalog.submit_draft", kind="draft", target=str(draft.pk), after=draft.as_spec())
    return draft


_TITLES = {
    "create": title_form(CASE_TYPE, "新编目录：{}", "New item: {}"),
    "change": title_form(CASE_TYPE, "变更目录：{}", "Change of item: {}"),
    "cancel": title_form(CASE_TYPE, "撤销目录：{}", "Cancellation of item: {}"),
}


def _held_draft(user: User, draft_id: int) -> ItemDraft:
    """A draft that the user may write in, locked before it is read: two may do something about it at once."""
    ItemDraft.objects.select_for_update().filter(pk=draft_id).first()
    return editable_draft(user, draft_id)


def editable_draft(user: User, draft_id: int) -> ItemDraft:
    """Return a draft that the user may write in now.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed``, ``catalog.draft_closed``.
    """
    draft = access_draft(user, draft_id)
    if not may_draft_for(user, draft.provider):
        raise Terminal("people.not_allowed", login=user.login)
    if draft.state not in EDITABLE:
        raise Terminal("catalog.draft_closed", title=str(draft))
    return draft


def findings_of(draft: ItemDraft, around: Surroundings | None = None) -> tuple[Finding, ...]:
    """Check a draft as it is written now; a cancellation has nothing to check."""
    if draft.kind == ItemDraft.Kind.CANCEL:
        return ()
    return check_item(draft.as_spec(), around or surroundings())


def require_right(draft: ItemDraft) -> None:
    """Refuse a draft that breaks a check, or whose item has changed since it was begun.

    Raises:
        Terminal: ``catalog.draft_has_errors``, ``catalog.item_changed_meanwhile``.
    """
    errors = [one for one in findings_of(draft) if one.severity == "error"]
    if errors:
        raise Terminal("catalog.draft_has_errors", title=str(draft), count=len(errors), first=errors[0].text)
    if draft.item is not None and draft.item.version != draft.base_version:
        raise Terminal("catalog.item_changed_meanwhile", item=draft.item.code, version=draft.item.version)


def _write(user: User, draft: ItemDraft, spec: items.CatalogItem, origin: str, around: Surroundings | None) -> None:
    around = around or surroundings()
    spec = derived(spec, around)
    anew = draft.pk is None or draft.as_spec() != spec
    draft.spec, draft.title = stored(spec), spec.title[:200]
    draft.errors, draft.warnings = count_findings(check_item(spec, around))
    try:
        with transaction.atomic():
            if anew:
                draft.version += 1
            draft.save()
    except IntegrityError as error:  # two people began a change of one item at once
        raise Terminal("catalog.draft_in_review", item=spec.code, case="") from error
    if anew:
        keep_version(user, draft, origin)


def derived(spec: items.CatalogItem, around: Surroundings) -> items.CatalogItem:
    """Return an item with what follows from its class: the resource class, and the category in words."""
    kind = resource_class_of(spec.classification)
    if not kind:
        return spec
    words = "/".join(node.title for node in lineage(spec.classification, around.classes)[1:])
    same = spec.resource_class == kind and spec.category
    return msgspec.structs.replace(spec, resource_class=kind, category=spec.category if same else words)
