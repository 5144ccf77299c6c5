"""Writes of libraries: declarations, and look-ups, which leave evidence."""

from __future__ import annotations

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.catalog.models import DataElement
from huitong.apps.catalog.selectors import elements_by_name
from huitong.apps.ledger.selectors import normal_key, subject_of
from huitong.apps.ledger.services import record_audit, record_use
from huitong.apps.libraries.keys import standard_key
from huitong.apps.libraries.models import Library
from huitong.apps.libraries.records import FoundRecord, find_record, masked_values, shown_value
from huitong.apps.libraries.selectors import access_library, library_by_code
from huitong.apps.libraries.specs import LibraryRecord
from huitong.engine.declarations import libraries
from huitong.engine.evidence.record import Evidence, utc_text
from huitong.foundation.clock import now
from huitong.foundation.errors import Terminal

MAY_LOOK_UP = ("bureau", "leader", "data_officer")


@transaction.atomic
def put_library(acting_user: User, *, spec: libraries.Library) -> Library:
    """Create or change a library."""
    row = Library.objects.filter(code=spec.code).first() or Library(code=spec.code)
    before = row.as_spec() if row.pk else None
    row.title, row.title_en, row.table, row.key = spec.title, spec.title_en, spec.table, spec.key
    row.set_spec(spec)
    row.save()
    record_audit(
        acting_user, action="libraries.put_library", kind="library", target=spec.code, before=before, after=spec
    )
    return row


@transaction.atomic
def remove_library(acting_user: User, *, code: str) -> None:
    """Remove a library's declaration; its tables stay in the lake.

    Raises:
        Terminal: ``people.not_found``.
    """
    row = library_by_code(code)
    row.delete()
    record_audit(acting_user, action="libraries.remove_library", kind="library", target=code, before=row.as_spec())


def check_key(element: str, key: str) -> None:
    """Look at a number before anybody is asked about by it, as its data element says.

    Raises:
        Terminal: ``libraries.key_wrong``, where no such number can exist.
    """
    standard_key(elements_by_name([element]).get(element), key)


def look_up(acting_user: User, *, library: str, key: str, purpose: str, case: str = "") -> LibraryRecord:
    """Look up one person or company, masked, each value with its source.

    Evidence of the look-up is on disk before anything is returned: who, when, for what purpose, and a keyed hash of
    whom. It is there too when nobody was found.

    Args:
        library: code of the library.
        key: ID number, credit code…, in any width or case.
        purpose: why, in the official's words; at least four characters.
        case: number of the case it is for.

    Raises:
        Terminal: ``people.not_found`` (the library), ``people.not_allowed``, ``libraries.purpose_missing``,
            ``libraries.key_missing``, ``libraries.key_wrong`` for a number that can be nobody's and is nobody's: then
            nothing is recorded.
        Transient: ``evidence.unwritable``, ``lake.*``: then nothing is shown.
    """
    row = access_library(acting_user, library)
    if not acting_user.has_role(*MAY_LOOK_UP):
        raise Terminal("people.not_allowed", login=acting_user.login)
    if len(purpose.strip()) < 4:
        raise Terminal("libraries.purpose_missing")
    if not key.strip():
        raise Terminal("libraries.key_missing", library=library)
    spec = row.as_spec()
    element = elements_by_name([spec.key_element]).get(spec.key_element)
    record = _record_of(spec, element, key)
    receipt = record_use(_evidence(acting_user, spec, record, purpose=purpose.strip(), case=case.strip()))
    return LibraryRecord(
        library=row.code,
        title=row.shown_title,
        found=record.found,
        key=shown_value(record.key, element.mask if element else "full") or "",
        values=masked_values(spec, record) if record.found else (),
        snapshot=record.snapshot,
        receipt=receipt.hash,
    )


def _record_of(spec: libraries.Library, element: DataElement | None, key: str) -> FoundRecord:
    """Find who has a number. A wrong one that an item lets pass is found too: it has to be, to be put right."""
    try:
        number = standard_key(element, key)
    except Terminal:
        record = find_record(spec, normal_key(key))
        if not record.found:
            raise
        return record
    return find_record(spec, number)


def _evidence(
    acting_user: User, library: libraries.Library, record: FoundRecord, *, purpose: str, case: str
) -> Evidence:
    organisation = acting_user.organisation
    subject = (subject_of(record.key),)
    return Evidence(
        time=utc_text(now()),
        consumer=f"desk:{organisation.code if organisation else ''}",
        service=f"library:{library.code}",
        kind="look_up",
        purpose=purpose[:300],
        case=case[:200],
        operator=acting_user.login,
        subjects=subject if record.found else (),
        absent=() if record.found else subject,
        fields=tuple(attribute.name for attribute in library.attributes),
        asked=1,
        answered=int(record.found),
        as_of=record.snapshot,
    )
