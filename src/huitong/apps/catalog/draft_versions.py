"""What a draft said each time it was written: nobody saves over something newer without having been told."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from huitong.apps.accounts.models import User
from huitong.apps.catalog.differing import differences_in
from huitong.apps.catalog.models import DraftVersion, ItemDraft
from huitong.apps.catalog.selectors import element_titles
from huitong.apps.labels import language
from huitong.engine.declarations import items
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

NAMED = 6
"""How many changed parts a message names."""


def keep_version(user: User, draft: ItemDraft, origin: str) -> None:
    """Keep what a draft says now as its newest version."""
    DraftVersion.objects.create(draft=draft, version=draft.version, spec=draft.spec, origin=origin, user=user)


def check_version(draft: ItemDraft, wanted: items.CatalogItem, parts: Collection[str], version: int | None) -> None:
    """Refuse to write parts of a draft that are not what their writer saw, unless they say the same already.

    Raises:
        Terminal: ``catalog.draft_changed_meanwhile``.
    """
    if not _alike(draft.as_spec(), wanted, parts):
        _refuse_unseen("catalog.draft_changed_meanwhile", draft, parts, version, wanted)


def check_seen(draft: ItemDraft, version: int | None) -> None:
    """Refuse to decide about a draft that says something else than who decides saw.

    Raises:
        Terminal: ``catalog.draft_not_as_seen``.
    """
    _refuse_unseen("catalog.draft_not_as_seen", draft, items.CatalogItem.__struct_fields__, version, draft.as_spec())


def _refuse_unseen(
    code: str, draft: ItemDraft, parts: Collection[str], version: int | None, wanted: items.CatalogItem
) -> None:
    if version is None or version == draft.version:
        return
    now = draft.as_spec()
    since = list(draft.versions.filter(version__gte=version).select_related("user"))
    seen = since[-1].as_spec() if since and since[-1].version == version else None
    if seen is not None and _alike(seen, now, parts):
        return
    last = _last_writing(since, parts)
    raise Terminal(
        code,
        title=str(draft),
        who=last.user.shown_name if last and last.user else "—",
        at=clock.beijing_text(last.at if last else draft.updated_at),
        what=_named(parts, seen or wanted, now) or "—",
    )


def _alike(one: items.CatalogItem, other: items.CatalogItem, parts: Collection[str]) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in parts)


def _last_writing(since: list[DraftVersion], parts: Collection[str]) -> DraftVersion | None:
    """The newest version, of these from the newest on, that said something else of the parts than the one before."""
    written = (new for new, old in pairwise(since) if not _alike(new.as_spec(), old.as_spec(), parts))
    return next(written, since[0] if since else None)


def _named(parts: Collection[str], before: items.CatalogItem, after: items.CatalogItem) -> str:
    found = differences_in(parts, before, after, element_titles())
    names = list(dict.fromkeys(f"{one.place} {one.what}".strip() for one in found))
    more = ("…",) if len(names) > NAMED else ()
    return ("、" if language() == "zh" else ", ").join((*names[:NAMED], *more))
