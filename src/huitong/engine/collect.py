"""Collect: bring one linked catalog item from its source into ``raw``, exactly once.

A run stages the source's rows in a file, without holding any lock, and then in one lake transaction brings
``raw.<table>`` to that state and adds its row to ``meta.runs``. Killed before the commit, nothing happened; killed
after it, the run is found in ``meta.runs``. The watermark is read from there and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from huitong.engine import staging
from huitong.engine.connectors.protocol import Connector, ReadRequest
from huitong.engine.connectors.registry import CONNECTORS
from huitong.engine.declarations.items import CatalogItem
from huitong.engine.declarations.sources import Link, Source
from huitong.engine.declarations.variables import expand_source
from huitong.engine.key_order import KeyOrder
from huitong.engine.lake import Connection, Lake
from huitong.engine.lake.lake import one_value, table_columns
from huitong.engine.lake.names import KEY, RUN, table
from huitong.engine.lake.rows import RowChanges, adopt_file, replace_rows
from huitong.engine.plans import collect as plans
from huitong.engine.watermarks import last_watermark, later
from huitong.foundation.errors import Terminal

Mode = Literal["auto", "reread", "full", "remake"]
"""auto: as the link declares; reread: read everything; full: that, and believe a source that has no rows any more;
remake: drop the table first (after a change of types)."""


@dataclass(frozen=True)
class CollectResult:
    """What one run did. ``snapshot`` is the first lake snapshot that shows it."""

    table: str
    run_id: int
    mode: str
    read: int
    changes: RowChanges
    watermark: str
    checksum: int
    statement: str
    snapshot: int


@dataclass(frozen=True)
class _Staged:
    """The rows of one reading, in a file: the columns as read, what they add up to."""

    file: Path
    columns: dict[str, str]
    rows: int
    unkeyed: int
    checksum: int
    watermark: str
    statement: str
    run_id: int
    """The run that the file's rows name: the next one when reading began."""


@dataclass(frozen=True)
class _Reading:
    """One item's source, opened: what every step of a run needs."""

    lake: Lake
    item: CatalogItem
    link: Link
    source: Source
    connector: Connector
    folder: Path

    def request(self, columns: tuple[str, ...], *, since: str = "") -> ReadRequest:
        """Return what to ask of the source; ``since`` is a watermark as kept in ``meta.runs``."""
        mark = last_watermark(self.lake, self.item.table, self.link, since) if since else None
        return ReadRequest(object=self.link.object, columns=columns, watermark=mark)


def collect_item(
    lake: Lake, item: CatalogItem, source: Source, variables: Mapping[str, str], *, mode: Mode = "auto"
) -> CollectResult:
    """Run one collection of ``item``.

    Grain: one row a key of the source object; rows that no key identifies are told apart by content and count.
    Cost: a full run reads and compares everything and writes the differences; an incremental one reads what changed
    since the last watermark, less the overlap, and the keys when the counts say that rows are gone.

    Args:
        variables: values for ``${NAME}`` in the source's location.
        mode: see :data:`Mode`.

    Raises:
        HuitongError: ``source.*`` when the source cannot be read, ``collect.*`` when its rows do not fit, ``lake.*``.
    """
    if item.link is None:
        raise Terminal("collect.not_linked", item=item.code)
    expanded = expand_source(source, variables)
    with lake.exclusively(f"collect:{item.table}"), lake.scratch_folder() as folder:
        reading = _Reading(lake, item, item.link, expanded, CONNECTORS[expanded.kind], folder)
        since = _since(reading, mode)
        if since:
            result = _collect_changes(reading, since)
            if result is not None:
                return result
        return _collect_all(reading, mode)


