"""What the chain must find: the numbers that the truth gives for rows, dirt, quarantine and entities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from huitong.engine.lake.extensions import Connection
from huitong.engine.lake.names import literal
from huitong.foundation.errors import Terminal
from huitong.packs.demo.generator.city import city_folder, city_state, truth_path
from huitong.packs.demo.generator.objects import source_objects, stage
from huitong.packs.demo.generator.workshop import CityState, furnish, open_workshop

REJECTING = {
    "id_missing": "required",
    "id_checksum": "id_number",
    "uscc_missing": "required",
    "uscc_checksum": "uscc",
    "uscc_old": "uscc",
    "reading_wild": "range",
}
"""Kinds of dirt that no normaliser mends, and the kind of the rule that stops the row."""
POPULATION = (
    "police_resident",
    "police_residence_permit",
    "police_death",
    "civil_marital_status",
    "hrss_participation",
    "medical_member",
    "fund_account",
    "jinan_grid_resident",
)
"""Tables that the population library is made of, by person."""
LEGAL_PERSONS = ("market_company", "market_licence", "tax_registration", "hrss_employer")
"""Tables that the legal-person library is made of, by company."""


@dataclass(frozen=True)
class TruthCounts:
    """Expected counts after collecting, checking and fusing everything."""

    rows: dict[str, int]
    """Rows at the source, and so in ``raw``, by table."""
    dirt: dict[tuple[str, str], int]
    """Dirty rows (second copies not counted) by table and kind, without those mended since."""
    quarantined: dict[tuple[str, str], int]
    """Rows that belong in quarantine, by table and kind of rule."""
    entities: dict[str, int]
    """Golden records by library table: ``population``, ``legal_person``."""


def truth_counts(home: Path) -> TruthCounts:
    """Count in the truth what the chain must find in the departments' data.

    Cost: grows with the city; every library's tables are computed once more from the truth.

    Raises:
        Terminal: ``demo.no_city``.
    """
    state = city_state(home)
    if state is None:
        raise Terminal("demo.no_city", folder=city_folder(home))
    con = open_workshop(truth_path(home), read_only=True)
    try:
        furnish(con, state)
        rows = dict(con.execute('SELECT "table", rows FROM holding').fetchall())
        dirt = {(table, kind): count for table, kind, count in con.execute(_DIRT_SQL).fetchall()}
        entities = {
            "population": _entities(con, state, POPULATION),
            "legal_person": _entities(con, state, LEGAL_PERSONS),
        }
    finally:
        con.close()
    quarantined: dict[tuple[str, str], int] = {}
    for (table, kind), count in dirt.items():
        if kind in REJECTING:
            key = (table, REJECTING[kind])
            quarantined[key] = quarantined.get(key, 0) + count
    return TruthCounts(rows, dirt, quarantined, entities)


_DIRT_SQL = 'SELECT "table", kind, count(*) FROM dirt WHERE mended_day IS NULL GROUP BY 1, 2'


def _entities(con: Connection, state: CityState, tables: tuple[str, ...]) -> int:
    con.execute("CREATE OR REPLACE TEMP TABLE entity (number BIGINT)")
    for item in (item for item in source_objects() if item.table in tables):
        con.execute(f"INSERT INTO entity {_sound_things_sql(stage(con, item, state).relation)}")
    ((count,),) = con.execute("SELECT count(DISTINCT number) FROM entity").fetchall()
    return int(count)


def _sound_things_sql(relation: str) -> str:
    stopping = ", ".join(map(literal, REJECTING))
    return f"SELECT DISTINCT number FROM {relation} WHERE kind IS NULL OR kind NOT IN ({stopping})"
