"""The base of every declared value: frozen and refusing keys it does not know."""

from __future__ import annotations

import msgspec


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A value somebody declares in a pack or edits on a page. ``kw_only`` is not inherited: say it on each class."""
