"""A million cases: the server time of every queue page, ``python -m bench.cases [cases]``.

On SQLite, and on PostgreSQL where HUITONG_TEST_POSTGRESQL names a server: in a database of its own that is dropped
afterwards. Times are the server's own, from the request's arrival to its last byte, in one process. Rows are written
straight into the tables, as 500 users of 60 departments would leave them: cases of every shipped type with their
clocks, timeline and claims; one in twelve is open, some are late. Pages are opened as the bureau, as a department, and
as whoever is above all departments.
"""

from __future__ import annotations

import datetime as dt
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measure import Figure, on_postgresql, show

DEPARTMENTS, USERS = 60, 500
TARGET = "< 150 ms"
WORDS = ("婚姻登记", "参保", "不动产", "营业执照", "车辆", "学籍", "纳税", "低保", "公积金", "死亡登记")
PAGES = (
    ("waiting for me", "/cases/"),
    ("waiting for my organisation", "/cases/?in=ours"),
    ("open", "/cases/?in=open"),
    ("open, latest deadline first", "/cases/?in=open&order=-due"),
    ("all", "/cases/?in=all"),
    ("all, page 100", "/cases/?in=all&page=100"),
    ("all, latest deadline first", "/cases/?in=all&order=-due"),
    ("all, newest first", "/cases/?in=all&order=-opened_at"),
    ("all, oldest first, page 100", "/cases/?in=all&order=opened_at&page=100"),
    ("open, late", "/cases/?in=open&due=late"),
    ("open, due soon", "/cases/?in=open&due=soon"),
    ("open, escalated", "/cases/?in=open&due=escalated"),
    ("open, one department's turn", "/cases/?in=open&organisation=d7"),
    ("open, one type", "/cases/?in=open&type=dispute"),
    ("open, one state", "/cases/?in=open&type=dispute&state=deciding"),
    ("all, one type", "/cases/?in=all&type=dispute"),
    ("all, one type, newest first", "/cases/?in=all&type=dispute&order=-opened_at"),
    ("all, one closed state", "/cases/?in=all&type=dispute&state=withdrawn"),
    ("found by number", "/cases/?in=all&q=YY-2026-00012"),
    ("found by title", "/cases/?in=open&q=不动产"),
    ("API, waiting for me", "/api/cases"),
    ("home", "/"),
)


def declare() -> dict[str, Any]:
    """Write departments, users and the case type as a pack would; return their ids."""
    from django.db import transaction

    from huitong.apps.accounts.services import put_organisation, put_user, system_user
    from huitong.apps.cases.services import put_case_type
    from huitong.engine.declarations.load import load_pack
    from huitong.engine.declarations.people import Organisation, User

    user = system_user()
    with transaction.atomic():
        put_organisation(user, spec=Organisation(code="city", title="城市", title_en="City", kind="government"))
        bureau = Organisation(code="b", title="数据局", title_en="Bureau", kind="bureau", superior="city")
        organisations = [put_organisation(user, spec=bureau)]
        for n in range(DEPARTMENTS):
            spec = Organisation(code=f"d{n}", title=f"第{n}部门", title_en=f"Department {n}", superior="city")
            organisations.append(put_organisation(user, spec=spec))
        people = [put_user(user, spec=User(login="bureau", name="局", organisation="b", role="bureau"))]
        for n in range(USERS - 1):
            spec_of = User(login=f"u{n}", name=f"人{n}", organisation=f"d{n % DEPARTMENTS}", role="data_officer")
            people.append(put_user(user, spec=spec_of))
        above = User(login="above", name="府", organisation="city", role="data_officer")
        people.append(put_user(user, spec=above))
        types = [put_case_type(user, spec=spec) for spec in load_pack("standards").case_types]
    city = organisations[0].superior
    return {"organisations": organisations, "city": city, "people": people, "types": types}


@dataclass(frozen=True)
class Made:
    """The rows of one case."""

    case: tuple[Any, ...]
    parties: list[tuple[Any, ...]]
    entries: list[tuple[Any, ...]]
    clock: tuple[Any, ...]
    event: tuple[Any, ...]


