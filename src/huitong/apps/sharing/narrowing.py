"""Whether a changed grant gives more than it did: what goes beyond was never approved."""

from __future__ import annotations

from huitong.engine.declarations.sharing import Grant, RowFilter


def widened(before: Grant, after: Grant) -> str:
    """Return the first part in which ``after`` gives more than ``before``; "" when it gives as much or less.

    Nothing may be left empty that would mean "all": neither fields nor kinds.
    """
    more = {
        "fields": not after.fields or not set(after.fields) <= set(before.fields),
        "clear": not set(after.clear) <= set(before.clear) & set(after.fields),
        "kinds": not after.kinds or not set(after.kinds) <= set(before.kinds),
        "row_filter": _more_rows(before.row_filter, after.row_filter),
        "quota": after.quota < 0 or bool(before.quota and (not after.quota or after.quota > before.quota)),
        "valid_to": bool(before.valid_to and (not after.valid_to or after.valid_to > before.valid_to)),
        "valid_from": (after.valid_from or "") < (before.valid_from or ""),
        "service": (after.app, after.service, after.code) != (before.app, before.service, before.code),
    }
    return next((part for part, gives_more in more.items() if gives_more), "")


def _more_rows(before: tuple[RowFilter, ...], after: tuple[RowFilter, ...]) -> bool:
    """Conditions are all to hold: rows become fewer by more of them, and by fewer values in each."""
    kept = {one.field: set(one.values) for one in after}
    return any(one.field not in kept or not kept[one.field] <= set(one.values) for one in before)
