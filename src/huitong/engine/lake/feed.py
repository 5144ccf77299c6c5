"""The change feed: every later step asks what changed since it last looked, and keeps its place with its output."""

from __future__ import annotations

from dataclasses import dataclass

from huitong.engine.lake.extensions import Connection
from huitong.engine.lake.lake import current_snapshot, oldest_snapshot, table_exists, table_uuid
from huitong.engine.lake.names import ident, literal


@dataclass(frozen=True)
class Work:
    """What a step has to look at: everything (``full``), or the changes of snapshots ``after < s <= upto``."""

    schema: str
    table: str
    full: bool
    after: int
    upto: int

    @property
    def nothing(self) -> bool:
        """True when not even a snapshot was added. (A later snapshot may still hold no change of this table.)"""
        return not self.full and self.after >= self.upto

    def changed_keys_sql(self, key: str = "_key") -> str:
        """Return SQL giving the distinct keys of rows inserted, updated or deleted in the span.

        Cost grows with the files that the span added, not with the table.
        """
        return changed_keys_sql(self.schema, self.table, after=self.after, upto=self.upto, key=key)


def changed_keys_sql(schema: str, table: str, *, after: int, upto: int, key: str = "_key") -> str:
    """Return SQL giving distinct keys inserted, updated or deleted in snapshots ``after < s <= upto``."""
    if after >= upto:
        return f"SELECT NULL::VARCHAR AS {ident(key)} WHERE false"
    return (
        f"SELECT DISTINCT {ident(key)} FROM ducklake_table_changes("
        f"'lake', {literal(schema)}, {literal(table)}, {after + 1}, {upto})"
    )


def pending_work(
    con: Connection, *, step: str, schema: str, table: str, fingerprint: str, after: int | None = None
) -> Work:
    """Say what ``step`` has yet to do on ``schema.table``, as this transaction sees both.

    ``after`` is the snapshot that the step's output shows, where the output itself keeps it; else the cursor's counts.

    Everything is to be done anew when the step never ran, when its declaration (``fingerprint``) changed, when the
    input was dropped and made again, or when the snapshots it would need have expired.
    """
    upto = current_snapshot(con)
    if not table_exists(con, schema, table):
        return Work(schema, table, full=True, after=0, upto=upto)
    row = con.execute(
        "SELECT snapshot, table_uuid, fingerprint FROM meta.cursors WHERE step = ? AND input = ?",
        [step, f"{schema}.{table}"],
    ).fetchone()
    if row is None or row[1] != table_uuid(con, schema, table) or row[2] != fingerprint:
        return Work(schema, table, full=True, after=0, upto=upto)
    place = int(row[0]) if after is None else after
    return Work(schema, table, full=place + 1 < oldest_snapshot(con) or place > upto, after=place, upto=upto)


def keep_place(con: Connection, *, step: str, work: Work, fingerprint: str) -> None:
    """Record that ``step`` has seen everything up to ``work.upto``; call it in the transaction of its output."""
    name = f"{work.schema}.{work.table}"
    con.execute("DELETE FROM meta.cursors WHERE step = ? AND input = ?", [step, name])
    con.execute(
        "INSERT INTO meta.cursors VALUES (?, ?, ?, ?, ?)",
        [step, name, work.upto, table_uuid(con, work.schema, work.table), fingerprint],
    )
