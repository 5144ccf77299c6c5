"""Publish: lake tables into the serving store, full the first time and then by what changed."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, replace

import msgspec

from huitong.engine.lake import Connection, Lake
from huitong.engine.lake.extensions import load_extension
from huitong.engine.lake.feed import Work, keep_place, pending_work
from huitong.engine.lake.lake import one_value, table_columns
from huitong.engine.lake.names import ident, literal
from huitong.engine.plans.publish import Publication, served_rows_sql
from huitong.engine.serving.store import Generation, ServingStore
from huitong.foundation.errors import Terminal

DELTA_SHARE = 0.2
"""Above this share of changed rows a new generation is cheaper than a delta."""
_CHANGED = "_changed"
_BATCH = 10_000


@dataclass(frozen=True)
class PublishResult:
    """What one publication did. ``rows``: in the store now; a changed row is deleted and written."""

    table: str
    full: bool
    rows: int
    written: int
    deleted: int
    as_of: int


def publish_table(lake: Lake, store: ServingStore, publication: Publication, *, rebuild: bool = False) -> PublishResult:
    """Bring one table of the serving store up to the lake. Readers see the old state or the new, never a mixture.

    The place is the store's own ``as_of``, which moves in the transaction of the rows: killed at any moment, the next
    publication goes on from what the store really holds.

    Args:
        rebuild: make a new generation whatever changed; the outcome is the same.

    Raises:
        Terminal: ``publish.no_table``, ``publish.column_missing``; ``serving.*``, ``lake.*``.
    """
    with lake.exclusively(f"publish:{publication.name}"), lake.reader() as con:
        kinds = table_columns(con, publication.schema, publication.table)
        _check(publication, kinds)
        step, fingerprint = f"publish:{publication.name}", _fingerprint(publication, kinds)
        work = _pending(con, store, publication, step, fingerprint, rebuild=rebuild)
        changed = 0 if work.full else _gather_changes(con, work, publication)
        rows = one_value(con, f"SELECT count(*) FROM {ident(publication.schema)}.{ident(publication.table)}")
        if work.full or changed > max(rows * DELTA_SHARE, _BATCH):
            _publish_all(con, store, publication, kinds, work)
            result = PublishResult(publication.name, True, rows, rows, 0, work.upto)
        else:
            written, deleted = _publish_changes(con, store, publication, kinds, work)
            result = PublishResult(publication.name, False, rows, written, deleted, work.upto)
    with lake.transaction() as con:
        keep_place(con, step=step, work=work, fingerprint=fingerprint)
    return result


def _check(publication: Publication, kinds: dict[str, str]) -> None:
    if not kinds:
        raise Terminal("publish.no_table", table=publication.name)
    missing = [name for name in publication.stored if name not in kinds]
    if missing:
        raise Terminal("publish.column_missing", table=publication.name, column=missing[0], columns=", ".join(kinds))


def _fingerprint(publication: Publication, kinds: dict[str, str]) -> str:
    declared = msgspec.json.encode((publication, [kinds[name] for name in publication.stored]))
    return hashlib.sha256(declared).hexdigest()[:16]


def _pending(
    con: Connection, store: ServingStore, publication: Publication, step: str, fingerprint: str, *, rebuild: bool
) -> Work:
    held = store.as_of(publication.name)
    schema, name = publication.schema, publication.table
    work = pending_work(con, step=step, schema=schema, table=name, fingerprint=fingerprint, after=held)
    return replace(work, full=True) if rebuild or held is None else work


def _gather_changes(con: Connection, work: Work, publication: Publication) -> int:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_CHANGED} AS {work.changed_keys_sql(publication.identity)}")
    return one_value(con, f"SELECT count(*) FROM {_CHANGED}")


def _publish_all(
    con: Connection, store: ServingStore, publication: Publication, kinds: dict[str, str], work: Work
) -> None:
    generation = store.new_generation(publication.name)
    attached = f"serving_{uuid.uuid4().hex}"
    _attach(con, generation, attached)
    try:
        target = ".".join(ident(part) for part in (attached, generation.schema, generation.name))
        con.execute(f"CREATE TABLE {target} AS {served_rows_sql(publication, kinds)}")
        con.execute("COMMIT")
        con.execute("BEGIN")
    finally:
        con.execute(f"DETACH {ident(attached)}")
    store.activate(publication.name, generation, as_of=work.upto, keys=(publication.identity, *publication.keys))


def _attach(con: Connection, generation: Generation, name: str) -> None:
    load_extension(con, generation.kind)
    con.execute(f"ATTACH {literal(generation.location)} AS {ident(name)} (TYPE {generation.kind})")


def _publish_changes(
    con: Connection, store: ServingStore, publication: Publication, kinds: dict[str, str], work: Work
) -> tuple[int, int]:
    written = deleted = 0
    with store.delta(publication.name, as_of=work.upto) as delta:
        gone = con.execute(f"SELECT {ident(publication.identity)} FROM {_CHANGED}").fetchall()
        for start in range(0, len(gone), _BATCH):
            deleted += delta.delete(publication.identity, [key for (key,) in gone[start : start + _BATCH]])
        con.execute(served_rows_sql(publication, kinds, only=_CHANGED))
        while batch := con.fetchmany(_BATCH):
            written += delta.insert(publication.stored, batch)
    return written, deleted
