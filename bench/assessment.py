"""A large city's assessment: freezing, verifying and the pages, ``python -m bench.assessment [cases]``.

80 departments and 8 counties, 5,000 items collected daily for a quarter, a million cases over 20 quarters, 20 quarters
assessed. Times of pages are the server's own, in one process, on the database that is configured (SQLite unless
``HUITONG_DATABASE_URL`` says otherwise).
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.measure import Figure, peak_gigabytes, show

DEPARTMENTS, COUNTIES, ITEMS, DAYS, QUARTERS = 80, 8, 5_000, 92, 20
ISSUES, SERVICES, CASES = 5_000, 400, 1_000_000


def main() -> None:
    """Build the city, freeze its quarter, ask for each page."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else CASES
    with tempfile.TemporaryDirectory() as folder:
        from huitong.cli.session import open_session

        open_session(Path(folder))
        build(cases)
        figures = [*_freezing(), *_pages()]
        figures.append(Figure("peak memory of the process", f"{peak_gigabytes():.2f} GB"))
    show(figures)


def build(cases: int) -> None:
    """Write the city: one row of each kind by the services, the others copied from it by the database."""
    from huitong.apps.accounts.services import put_organisation, system_user
    from huitong.apps.assessment.services import put_indicator
    from huitong.engine.declarations.load import load_pack
    from huitong.engine.declarations.people import Organisation

    user = system_user()
    put_organisation(user, spec=Organisation(code="city", title="城市", title_en="City", kind="government"))
    for number in range(DEPARTMENTS + COUNTIES):
        kind, word = ("department", "部门") if number < DEPARTMENTS else ("county", "县")
        title = f"第{number}{word}"
        spec = Organisation(code=f"d{number}", title=title, title_en=f"No. {number}", kind=kind, superior="city")  # type: ignore[arg-type]
        put_organisation(user, spec=spec)
    for one in load_pack("assessment").indicators:
        put_indicator(user, spec=one)
    _build_data()
    _build_cases(cases)


def _build_data() -> None:
    from huitong.apps.accounts.models import Organisation
    from huitong.apps.catalog.models import CatalogItem, ItemVersion
    from huitong.apps.collection.models import QualityIssue, Run, TableState
    from huitong.apps.ledger.models import MeterDay
    from huitong.apps.sharing.models import Service

    first = Organisation.objects.get(code="d0")
    period = _period()
    since = dt.datetime.combine(period.starts, dt.time(6), tzinfo=dt.UTC)
    owner = f"{first.pk} + (n - 1) % {DEPARTMENTS + COUNTIES}"
    item = CatalogItem.objects.create(
        code="I0", title="目录", provider=first, table="t0", resource_class="department", format="database",
        sharing_type="conditional", sharing_method="api", update_cycle="daily", link_state="live", spec={}, digest="",
    )  # fmt: skip
    copy_rows(item, ITEMS, {"code": "'I' || n", "table": "'t' || n", "provider_id": owner, "title": "'目录' || n"})
    version = ItemVersion.objects.create(item=item, version=1, spec={})
    ItemVersion.objects.update(at=since - dt.timedelta(days=90))
    copy_rows(version, ITEMS, {"item_id": f"{item.pk} + n"})
    state = TableState.objects.create(schema="std", name="t0", rows=1, snapshot=1, changed_at=since)
    copy_rows(state, ITEMS, {"name": "'t' || n", "rows": "1000 + n"})
    run = Run.objects.create(kind="collect", target="I0", item=item, organisation=first, state="done")
    Run.objects.update(started_at=since, finished_at=since, queued_at=since)
    day = _shifted("t.finished_at", f"((n - 1) / {ITEMS})")
    copy_rows(run, ITEMS * DAYS, {"item_id": f"{item.pk} + 1 + (n - 1) % {ITEMS}", "finished_at": day, "lake_run": "n"})
    issue = QualityIssue.objects.create(
        item=item, organisation=first, rule="r", severity="flag", state="open", failed=3, total=100, opened_at=since,
        checked_at=since,
    )  # fmt: skip
    copy_rows(issue, ISSUES, {"item_id": f"{item.pk} + n", "organisation_id": owner})
    service = Service.objects.create(
        code="s0", title="服务", provider=first, table="std.t0", key="k", spec={}, digest=""
    )
    copy_rows(service, SERVICES, {"code": "'s' || n", "provider_id": owner})
    link = Service.items.through.objects.create(service=service, catalogitem=item)
    copy_rows(link, SERVICES, {"service_id": f"{service.pk} + n", "catalogitem_id": f"{item.pk} + n"})
    meter = MeterDay.objects.create(day=period.starts, chain="g", app="a", service="s0", granted=True, calls=10)
    spread = {"service": f"'s' || (1 + n % {SERVICES})", "day": f"date(t.day, '+' || (n / {SERVICES}) || ' days')"}
    copy_rows(meter, SERVICES * (DAYS - 1), {**spread, "provider_id": owner})


