"""Where the rows behind an indicator lead: to the very thing that costs points."""

from __future__ import annotations

from urllib.parse import quote

from django.urls import NoReverseMatch, reverse


def link_of(kind: str, key: str, *, invented: bool) -> str:
    """Return the address of what a row is about, "" where there is none.

    Args:
        kind: ``item``, ``issue``, ``case`` or ``dispute``, as the indicator's statement names it.
        key: its code; of an issue the code of its item, a slash, and the rule.
        invented: the row is of a demo city's invented past, whose cases nobody ever worked on.
    """
    if kind == "item":
        return reverse("catalog:item", args=[key])
    if kind == "issue":
        return f"{reverse('collection:issues')}?item={quote(key.partition('/')[0])}&state=all"
    if kind in ("case", "dispute") and not invented:
        try:
            return reverse("cases:case", args=[key])
        except NoReverseMatch:
            return ""
    return ""
