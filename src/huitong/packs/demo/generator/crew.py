"""Fill a large city's sources with two processes.

DuckDB feeds a SQLite file from one thread, and SQLite's locks let two threads of a process do little more than one. So
each of two processes takes file after file; both read the truth and keep a ledger of their own, and the ledgers are
joined at the end.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import msgspec

from huitong.engine.lake.names import literal
from huitong.foundation.errors import Terminal
from huitong.packs.demo.generator.holdings import by_file, fill_file
from huitong.packs.demo.generator.workshop import TRUTH, CityState, furnish, open_workshop

WORKERS = 2
_CREW = ".crew"
_LEDGERS = ("dirt", "delivered", "holding")


def fill_with_crew(folder: Path, state: CityState) -> None:
    """Make every source under ``folder``. Nobody may have its truth open.

    Raises:
        Terminal: ``demo.crew_failed`` with the last words of the process that failed.
    """
    (folder / _CREW).mkdir()
    command = [sys.executable, "-m", __name__, str(folder), msgspec.json.encode(state).decode()]
    with ExitStack() as leaving:
        crew = [
            leaving.enter_context(
                subprocess.Popen([*command, str(number)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            )
            for number in range(WORKERS)
        ]
        for worker in crew:
            leaving.callback(worker.kill)
        for worker in crew:
            _, words = worker.communicate()
            if worker.returncode:
                raise Terminal("demo.crew_failed", reason=(words.strip().splitlines() or [str(worker.returncode)])[-1])
    _join_ledgers(folder)
    shutil.rmtree(folder / _CREW)


def _join_ledgers(folder: Path) -> None:
    with closing(open_workshop(folder / TRUTH)) as con:
        for number in range(WORKERS):
            con.execute(f"ATTACH {literal(str(_ledger(folder, number)))} AS ledger (READ_ONLY)")
            for table in _LEDGERS:
                con.execute(f"INSERT INTO truth.{table} FROM ledger.{table}")
            con.execute("DETACH ledger")


def _ledger(folder: Path, number: int) -> Path:
    return folder / _CREW / f"{number}.duckdb"


def _work(folder: Path, state: CityState, number: int) -> None:
    with closing(open_workshop(folder / TRUTH, read_only=True)) as con:
        con.execute(f"ATTACH {literal(str(_ledger(folder, number)))} AS ledger")
        for table in _LEDGERS:
            con.execute(f"CREATE TABLE ledger.{table} AS FROM truth.{table} LIMIT 0")
        con.execute("SET search_path = 'ledger.main,truth.main'")
        furnish(con, state)
        for items in by_file():
            if _claim(folder / _CREW / items[0].table):
                fill_file(con, folder, items, state)


def _claim(file: Path) -> bool:
    try:
        file.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


if __name__ == "__main__":
    _work(Path(sys.argv[1]), msgspec.json.decode(sys.argv[2], type=CityState), int(sys.argv[3]))
