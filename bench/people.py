"""Ten million people in the population library: ``python -m bench.people [people]``.

Builds a small demo city in a folder that is removed, draws its golden records and their provenance again and again
under other numbers until there are as many, and opens what the bureau opens of them: the library, its rows with and
without a filter or an order, somebody looked up. Times are the server's own, from the request's arrival to its last
byte, in one process with two threads for the lake.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measure import Figure, number_wanted, p50_p95, show

TIMES = 40
TARGET = "p95 < 200 ms"
GROW = """
INSERT INTO {table} SELECT p.* EXCLUDE (_n) REPLACE (p.id_number || 'N' || r.i AS id_number{rare})
FROM range({more}) r(i)
JOIN (SELECT *, row_number() OVER (ORDER BY id_number) - 1 AS _n FROM {table}) p ON p._n = hash(r.i) % {known}
"""
RARE_ROWS = 3
RARE = ", CASE WHEN r.i IN ({places}) THEN 'rare' ELSE p.person_status END AS person_status"
ROWS = "/libraries/population/rows/"
PAGES = (
    ("the library", "/libraries/population/"),
    ("the first rows", ROWS),
    ("page 100,000", f"{ROWS}?page=100000"),
    ("rows with a word that most have", f"{ROWS}?q=1"),
    ("rows with a word that none has", f"{ROWS}?q=%E6%B2%A1%E6%9C%89"),
    ("rows of a rare word", f"{ROWS}?q=rare"),
    ("the last page of a word", f"{ROWS}?q=2&page=200000"),
    ("rows ordered", f"{ROWS}?order=sex"),
    ("rows with a word, ordered", f"{ROWS}?q=1502&order=-division_code"),
    ("the last page ordered", f"{ROWS}?order=sex&page=200000"),
    ("the flow", "/flow/"),
    ("home", "/"),
)


def grow(lake: Any, people: int) -> str:
    """Make the golden records many; return the number of somebody among them. A few rows have a rare word."""
    with lake.transaction() as con:
        known = con.execute("SELECT count(*) FROM base.population").fetchone()[0]
        someone = con.execute("SELECT min(id_number) FROM base.population WHERE length(id_number) = 18").fetchone()[0]
        more = people - known
        rare = RARE.format(places=", ".join(str(more * part // (RARE_ROWS + 1)) for part in range(1, RARE_ROWS + 1)))
        con.execute(GROW.format(table="base.population", more=more, known=known, rare=rare))
        con.execute(GROW.format(table="base.population_provenance", more=more, known=known, rare=""))
    return str(someone)


def measure(someone: str) -> list[Figure]:
    """Open each page as the bureau, and look somebody up."""
    from django.test import Client

    from huitong.apps.accounts.models import User
    from huitong.apps.overview.selectors import rows_of
    from huitong.apps.overview.specs import RowsWanted

    client = Client()
    user = User.objects.get(login="admin")
    client.force_login(user)
    found = []
    for what, path in PAGES:
        found.append(Figure(f"{what}, p50 / p95", p50_p95(_times(lambda path=path: client.get(path))), TARGET))
    rare = rows_of(user, "base", "population", wanted=RowsWanted(text="rare"))
    assert rare.total == len(rare.rows) == RARE_ROWS, f"{rare.total} rows have the rare word"
    asked = {"library": "population", "key": someone, "purpose": "apply", "explanation": "", "case": "1"}
    answer = client.post("/look-up/", asked)
    assert someone[:6] in answer.content.decode(), "somebody was found"
    found.append(
        Figure("somebody looked up, p50 / p95", p50_p95(_times(lambda: client.post("/look-up/", asked))), TARGET)
    )
    return found


def _times(ask: Any) -> list[float]:
    taken = []
    for _ in range(TIMES + 1):
        start = time.perf_counter()
        response = ask()
        taken.append((time.perf_counter() - start) * 1000)
        assert response.status_code == 200, response.status_code
    return taken


def main() -> None:
    """Build, grow, measure."""
    people = number_wanted(10_000_000)
    with tempfile.TemporaryDirectory(prefix="huitong-bench-") as folder:
        huitong = str(Path(sys.executable).with_name("huitong"))
        command = [huitong, "demo", "--people", "1000", "--no-serve", "--json", "--home", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        from huitong.cli.session import set_up_django

        set_up_django(Path(folder), demo=True)
        from django.conf import settings

        from huitong.apps.collection.selectors import close_stores, the_lake

        settings.ALLOWED_HOSTS = ["*"]
        someone = grow(the_lake(), people)
        gc.freeze()  # as the process that serves does
        gc.set_threshold(20_000, 20, 20)
        figures = measure(someone)
        close_stores()
        show([Figure(f"{people:,} people, bureau", ""), *figures])


if __name__ == "__main__":
    main()
