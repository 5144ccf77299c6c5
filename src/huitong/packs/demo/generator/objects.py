"""What the departments hold: the declared source objects, and the SQL that says what is in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate

import msgspec
import yaml

from huitong.engine.declarations.spec import Spec
from huitong.engine.lake.extensions import Connection
from huitong.engine.lake.names import ident, literal
from huitong.packs.demo.generator.workshop import CityState, sql_file

COPY_OFFSET = 500_000_000
"""A row entered twice has a second row with this much added to its id."""
FEW_PEOPLE = 300_000
"""Up to this size a city is made by one process and staged rows are kept; beyond it both would cost more."""
_PERSONAL = frozenset({"person", "marriage", "purchase", "withdrawal", "case"})


class SourceObject(Spec, frozen=True, kw_only=True):
    """One table, sheet, text file or web page of a department; see ``objects.yaml``."""

    table: str
    department: str
    file: str
    object: str
    thing: str
    per: int = 1
    encoding: str = "gb18030"
    hears: tuple[str, ...] = ()
    may_hear: tuple[str, ...] = ()
    resaved: int = 0
    dropped: int = 0
    dirt: dict[str, int] = {}

    @property
    def medium(self) -> str:
        """``db`` (SQLite), ``csv``, ``xlsx`` or ``html``."""
        return self.file.rpartition(".")[2]


@dataclass(frozen=True)
class Staged:
    """What a source object should hold: a temporary relation of its columns beside ``number`` and ``kind`` of dirt."""

    relation: str
    columns: tuple[tuple[str, str], ...]
    """The source's columns in its order: name and DuckDB type."""

    @property
    def names(self) -> tuple[str, ...]:
        """The source's columns."""
        return tuple(name for name, _ in self.columns)

    def rows_sql(self) -> str:
        """Return the SELECT of the source's columns.

        Rows come in the order of their things by themselves: sorting millions would cost more than making them.
        """
        return f"SELECT {', '.join(map(ident, self.names))} FROM {self.relation}"

    def copies_sql(self) -> str:
        """Return the SELECT of the rows that were entered twice, each under its second id; needs ``keep_dirt``."""
        shifted = f"REPLACE (id + {COPY_OFFSET} AS id)" if "id" in self.names else ""
        rows = f"SELECT * {shifted} FROM staged_dirt WHERE kind = 'duplicate'"
        return f"SELECT {', '.join(map(ident, self.names))} FROM ({rows})"


@cache
def source_objects() -> tuple[SourceObject, ...]:
    """Return every declared source object."""
    text = resources.files("huitong.packs.demo.generator").joinpath("objects.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), type=tuple[SourceObject, ...])


def stage(con: Connection, item: SourceObject, state: CityState, *, only_touched: bool = False) -> Staged:
    """Stage what the object should hold by the truth of the day.

    Grain: one row of the object, second copies not included. Few rows are kept; many are a view that each reader
    computes again.

    Args:
        con: a connection furnished for ``state``.
        item: the object.
        state: the city.
        only_touched: only the rows of the things in the temporary table ``touched (number)``.
    """
    feed = feed_sql(item, first_day=state.day == 0, only_touched=only_touched)
    rows = f"WITH feed AS ({feed}) {sql_file('tables', item.department, item.table + '.sql')}"
    if only_touched or item.medium != "db" or state.people <= FEW_PEOPLE:
        relation = "staged_rows"
        con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS {rows}")
    else:
        relation = "staged_view"
        con.execute(f"CREATE OR REPLACE TEMP VIEW {relation} AS {rows}")
    described = con.execute(f"DESCRIBE {relation}").fetchall()
    return Staged(relation, tuple((row[0], row[1]) for row in described if row[0] not in ("number", "kind")))


def feed_sql(item: SourceObject, *, first_day: bool, only_touched: bool) -> str:
    """Return the object's things, each with its own randomness ``t``, ``changed_at`` and ``kind`` of dirt.

    On the first day nothing is gone or mended yet, and asking would cost millions of look-ups.
    """
    name = literal(item.table)
    kind = "person_kind(drawn, id_number, born, name, mobile)" if item.thing in _PERSONAL else "drawn"
    conditions = []
    if not first_day:
        mended = f'SELECT number FROM dirt WHERE "table" = {name} AND mended_day IS NOT NULL'
        kind = f"CASE WHEN number NOT IN ({mended}) THEN {kind} END"
        conditions.append(f'number NOT IN (SELECT number FROM gone WHERE "table" = {name})')
    if only_touched:
        conditions.append("number IN (SELECT number FROM touched)")
    return f"""
        SELECT * EXCLUDE (lot, drawn), {kind} AS kind
        FROM (
            SELECT *, {_drawn_sql(item)} AS drawn, changed_at(t) AS changed_at
            FROM (
                SELECT *, part(t, 99, 1000000) AS lot
                FROM (SELECT *, r(number, {name}) AS t FROM ({sql_file("feeds", item.thing + ".sql")}))
            )
        ) {"WHERE" if conditions else ""} {" AND ".join(conditions)}
    """


def _drawn_sql(item: SourceObject) -> str:
    if not item.dirt:
        return "NULL::VARCHAR"
    limits = list(zip(accumulate(item.dirt.values()), item.dirt, strict=True))
    cases = " ".join(f"WHEN lot < {literal(limit)} THEN {literal(kind)}" for limit, kind in limits)
    return f"CASE WHEN lot < {literal(limits[-1][0])} THEN CASE {cases} END END"


def keep_dirt(con: Connection, item: SourceObject, staged: Staged, *, day: int) -> None:
    """Keep the dirty rows as ``staged_dirt`` and write down what is not yet in the ledger ``dirt``."""
    name = literal(item.table)
    row_id = "id" if item.medium == "db" else "NULL"
    con.execute(f"CREATE OR REPLACE TEMP TABLE staged_dirt AS SELECT * FROM {staged.relation} WHERE kind IS NOT NULL")
    con.execute(f"""
        INSERT INTO dirt SELECT {name}, {row_id}, number, kind, {literal(day)}, NULL FROM staged_dirt
        WHERE number NOT IN (SELECT number FROM dirt WHERE "table" = {name})
    """)
