"""Whether a grant still has something to stand on: the item behind its service, and the fields it names."""

from __future__ import annotations

from huitong.apps.catalog.selectors import current_item_of_table
from huitong.apps.sharing.models import Grant
from huitong.foundation.errors import Terminal

_STANDARD = "std."


def require_standing(grant: Grant) -> None:
    """Refuse a grant that lost its item or a field while it was suspended.

    A service of an item's own table needs the item, current and shared, with the columns that it looks up and the grant
    gives; every service must offer what the grant gives and filters by.

    Raises:
        Terminal: ``sharing.item_not_shared``, ``sharing.field_gone``.
    """
    spec, service = grant.as_spec(), grant.service.as_spec()
    keys = {service.key, service.subject or service.key}
    named = {*spec.fields, *(one.field for one in spec.row_filter)}
    gone = named - {*service.fields, *keys}
    if service.table.startswith(_STANDARD):
        item = current_item_of_table(service.table.removeprefix(_STANDARD))
        if item is None or item.sharing_type == "none":
            raise Terminal("sharing.item_not_shared", grant=spec.code, service=service.title)
        gone |= (named | keys) - {one.std_name for one in item.as_spec().fields}
    if gone:
        raise Terminal("sharing.field_gone", grant=spec.code, service=service.title, fields="、".join(sorted(gone)))