def _since(reading: _Reading, mode: Mode) -> str:
    """Return the last run's watermark, "" when everything is to be read."""
    link = reading.link
    if mode != "auto" or link.mode == "full":
        return ""
    if not link.key or not link.watermark:
        raise Terminal("collect.no_watermark", item=reading.item.code)
    with reading.lake.reader() as con:
        row = con.execute(
            "SELECT watermark FROM meta.runs WHERE kind = 'collect' AND table_name = ? ORDER BY run_id DESC LIMIT 1",
            [reading.item.table],
        ).fetchone()
        known = table_columns(con, "raw", reading.item.table)
    same_columns = set(_columns(reading.item)) == set(known) - {KEY, RUN}
    return str(row[0] or "") if row and same_columns else ""


def _columns(item: CatalogItem) -> tuple[str, ...]:
    """Return the declared source columns, each once: fields, key, watermark."""
    link = item.link
    more = (*link.key, *((link.watermark,) if link.watermark else ())) if link else ()
    return tuple(dict.fromkeys((*(field.column for field in item.fields), *more)))


def _collect_all(reading: _Reading, mode: Mode) -> CollectResult:
    started = datetime.now(UTC)
    staged = _stage(reading, reading.request(_columns(reading.item)))
    with reading.lake.transaction() as con:
        run_id = _next_run(con)
        known = table_columns(con, "raw", reading.item.table)
        if known and not staged.rows and mode != "full":
            _refuse_emptied(con, reading)  # before the table gives way to one of other columns
        if known and (mode == "remake" or set(known) != {KEY, RUN, *staged.columns}):
            con.execute(f"DROP TABLE {table('raw', reading.item.table)}")
            known = {}
        if staged.rows:
            _check_types(reading.item, known, staged.columns)
        if not known and staged.run_id == run_id:  # no other table's run came between: the file is right as it is
            changes = RowChanges(inserted=adopt_file(con, "raw", reading.item.table, file=staged.file))
        else:
            rows = plans.staged_rows_sql(staged.file, run_id=run_id, columns=staged.columns)
            changes = replace_rows(con, "raw", reading.item.table, new=rows)
        result = _record(con, reading, staged, run_id=run_id, mode="full", changes=changes, started=started)
    return replace(result, snapshot=reading.lake.snapshot())


def _collect_changes(reading: _Reading, since: str) -> CollectResult | None:
    """Run an incremental collection; None when only reading everything makes the table right again."""
    started = datetime.now(UTC)
    staged = _stage(reading, reading.request(_columns(reading.item), since=since))
    staged = replace(staged, watermark=later(since, staged.watermark, staged.columns[reading.link.watermark]))
    gone = None if staged.unkeyed else _keys_to_reconcile(reading, staged)
    if staged.unkeyed or (gone and (gone.unkeyed or _has_unseen(reading, staged, gone.file))):
        return None
    with reading.lake.transaction() as con:
        run_id = _next_run(con)
        _check_types(reading.item, table_columns(con, "raw", reading.item.table), staged.columns)
        if gone and not gone.rows:
            _refuse_emptied(con, reading)
        rows = plans.staged_rows_sql(staged.file, run_id=run_id, columns=staged.columns)
        scope = plans.staged_keys_sql(staged.file)
        changes = replace_rows(con, "raw", reading.item.table, new=rows, scope=scope)
        if gone:
            changes += RowChanges(deleted=one_value(con, plans.delete_others_sql(reading.item.table, gone.file)))
        result = _record(con, reading, staged, run_id=run_id, mode="incremental", changes=changes, started=started)
    return replace(result, snapshot=reading.lake.snapshot())