def _build_cases(count: int) -> None:
    from huitong.apps.accounts.models import Organisation
    from huitong.apps.accounts.services import system_user
    from huitong.apps.cases.models import Case, CaseClock, CaseType, Participation

    first, period = Organisation.objects.get(code="d0"), _period()
    at = dt.datetime.combine(period.starts - dt.timedelta(days=19 * 91), dt.time(2), tzinfo=dt.UTC)
    kind = CaseType.objects.create(code="review", prefix="SH", title="审核", spec={}, digest="")
    case = Case.objects.create(
        number="SH-0", type=kind, title="审核目录", state="done", place="review:done", opened_by=system_user(),
        opened_at=at, changed_at=at, closed_at=at,
    )  # fmt: skip
    day = f"(n * 20 * 91 / {count})"
    times = {name: _shifted(f"t.{name}", day) for name in ("opened_at", "changed_at", "closed_at")}
    copy_rows(case, count, {**times, "number": "'SH-' || n", "title": "'审核目录' || n"})
    party = Participation.objects.create(case=case, name="provider", organisation=first)
    owner = f"{first.pk} + (n - 1) % {DEPARTMENTS + COUNTIES}"
    copy_rows(party, count, {"case_id": f"{case.pk} + n", "organisation_id": owner})
    clock = CaseClock.objects.create(
        case=case, name="answer", state="ended", party="provider", organisation=first, days=5, anchor_on=at.date(),
        began_on=at.date(), spans=[],
    )  # fmt: skip
    late = "CASE WHEN n % 9 = 0 THEN date('2026-01-01') END"
    copy_rows(clock, count, {"case_id": f"{case.pk} + n", "organisation_id": owner, "escalated_on": late})


def copy_rows(row: Any, count: int, changes: Mapping[str, str]) -> None:
    """Copy a row ``count`` times in the database; ``changes`` are SQL over the copy's number ``n`` and row ``t``."""
    from django.db import connection, transaction

    meta = type(row)._meta
    columns = [field.column for field in meta.local_concrete_fields if not field.primary_key]
    values = ", ".join(changes.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{meta.db_table}" ("{meta.pk.column}", {names}) '
            f"WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) "
            f'SELECT {row.pk} + n, {values} FROM numbers, (SELECT * FROM "{meta.db_table}" WHERE id = {row.pk}) AS t'
        )


def _shifted(column: str, days: str) -> str:
    return f"strftime('%Y-%m-%d %H:%M:%S', {column}, '+' || {days} || ' days')"


def _period() -> Any:
    from huitong.engine.assessment.period import period_at
    from huitong.foundation.clock import beijing_today

    return period_at(beijing_today()).previous


def _freezing() -> list[Figure]:
    from huitong.apps.accounts.services import system_user
    from huitong.apps.assessment.freezing import facts_root
    from huitong.apps.assessment.selectors import verify_quarter
    from huitong.apps.assessment.services import freeze_quarter, publish_quarter

    code = _period().code
    start = time.perf_counter()
    row = freeze_quarter(system_user(), quarter=code)
    taken = time.perf_counter() - start
    publish_quarter(system_user(), quarter=code)
    start = time.perf_counter()
    assert verify_quarter(system_user(), quarter=code).whole
    verified = time.perf_counter() - start
    rows = sum(one.rows for one in row.typed_manifest().files)
    size = sum(file.stat().st_size for file in facts_root().rglob("*.parquet"))
    _remember(row)
    return [
        Figure(f"freezing a quarter, {rows:,} facts, {row.scores.count()} organisations", f"{taken:.1f} s", "< 60 s"),
        Figure("its facts on disk", f"{size / 1e6:.1f} MB"),
        Figure("verifying it", f"{verified:.1f} s"),
    ]


def _remember(row: Any) -> None:
    """Copy the quarter and its scores into the quarters before it."""
    from huitong.apps.assessment.models import Quarter, Score, ScorePart
    from huitong.engine.assessment.period import period_of

    scores = list(Score.objects.filter(quarter=row).prefetch_related("parts"))
    period = period_of(row.code)
    for _ in range(QUARTERS - 1):
        period = period.previous
        copy = Quarter.objects.get(pk=row.pk)
        copy.pk, copy.code = None, period.code
        copy.save()
        made = Score.objects.bulk_create(_anew(score, pk=None, quarter=copy) for score in scores)
        parts = [
            _anew(part, pk=None, score=new) for new, old in zip(made, scores, strict=True) for part in old.parts.all()
        ]
        ScorePart.objects.bulk_create(parts, batch_size=500)


def _anew(row: Any, **changes: Any) -> Any:
    fields = {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.is_relation}
    return type(row)(**{**fields, **changes, "id": None})


def _pages() -> list[Figure]:
    from django.test import Client

    from huitong.apps.accounts.services import put_user, system_user
    from huitong.engine.declarations.people import User

    put_user(system_user(), spec=User(login="boss", name="局长", organisation="city", role="bureau"))
    from huitong.apps.accounts.models import User as Account

    client = Client(headers={"host": "localhost"})
    client.force_login(Account.objects.get(login="boss"))
    base = f"/assessment/{_period().code}/"
    paths = ("", "of/d3/", "of/d3/rows/freshness/", "of/d3/rows/link_rate/", "of/d3/rows/answer_time/", "bulletin/")
    figures = [_timed(client, base + path, times=12) for path in paths]
    figures.append(_timed(client, "/assessment/method/", times=12))
    figures += [_timed(client, base + path, times=2, target="") for path in ("bulletin.xlsx", "bulletin.pdf")]
    return figures


def _timed(client: Any, path: str, *, times: int, target: str = "< 200 ms") -> Figure:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        response = client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        taken.append(1000 * (time.perf_counter() - start))
    middle, most = statistics.median(taken), max(taken[1:] or taken)
    return Figure(f"{path}, median and most", f"{middle:,.0f} / {most:,.0f} ms", target)


if __name__ == "__main__":
    main()
