"""How long the pages of a morning take with much behind them: ``python -m bench.desk [CASES]``.

A million cases of 60 departments (as ``bench.cases``), 5,000 linked items of theirs with 80 runs each, 20,000 quality
issues and 300,000 evidence records, on SQLite and, where HUITONG_TEST_POSTGRESQL names a server, on PostgreSQL. Times
are the server's own, from the request's arrival to its last byte, in one process.
"""

from __future__ import annotations

import datetime as dt
import gc
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from bench.cases import declare, fill
from bench.measure import Figure, on_postgresql, p50_p95, show

ITEMS, RUNS, ISSUES, CALLS = 5_000, 80, 20_000, 300_000
CYCLES = ("daily", "daily", "weekly", "monthly", "irregular")
PAGES = (
    ("bureau", "home", "/"),
    ("department", "home", "/"),
    ("above all departments", "home", "/"),
    ("bureau", "screen", "/screen/"),
    ("bureau", "flow", "/flow/"),
    ("bureau", "items", "/items/"),
    ("department", "an item", "/items/X-00007/"),
    ("bureau", "runs", "/runs/"),
    ("bureau", "failed runs", "/runs/?state=failed"),
    ("bureau", "quality issues", "/issues/"),
    ("bureau", "all open cases", "/cases/?in=open"),
    ("department", "waiting for me", "/cases/"),
)
TIMES = 40


def items(organisations: list[Any]) -> None:
    """Write items with their tables, and issues about them."""
    from django.utils import timezone

    from huitong.apps.catalog.models import CatalogItem
    from huitong.apps.collection.models import QualityIssue, TableState
    from huitong.apps.declared import stored
    from huitong.engine.declarations.load import load_pack

    now = timezone.now()
    spec = stored(next(one for one in load_pack("demo").items if one.link))
    made = [
        CatalogItem(
            code=f"X-{n:05d}", provider=organisations[n % len(organisations)], table=f"x_{n}", title=f"目录 {n}",
            title_en=f"Item {n}", resource_class="base", format="database", sharing_type="conditional",
            sharing_method="service", update_cycle=CYCLES[n % len(CYCLES)], link_state="live", spec=spec, digest=str(n),
        )
        for n in range(ITEMS)
    ]  # fmt: skip
    CatalogItem.objects.bulk_create(made, batch_size=2_000)
    states = [
        TableState(schema=schema, name=f"x_{n}", item=made[n], rows=1_000 + n, snapshot=1, changed_at=now)
        for n in range(ITEMS)
        for schema in ("raw", "std", "quarantine")
    ]
    TableState.objects.bulk_create(states, batch_size=5_000)
    QualityIssue.objects.bulk_create(
        (
            QualityIssue(
                item=made[n % ITEMS], organisation=made[n % ITEMS].provider, rule=f"r{n // ITEMS}", severity="reject",
                state="open" if n % 4 else "closed", failed=n % 97, total=1_000, opened_at=now, checked_at=now,
            )
            for n in range(ISSUES)
        ),
        batch_size=5_000,
    )  # fmt: skip


def runs() -> Iterator[Any]:
    """Forty nights of collecting and checking every item, oldest first; one run in fifty fails."""
    from django.utils import timezone

    from huitong.apps.catalog.models import CatalogItem
    from huitong.apps.collection.models import Run

    now = timezone.now()
    known = list(CatalogItem.objects.order_by("pk").values_list("pk", "code", "provider"))
    for night in range(RUNS // 2):
        at = now - dt.timedelta(days=RUNS // 2 - 1 - night, hours=6)
        for pk, code, provider in known:
            for kind in ("collect", "check"):
                failed = (pk * 31 + night) % 50 == 0
                yield Run(
                    kind=kind, target=code, organisation_id=provider, item_id=pk, queued_at=at, started_at=at,
                    finished_at=at, state="failed" if failed else "done", error="source.unreachable" if failed else "",
                    counts={"inserted": 3, "updated": 1},
                )  # fmt: skip


def calls() -> Iterator[Any]:
    """Calls of thirty days, the newest a minute ago."""
    from django.utils import timezone

    from huitong.apps.ledger.models import EvidenceRecord

    now = timezone.now()
    for n in range(CALLS):
        at = now - dt.timedelta(seconds=60 + (CALLS - n) * 8.6)
        yield EvidenceRecord(chain="b", seq=n, at=at, day=at.date(), outcome="ok", repeated=1, hash=str(n), service="s")


def write(model: Any, rows: Iterator[Any]) -> None:
    """Write rows in batches."""
    from django.db import transaction

    with transaction.atomic():
        while batch := list(islice(rows, 5_000)):
            model.objects.bulk_create(batch)


def summaries() -> None:
    """Make what is kept beside runs, as an upgrade does from runs that are there."""
    from django.apps import apps

    filling = import_module("huitong.apps.collection.migrations.0004_fill_target_state")
    filling.fill_states(apps, None)
    filling.fill_days(apps, None)


def measure(where: str, people: list[Any]) -> list[Figure]:
    """Open each page as who reads it."""
    from django.test import Client

    logins = {"bureau": "bureau", "department": "u7", "above all departments": "above"}
    found = []
    for who, what, path in PAGES:
        client = Client()
        client.force_login(next(one for one in people if one.login == logins[who]))
        taken = []
        for _ in range(TIMES + 1):
            start = time.perf_counter()
            response = client.get(path)
            taken.append((time.perf_counter() - start) * 1000)
            assert response.status_code == 200, (path, response.status_code)
        found.append(Figure(f"{where}, {who}: {what}, p50 / p95", p50_p95(taken), "p95 < 200 ms"))
    return found


def main() -> None:
    """Fill a database of its own and measure."""
    count = int(next((word for word in sys.argv[1:] if word.isdecimal()), "1000000"))
    with tempfile.TemporaryDirectory(prefix="huitong-bench-") as folder:
        from huitong.cli.session import open_session

        open_session(Path(folder))
        from django.conf import settings
        from django.db import connection

        from huitong.apps.collection.models import Run
        from huitong.apps.ledger.models import EvidenceRecord

        settings.ALLOWED_HOSTS = ["*"]
        where = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
        known = declare()
        fill(count, known)
        items(known["organisations"])
        Run._meta.get_field("queued_at").auto_now_add = False  # the past is written as past
        write(Run, runs())
        summaries()
        write(EvidenceRecord, calls())
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # as autovacuum does, or it would while pages are timed
        gc.freeze()  # as the process that serves does: what was filled above is no garbage
        gc.set_threshold(20_000, 20, 20)
        show(measure(where, known["people"]))
    if where == "SQLite":
        on_postgresql("bench.desk")


if __name__ == "__main__":
    main()
