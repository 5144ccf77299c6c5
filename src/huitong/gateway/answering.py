"""From a decided call to its answer: the columns to read, the rows that the grant covers, the values as shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from huitong.engine.declarations.sharing import Grant
from huitong.engine.serving.decision import granted_fields
from huitong.engine.serving.policy import ServedService
from huitong.engine.serving.store import Row, Value
from huitong.foundation.errors import Terminal
from huitong.gateway.asking import VerifyItem
from huitong.gateway.config import MAX_ROWS
from huitong.gateway.lookups import Found
from huitong.gateway.matching import agrees, key_forms
from huitong.gateway.shaping import Shape, shape_of

SubjectHash: TypeAlias = Callable[[str], str]


class Reply(msgspec.Struct, frozen=True):
    """A body ready to leave, and what evidence must say of it: ``answered`` counts keys that were found."""

    body: bytes
    answered: int
    subjects: tuple[str, ...]
    absent: tuple[str, ...]


_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Plan:
    """How to answer calls of one grant for one choice of fields; built once, used for every such call."""

    def __init__(self, service: ServedService, grant: Grant, fields: Sequence[str] | None) -> None:
        chosen = [field for field in granted_fields(service, grant) if fields is None or field.name in fields]
        self.service = service
        self.fields = tuple(field.name for field in chosen)
        filters = {condition.field: frozenset(condition.values) for condition in grant.row_filter}
        needed = (service.key, *self.fields, *filters, service.subject or service.key)
        self.columns = tuple(dict.fromkeys(needed))
        place = {name: number for number, name in enumerate(self.columns)}
        self._subject = place[service.subject or service.key]
        self._filters = tuple((place[name], values) for name, values in filters.items())
        self._shapes: tuple[tuple[str, int, Shape], ...] = tuple(
            (field.name, place[field.name], shape_of(field, clear=field.name in grant.clear)) for field in chosen
        )
        self._kinds = {field.name: (place[field.name], field.type) for field in chosen}

    def records(self, keys: Sequence[str], found: Found, subject_hash: SubjectHash) -> Reply:
        """Answer ``records``: one entry a row found, in the order of the keys; one without data for a key not found."""
        entries: list[dict[str, object]] = []
        seen = _Seen()
        for key in keys:
            rows = self._rows_of(key, found)
            if not rows:
                entries.append({"key": key, "found": False})
            for row in rows:
                data = {name: shape(row[place]) for name, place, shape in self._shapes}
                entries.append({"key": key, "found": True, "data": data})
            seen.add(key, rows, self._subject)
        body = _ENCODER.encode({"service": self.service.code, "as_of": found.as_of, "records": entries})
        return self._reply(body, seen, subject_hash)

    def verify(self, items: Sequence[VerifyItem], found: Found, subject_hash: SubjectHash) -> Reply:
        """Answer ``verify``: yes or no per field. A key that is unknown or outside the grant answers as wrong values
        do, every field no; so nothing tells a caller that a record exists but a value they already had right."""
        results: list[dict[str, object]] = []
        seen = _Seen()
        for item in items:
            rows = self._rows_of(item.key, found)
            results.append({"key": item.key, "values": self._compare(item, rows)})
            seen.add(item.key, rows, self._subject)
        body = _ENCODER.encode({"service": self.service.code, "as_of": found.as_of, "results": results})
        return self._reply(body, seen, subject_hash)

    def _compare(self, item: VerifyItem, rows: Sequence[Row]) -> dict[str, bool]:
        """Compare with each row under the key and give the one that agrees most: fields must agree on one row."""
        best = dict.fromkeys(item.values, False)
        for row in rows:
            verdict = {}
            for name, stated in item.values.items():
                place, kind = self._kinds[name]
                verdict[name] = agrees(kind, stated, row[place])
            if sum(verdict.values()) > sum(best.values()):
                best = verdict
        return best

    def _rows_of(self, key: str, found: Found) -> Sequence[Row]:
        """The rows under a key that the grant covers."""
        for form in key_forms(key):
            rows = found.rows.get(form)
            if rows:
                return [row for row in rows if self._covers(row)] if self._filters else rows
        return ()

    def _covers(self, row: Row) -> bool:
        return all(str(row[place]) in values for place, values in self._filters)

    def _reply(self, body: bytes, seen: _Seen, subject_hash: SubjectHash) -> Reply:
        subjects = tuple([subject_hash(str(subject)) for subject in seen.subjects if subject is not None])
        absent: tuple[str, ...] = ()
        if seen.missed and self._subject == 0:  # else nobody knows the subject without the row
            absent = tuple(map(subject_hash, dict.fromkeys(key_forms(key)[-1] for key in seen.missed)))
        return Reply(body, seen.answered, subjects, absent)


class _Seen:
    """What evidence needs to know of the rows behind an answer."""

    def __init__(self) -> None:
        self.answered = 0
        self.subjects: dict[Value, None] = {}
        self.missed: list[str] = []
        self._rows = 0

    def add(self, key: str, rows: Sequence[Row], subject: int) -> None:
        """Count a key and note whose rows it found. Raises ``gateway.too_many_rows``."""
        if not rows:
            self.missed.append(key)
            return
        self.answered += 1
        for row in rows:
            self.subjects[row[subject]] = None
        self._rows += len(rows)
        if self._rows > MAX_ROWS:
            raise Terminal("gateway.too_many_rows", limit=MAX_ROWS)


def looked_up(keys: Sequence[str]) -> list[str]:
    """The distinct forms under which the keys are looked up."""
    return list(dict.fromkeys(form for key in keys for form in key_forms(key)))