def _stage(reading: _Reading, request: ReadRequest, *, name: str = "rows") -> _Staged:
    """Read the source into a file, whatever its size in flat memory, and look at what came."""
    first, second = reading.folder / f"{name}.parquet", reading.folder / f"{name}-keyed.parquet"
    key, watermark = reading.link.key, reading.link.watermark if name == "rows" else ""
    with reading.lake.reader() as con:
        run_id = _next_run(con)
    with reading.lake.scratchpad() as con, reading.connector.read(reading.source, request) as stream:
        order = KeyOrder(stream.schema, key)
        staging.stage_rows(con, order.watched(stream), first, key=key, run_id=run_id)
    with reading.lake.scratchpad() as con:
        described = con.execute("DESCRIBE FROM read_parquet(?)", [str(first)]).fetchall()
        columns = {row[0]: row[1] for row in described if row[0] not in (KEY, RUN)}
        facts = con.execute(plans.staged_facts_sql(first, columns=list(columns), key=key, watermark=watermark))
        rows, unkeyed, trimmed, checksum, greatest = facts.fetchone() or ()
        if (trimmed or not order.rises) and rows - unkeyed != one_value(con, plans.distinct_keys_sql(first)):
            _refuse_duplicates(con, reading, first)
        if unkeyed:
            con.execute(plans.content_keys_sql(first, second, columns=list(columns), run_id=run_id))
    statement = reading.connector.statement(reading.source, request)
    file = second if unkeyed else first
    return _Staged(file, columns, rows, unkeyed, checksum, greatest or "", statement, run_id)


def _refuse_duplicates(con: Connection, reading: _Reading, file: Path) -> None:
    found = con.execute(plans.duplicate_keys_sql(file)).fetchmany(3)
    if found:  # otherwise two different keys only share a hash
        examples = "; ".join(f"{str(key).replace(chr(31), ' + ')} × {count}" for key, count in found)
        key = " + ".join(reading.link.key)
        raise Terminal("collect.duplicate_keys", item=reading.item.code, key=key, examples=examples)


def _refuse_emptied(con: Connection, reading: _Reading) -> None:
    """A source that suddenly has no rows at all is a failed export far more often than the truth."""
    rows = one_value(con, f"SELECT count(*) FROM {table('raw', reading.item.table)}")
    if rows:
        raise Terminal("collect.emptied", item=reading.item.code, object=reading.link.object, rows=rows)


def _keys_to_reconcile(reading: _Reading, staged: _Staged) -> _Staged | None:
    """Return all keys now at the source when rows have gone there, None when none have.

    ``raw`` with the staged rows holds every row that the source has, so equal counts mean equal keys.
    """
    if reading.link.reconcile == "never":
        return None
    with reading.lake.reader() as con:
        expected = one_value(con, plans.expected_rows_sql(reading.item.table, staged.file))
    if reading.connector.count(reading.source, reading.link.object) == expected:
        return None
    return _stage(reading, reading.request(reading.link.key), name="keys")


def _has_unseen(reading: _Reading, staged: _Staged, keys: Path) -> bool:
    """Tell whether the source has keys that neither ``raw`` nor this reading has: rows that were committed late."""
    with reading.lake.reader() as con:
        return bool(one_value(con, plans.unseen_keys_sql(reading.item.table, staged.file, keys)))


def _check_types(item: CatalogItem, known: dict[str, str], read: dict[str, str]) -> None:
    for column, kind in read.items():
        if known and known[column] != kind:
            raise Terminal("collect.type_changed", item=item.code, column=column, before=known[column], now=kind)


def _next_run(con: Connection) -> int:
    return one_value(con, "SELECT coalesce(max(run_id), 0) + 1 FROM meta.runs")


def _record(
    con: Connection,
    reading: _Reading,
    staged: _Staged,
    *,
    run_id: int,
    mode: str,
    changes: RowChanges,
    started: datetime,
) -> CollectResult:
    """Add the run to the ledger, in the transaction of its rows."""
    values: list[object] = [
        run_id, "collect", reading.item.table, reading.source.code, mode, staged.statement, staged.watermark,
        staged.rows, changes.inserted, changes.updated, changes.deleted, staged.checksum,
        started.replace(tzinfo=None), datetime.now(UTC).replace(tzinfo=None),
    ]  # fmt: skip
    con.execute(f"INSERT INTO meta.runs VALUES ({', '.join('?' * len(values))})", values)
    return CollectResult(
        table=reading.item.table,
        run_id=run_id,
        mode=mode,
        read=staged.rows,
        changes=changes,
        watermark=staged.watermark,
        checksum=staged.checksum,
        statement=staged.statement,
        snapshot=0,
    )
