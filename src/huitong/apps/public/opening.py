"""What of an open set's rows the public gets: a sample for its page and a file to download.

Only fields whose data element is public or internal (level 1 or 2) and carries no mask are given away, whatever the
item says: the provider opened the set, not the people in it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.specs import FieldRow
from huitong.apps.collection.models import TableState
from huitong.apps.collection.selectors import the_lake
from huitong.apps.public.specs import Sample
from huitong.engine.lake import Connection
from huitong.engine.lake.lake import table_columns
from huitong.engine.lake.names import ident, idents, literal, table
from huitong.foundation.errors import HuitongError

OPEN_LEVEL = 2
"""Greatest sensitivity level of a field that may be open."""
SAMPLE_ROWS = 10
MOST_FILE_ROWS = 1_000_000
"""Larger sets are not offered as one file."""
_MARK = "\ufeff".encode()
"""Tells spreadsheets that the file is UTF-8."""
_building = threading.Lock()


def is_open(field: FieldRow) -> bool:
    """Tell whether the values of a field may be given to anybody."""
    return field.level <= OPEN_LEVEL and not field.mask


def sample_of(state: TableState, fields: Sequence[FieldRow]) -> Sample | None:
    """Return the first rows of a set, None when the lake cannot be read now or no field is open.

    Grows with the sample only; read from the lake once for each state of the table.
    """
    names = tuple(field.name for field in fields if is_open(field))
    if not names or not state.rows:
        return None
    try:
        columns, rows = _first_rows(str(settings.HUITONG.home), state.name, state.snapshot, names)
    except HuitongError:
        return None  # the page is of use without a sample, and says that there is none
    titles = {field.name: field.title for field in fields}
    return Sample(columns=tuple(titles[name] for name in columns), rows=rows) if columns else None


@lru_cache(maxsize=256)
def _first_rows(
    home: str,  # noqa: ARG001 - installations of one process have samples of their own
    name: str,
    snapshot: int,  # noqa: ARG001 - a changed table is read again
    wanted: tuple[str, ...],
) -> tuple[tuple[str, ...], tuple[tuple[object, ...], ...]]:
    with the_lake().reader() as con:
        columns = _there(con, name, wanted)
        if not columns:
            return (), ()
        rows = con.execute(f"SELECT {idents(columns)} FROM {table('std', name)} LIMIT {SAMPLE_ROWS}").fetchall()
    return columns, tuple(tuple(row) for row in rows)


def _there(con: Connection, name: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    kinds = table_columns(con, "std", name)
    return tuple(column for column in wanted if column in kinds)


def open_file(item: CatalogItem, state: TableState, fields: Sequence[FieldRow]) -> Path | None:
    """Return the CSV file of an open set, made when its rows have changed since the last; None without open fields.

    Work grows with the rows, once for each state of the table; memory does not grow.

    Raises:
        HuitongError: ``lake.*``.
    """
    stem = hashlib.sha256(item.code.encode()).hexdigest()[:16]
    folder = Path(settings.HUITONG.home) / "open"
    file = folder / f"{stem}-{state.snapshot}.csv"
    with _building:
        if file.exists():
            return file
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{stem}.draft"
        names = tuple(field.name for field in fields if is_open(field))
        with the_lake().reader() as con:
            columns = _there(con, state.name, names)
            if not columns:
                return None
            con.execute(_copy_sql(con, state.name, columns, draft))
        _with_mark(draft, file)
        for old in folder.glob(f"{stem}-*.csv"):
            if old != file:
                old.unlink(missing_ok=True)
    return file


def _copy_sql(con: Connection, name: str, columns: Sequence[str], target: Path) -> str:
    kinds = table_columns(con, "std", name)
    parts = [_as_text(column) if "CHAR" in str(kinds[column]).upper() else ident(column) for column in columns]
    picked = f"SELECT {', '.join(parts)} FROM {table('std', name)}"
    return f"COPY ({picked}) TO {literal(str(target))} (FORMAT csv, HEADER)"


def _as_text(column: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    name = ident(column)
    return f"CASE WHEN left({name}, 1) IN ('=', '+', '-', '@') THEN '''' || {name} ELSE {name} END AS {name}"


def _with_mark(draft: Path, file: Path) -> None:
    whole = draft.with_suffix(".whole")
    with draft.open("rb") as rows, whole.open("wb") as marked:
        marked.write(_MARK)
        while block := rows.read(1 << 20):
            marked.write(block)
    whole.replace(file)
    draft.unlink()
