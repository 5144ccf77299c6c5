"""My work today: what is late, what failed overnight, what has grown too old, each for who answers for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from selectolax.lexbor import LexborNode as Node
from tests.apps.pages import parsed
from tests.apps.town import PERSON

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.services import put_item
from huitong.apps.collection.failing import failures, yesterday_evening
from huitong.apps.collection.freshness import overdue_items
from huitong.apps.collection.models import Run, TargetState
from huitong.apps.collection.services import run_chain

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
NOON = dt.datetime(2026, 3, 6, 4, tzinfo=dt.UTC)
"""12:00 in Beijing."""


def browser(user: User) -> Client:
    """Somebody's browser."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def panel(client: Client, name: str) -> Node:
    """One panel of the home."""
    found = parsed(client, "/").css_first(f"section[aria-labelledby={name}]")
    assert found is not None
    return found


def failed(organisation: str, target: str, at: dt.datetime, state: str = "failed") -> Run:
    """A run that ended then."""
    row = Organisation.objects.get(code=organisation)
    error = "source.unreachable" if state == "failed" else ""
    run = Run.objects.create(
        kind="collect", target=target, organisation=row, state=state, finished_at=at, started_at=at, error=error
    )
    Run.objects.filter(pk=run.pk).update(queued_at=at)
    return run


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon."""
    monkeypatch.setattr("huitong.apps.collection.failing.timezone.now", lambda: NOON)


def test_the_evening_is_that_of_the_day_before_in_beijing() -> None:
    assert yesterday_evening(NOON) == dt.datetime(2026, 3, 5, 10, tzinfo=dt.UTC)
    after_midnight = dt.datetime(2026, 3, 5, 16, 30, tzinfo=dt.UTC)
    assert yesterday_evening(after_midnight) == dt.datetime(2026, 3, 5, 10, tzinfo=dt.UTC)


def test_what_failed_overnight(town: object, user: Login, noon: None) -> None:
    evening = yesterday_evening(NOON)
    failed("police", "EARLIER", evening - dt.timedelta(minutes=1))
    failed("police", "A", evening)
    last = failed("police", "A", evening + dt.timedelta(hours=1))
    mended = failed("police", "B", evening + dt.timedelta(hours=2))
    failed("police", "B", evening + dt.timedelta(hours=3), "done")
    failed("hr", "C", evening + dt.timedelta(hours=4))
    found = [(one.run.target, one.run.id, one.recovered) for one in failures(user("police"), most=6).night]
    assert found == [("A", last.pk, False), ("B", mended.pk, True)]
    assert [one.run.target for one in failures(user("bureau"), most=6).night] == ["C", "A", "B"]
    night = panel(browser(user("police")), "night")
    assert [node.attributes["href"] for node in night.css(".rows a")][:2] == [
        f"/runs/{last.pk}/",
        f"/runs/{mended.pk}/",
    ]
    told = night.text()
    assert "昨夜失败 2" in told, "as many as are listed, with what has recovered"
    assert "仍失败" in told and "已恢复" in told and "运行失败，需要处理" in told and "EARLIER" in told
    assert "C" not in [node.text() for node in night.css(".rows a")]


def collected(ago: dt.timedelta) -> None:
    TargetState.objects.filter(kind="collect").update(done_at=timezone.now() - ago)


def test_what_is_past_its_cycle(town: object, user: Login, system: User) -> None:
    assert overdue_items(user("police"), most=9).never == 1
    assert "挂接的目录还没有归集过" in panel(browser(user("police")), "overdue").text()
    run_chain(system)
    assert "归集过的数据都按时更新" in panel(browser(user("police")), "overdue").text()
    cycles = dict(CatalogItem.objects.linked().values_list("code", "update_cycle"))
    CatalogItem.objects.update(update_cycle="daily")
    collected(dt.timedelta(hours=37))
    assert [one.code for one in overdue_items(user("police"), most=9).rows] == ["POLICE-01"]
    assert {one.code for one in overdue_items(user("bureau"), most=9).rows} == set(cycles)
    assert overdue_items(user("leader"), most=1).total == 2
    assert [node.attributes["href"] for node in panel(browser(user("police")), "overdue").css(".rows a")] == [
        "/items/POLICE-01/"
    ]
    collected(dt.timedelta(hours=35))
    assert overdue_items(user("bureau"), most=9).total == 0
    CatalogItem.objects.update(update_cycle="irregular")
    collected(dt.timedelta(days=2000))
    assert overdue_items(user("bureau"), most=9).total == 0, "what promises nothing is never late"


def test_a_later_failure_does_not_make_data_older(town: object, user: Login, system: User) -> None:
    run_chain(system)
    run = Run.objects.filter(kind="collect", item__code="POLICE-01").get()
    failed_later = Run.objects.get(pk=run.pk)
    failed_later.pk = failed_later.lake_run = None
    failed_later.state = "failed"
    failed_later.save()
    assert overdue_items(user("police"), most=9).never == 0


def _grow(system: User, count: int) -> None:
    police = Organisation.objects.get(code="police")
    now = timezone.now()
    for number in range(count):
        spec = msgspec.structs.replace(PERSON, code=f"G-{count}-{number}", table=f"g_{count}_{number}", link=None)
        item = put_item(system, spec=spec)
        CatalogItem.objects.filter(pk=item.pk).update(link_state="live", update_cycle="daily")
        for state, ago in (("done", 5), ("failed", 0)):
            at = now - dt.timedelta(days=ago)
            Run.objects.create(
                kind="collect", target=item.code, item=item, organisation=police, state=state, finished_at=at
            )


def test_queries_stay_flat_as_the_work_grows(town: object, user: Login, system: User) -> None:
    run_chain(system)
    _grow(system, 1)
    for login in ("bureau", "police", "leader"):
        client = browser(user(login))
        client.get("/")
        with CaptureQueriesContext(connection) as few:
            client.get("/")
        _grow(system, 12 + len(login))
        with CaptureQueriesContext(connection) as many:
            client.get("/")
        assert len(many) <= len(few) <= 43, (login, len(few), len(many))


GROWS = {"collection_run", "cases_case", "cases_participation", "ledger_evidencerecord", "collection_qualityresult"}
"""Tables that grow with every day."""


@pytest.mark.parametrize("path", ["/", "/screen/"])
def test_no_page_of_the_morning_reads_what_grows_from_end_to_end(
    town: object, user: Login, system: User, path: str
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("plans are read as SQLite tells them")
    run_chain(system)
    for login in ("bureau", "police") if path == "/" else ("leader",):
        client = browser(user(login))
        client.get(path)
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        for query in found.captured_queries:
            if not query["sql"].startswith("SELECT"):
                continue
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql'].replace('%', '%%')}")
                plan = [row[3] for row in cursor.fetchall()]
            walked = [line for line in plan if line.startswith("SCAN") and line.split()[1] in GROWS]
            assert not walked or "LIMIT" in query["sql"], (login, query["sql"], plan)