def rows(count: int, known: dict[str, Any]) -> Iterator[Made]:
    """Make cases and what belongs to them, oldest first, always the same."""
    dice = random.Random(5)
    today, now = dt.date(2026, 11, 20), dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
    organisations, people = known["organisations"], known["people"]
    bureau, departments, city = organisations[0].pk, [one.pk for one in organisations[1:]], known["city"].pk
    kinds = [(row, row.as_spec()) for row in known["types"]]
    for pk in range(1, count + 1):
        row, spec = dice.choice(kinds)
        is_open = pk > count * 0.7 and dice.random() < 0.28
        state = dice.choice([one for one in spec.states if bool(one.turn) == is_open])
        others = iter(dice.sample(departments, len(spec.parties)))
        parties = {one.name: bureau if one.name == "bureau" else next(others) for one in spec.parties}
        due = today + dt.timedelta(days=dice.randint(-15, 20)) if is_open else None
        at = now - dt.timedelta(minutes=(count - pk) * 0.4)
        title = f"{dice.choice(WORDS)} · {dice.choice(WORDS)} {pk}"
        place, last, late = f"{spec.code}:{state.name}", due or dt.date.max, due is not None and due < today
        who = dice.choice(people).pk
        claimed = who if is_open and dice.random() < 0.3 else None
        standing = (row.pk, place, last, not is_open, late)
        answers = state.turn or spec.parties[0].name
        yield Made(
            (
                pk, f"YY-2026-{pk:07d}", row.pk, title, "item", f"X-{pk % 5000:05d}", state.name, place,
                state.turn, parties.get(state.turn), claimed, "{}", 1, who, at, at,
                None if is_open else at, due, last, False, late,
            ),
            [(pk, name, organisation) for name, organisation in parties.items()],
            [(pk, organisation, *standing) for organisation in {*parties.values(), city}],
            (
                pk, "answer", "running" if is_open else "ended", answers, 5, 0, today, "[]",
                due, False, None, None, today if late else None, 1, parties.get(answers), today,
            ),
            (pk, at, "opened", who, "", "", state.name, "", "", "{}", 1),
        )  # fmt: skip


CASE = [
    "id",
    "number",
    "type_id",
    "title",
    "subject_kind",
    "subject_key",
    "state",
    "place",
    "turn",
    "turn_organisation_id",
    "claimed_by_id",
    "data",
    "version",
    "opened_by_id",
    "opened_at",
    "changed_at",
    "closed_at",
    "due_on",
    "sort_on",
    "provisional",
    "escalated",
]
PARTY = ["case_id", "name", "organisation_id"]
ENTRY = ["case_id", "organisation_id", "type_id", "place", "sort_on", "closed", "escalated"]
CLOCK = [
    "case_id",
    "name",
    "state",
    "party",
    "days",
    "extended",
    "anchor_on",
    "spans",
    "due_on",
    "provisional",
    "look_on",
    "warned_on",
    "escalated_on",
    "starts",
    "organisation_id",
    "began_on",
]
EVENT = ["case_id", "at", "kind", "user_id", "action", "source", "target", "clock", "comment", "data", "version"]


def fill(count: int, known: dict[str, Any]) -> None:
    """Write the rows."""
    from django.db import connection, transaction

    batch: list[Made] = []
    with transaction.atomic():
        for one in rows(count, known):
            batch.append(one)
            if len(batch) == 20_000:
                _write(connection, batch)
                batch = []
        _write(connection, batch)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence('cases_case', 'id'), %s)", [count])
            cursor.execute("ANALYZE")


def _write(connection: Any, batch: list[Made]) -> None:
    _insert(connection, "cases_case", CASE, (one.case for one in batch))
    _insert(connection, "cases_participation", PARTY, (party for one in batch for party in one.parties))
    _insert(connection, "cases_queueentry", ENTRY, (entry for one in batch for entry in one.entries))
    _insert(connection, "cases_caseclock", CLOCK, (one.clock for one in batch))
    _insert(connection, "cases_caseevent", EVENT, (one.event for one in batch))


def _insert(connection: Any, table: str, columns: list[str], values: Iterable[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values))


def measure(where: str, known: dict[str, Any]) -> list[Figure]:
    """Open every page as the bureau and as a department's data officer."""
    from django.test import Client

    found = []
    for login, who in (("bureau", "bureau"), ("u7", "department"), ("above", "above all departments")):
        client = Client()
        client.force_login(next(one for one in known["people"] if one.login == login))
        client.get("/cases/")
        for what, path in PAGES:
            taken = []
            for _ in range(5):
                start = time.perf_counter()
                response = client.get(path)
                taken.append((time.perf_counter() - start) * 1000)
                assert response.status_code == 200, (path, response.status_code)
            worst = f"{statistics.median(taken):.0f} ms, worst {max(taken):.0f} ms"
            found.append(Figure(f"{where}, {who}: {what}", worst, TARGET))
    return found


def main() -> None:
    """Measure here, and on PostgreSQL in a process of its own."""
    count = int(next((word for word in sys.argv[1:] if word.isdecimal()), "1000000"))
    with tempfile.TemporaryDirectory(prefix="huitong-bench-") as folder:
        from huitong.cli.session import open_session

        open_session(Path(folder))
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["*"]
        where = "PostgreSQL" if settings.HUITONG.database_url.startswith("postgres") else "SQLite"
        known = declare()
        start = time.perf_counter()
        fill(count, known)
        print(f"{count:,} cases on {where} in {time.perf_counter() - start:.0f} s", file=sys.stderr)
        show(measure(where, known))
    if where == "SQLite":
        on_postgresql("bench.cases")


if __name__ == "__main__":
    main()
