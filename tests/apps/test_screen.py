"""The screen: what the picture says, how it is sent, what it costs."""

from __future__ import annotations

import asyncio
import datetime as dt
import tracemalloc
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.apps.demand_town import apply_for, set_up
from tests.apps.pages import parsed, shown_text

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.sessions import SEEN
from huitong.apps.cases.models import Case
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.collection.models import Run, TargetState
from huitong.apps.collection.services import run_chain
from huitong.apps.ledger.models import EvidenceRecord
from huitong.apps.screen import selectors
from huitong.apps.screen.feed import Feed, Frame, events
from huitong.apps.screen.watching import MINUTES, Watch
from huitong.site.templatetags.screen import county_shapes

Login = Callable[[str], User]


@pytest.fixture(autouse=True)
def watch_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process's watch remembers the day; each test has a city of its own."""
    monkeypatch.setattr(selectors, "_watch", Watch())


def called(minutes_ago: float, calls: int = 1) -> None:
    """Some calls, so long ago."""
    at = timezone.now() - dt.timedelta(minutes=minutes_ago)
    seq = EvidenceRecord.objects.count() + 1
    EvidenceRecord.objects.create(chain="t", seq=seq, at=at, day=at.date(), outcome="ok", repeated=calls, hash=str(seq))


# --- the picture


@pytest.mark.django_db
def test_the_picture_adds_up(town: object, system: User) -> None:
    run_chain(system)
    picture = Watch().look()
    collected = Run.objects.filter(kind="collect", state="done")
    moved = sum(run.typed_counts.inserted + run.typed_counts.updated + run.typed_counts.deleted for run in collected)
    assert picture.moved_today == moved > 0
    assert picture.rows == sum(lane.rows for lane in picture.lanes) > 0
    assert picture.checked == picture.passed + picture.held and picture.held > 0
    assert picture.freshness.all == picture.linked == 2 and picture.freshness.never == 0
    assert next(lane.title.en for lane in picture.lanes)
    assert all(lane.moved_now == 0 for lane in picture.lanes), "what was there before nobody saw is not moving"


@pytest.mark.django_db
def test_late_cases_are_called_in_both_languages(user: Login) -> None:
    set_up()
    apply_for(user("hr"))
    Case.objects.update(sort_on=dt.date(2026, 1, 5))
    (late,) = Watch().look().work.worst
    assert (late.title.zh, late.title.en) == ("申请使用“人口信息查询”", "To use “Resident query”")
    assert "To use “Resident query”" in selectors.draw(Watch().look(), "en")


@pytest.mark.django_db
def test_lanes_move_only_when_rows_moved(town: object, system: User) -> None:
    run_chain(system)
    watch = Watch()
    before = watch.look()
    assert all(lane.moved_now == 0 for lane in watch.look().lanes)
    police = Organisation.objects.get(code="police")
    counts = {"read": 9, "inserted": 3, "updated": 1, "deleted": 1}
    now = timezone.now()
    Run.objects.create(kind="collect", target="x", organisation=police, state="done", finished_at=now, counts=counts)
    after = watch.look()
    assert {lane.code: lane.moved_now for lane in after.lanes if lane.moved_now} == {"police": 5}
    assert after.moved_today == before.moved_today + 5
    assert all(lane.moved_now == 0 for lane in watch.look().lanes)
    assert Watch().look().moved_today == after.moved_today, "a restart tells the same"


def collected(state: str = "done", rows: int = 5, **more: object) -> Run:
    """A collection of the police's, just now."""
    police = Organisation.objects.get(code="police")
    now = timezone.now() if state == "done" else None
    counts = {"read": 9, "inserted": rows}
    return Run.objects.create(
        **{"kind": "collect", "target": "x", "organisation": police, "state": state, "finished_at": now} | more,
        counts=counts,
    )


@pytest.mark.django_db
def test_each_run_is_counted_once_in_whatever_order_they_end(town: object, system: User) -> None:
    watch = Watch()
    collected(rows=1)
    slow = collected("running", rows=10)
    assert watch.look().moved_today == 1
    collected(rows=100)
    assert watch.look().moved_today == 101
    for _ in range(150):
        collected("failed", finished_at=timezone.now())
    assert watch.look().moved_today == 101
    Run.objects.filter(pk=slow.pk).update(state="done", finished_at=timezone.now())
    assert watch.look().moved_today == 111 == watch.look().moved_today
    Run.objects.filter(pk__gt=slow.pk).delete()
    assert watch.look().moved_today == 11, "a database put back to an earlier state is read anew"


@pytest.mark.django_db
def test_opening_a_page_takes_no_movement_from_the_stream(town: object, system: User) -> None:
    watch = Watch()
    watch.look()
    collected(rows=7)
    assert all(lane.moved_now == 0 for lane in watch.glance().lanes)
    assert {lane.moved_now for lane in watch.look().lanes} == {0, 7}


@pytest.mark.django_db
def test_nothing_moves_when_nobody_has_looked_for_long(
    town: object, system: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch()
    watch.look()
    collected(rows=7)
    later = timezone.now() + dt.timedelta(minutes=2)
    monkeypatch.setattr("huitong.apps.screen.watching.timezone.now", lambda: later)
    picture = watch.look()
    assert all(lane.moved_now == 0 for lane in picture.lanes) and picture.moved_today == 7


@pytest.mark.django_db
def test_calls_by_minute(town: object) -> None:
    for ago, calls in ((40, 7), (5, 2), (5, 3), (1, 4)):
        called(ago, calls)
    watch = Watch()
    watch.look()
    called(1, 10)
    picture = watch.look()
    assert sum(minute.calls for minute in picture.minutes) == 19 and len(picture.minutes) == MINUTES
    assert picture.calls_now == 14 and picture.most_calls == 14


@pytest.mark.django_db
def test_data_older_than_its_cycle_is_late(town: object, system: User) -> None:
    run_chain(system)
    TargetState.objects.filter(kind="collect").update(done_at=timezone.now() - dt.timedelta(days=900))
    fresh = Watch().look().freshness
    assert fresh.late + fresh.on_time == 2 and len(fresh.worst) == fresh.late
    Run.objects.all().delete()
    assert Watch().look().freshness.never == 2


@pytest.mark.django_db
def test_a_new_day_begins_at_nothing(town: object, system: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run_chain(system)
    watch = Watch()
    assert watch.look().moved_today > 0
    tomorrow = timezone.now() + dt.timedelta(days=1)
    monkeypatch.setattr("huitong.apps.screen.watching.timezone.now", lambda: tomorrow)
    assert watch.look().moved_today == 0


@pytest.mark.django_db
def test_a_picture_costs_the_same_however_much_happened(town: object, system: User) -> None:
    run_chain(system)
    watch = Watch()
    watch.look()
    with CaptureQueriesContext(connection) as few:
        watch.look()
    for number in range(300):
        called(number % 25)
    police = Organisation.objects.get(code="police")
    past = timezone.now() - dt.timedelta(hours=1)
    Run.objects.bulk_create(
        Run(kind="collect", target=str(n), organisation=police, state="done", finished_at=past) for n in range(300)
    )
    watch.look()
    with CaptureQueriesContext(connection) as many:
        watch.look()
    assert len(many) == len(few) <= 20


@pytest.mark.django_db
def test_the_page_is_whole_without_scripts_and_for_leaders_only(user: Login, system: User) -> None:
    run_chain(system)
    for login, status in (("leader", 200), ("bureau", 200), ("police", 403), ("citizen", 403)):
        client = Client(headers={"host": "localhost"})
        client.force_login(user(login))
        assert client.get("/screen/").status_code == status
        assert client.get("/screen/stream/").status_code == (204 if status == 200 else 403)
        assert client.head("/screen/stream/").status_code == (204 if status == 200 else 403)
    page = parsed(client := _leader(user), "/screen/")
    assert page.css_first("noscript meta[http-equiv=refresh]") is not None
    told = shown_text(page)
    assert "今日流动" in told and "公安" in told and "没有超期的办件" in told
    assert Client(headers={"host": "localhost"}).get("/screen/").headers["Location"].startswith("/login/")
    client.cookies["django_language"] = "en"
    assert "Rows moved today" in shown_text(parsed(client, "/screen/"))


@pytest.mark.django_db
def test_the_words_of_the_wall_are_explained(user: Login, system: User) -> None:
    client = _leader(user)
    for tongue, word in (("zh-hans", "隔离区"), ("en", "quarantine")):
        client.cookies["django_language"] = tongue
        page = parsed(client, "/screen/")
        assert page.css_first("#picture .what") is None, "what is open outlives the picture"
        assert word in [one.text(strip=True) for one in page.css(".s-terms .what-word")]
        for one in page.css(".s-terms details"):
            said = one.css_first(".what-text p")
            assert said is not None and len(said.text()) > 8


@pytest.mark.django_db
def test_a_page_knows_when_it_is_out_of_date(user: Login, system: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = _leader(user)
    page = parsed(client, "/screen/")
    main, frame = page.css_first("main[data-build]"), page.css_first("#picture [data-build]")
    assert main is not None and frame is not None
    build = main.attributes["data-build"]
    assert build and frame.attributes["data-build"] == build
    assert f'data-build="{build}"' in selectors.picture_html()["en"], "every picture of the stream carries it"
    Organisation.objects.filter(superior=None).update(division="341600")
    assert f'data-build="{build}"' not in selectors.picture_html()["zh"], "another map"
    Organisation.objects.filter(superior=None).update(division="341500")
    assert f'data-build="{build}"' in selectors.picture_html()["zh"]
    monkeypatch.setattr(selectors, "program", lambda: "another version")
    assert f'data-build="{build}"' not in selectors.picture_html()["zh"]


@pytest.mark.django_db
def test_an_open_screen_keeps_its_session(user: Login, system: User) -> None:
    """A stream is opened anew every ten minutes; that counts as being there, so a wall is not signed out at night."""
    client = _leader(user)
    client.get("/screen/")
    kept = Session.objects.get()
    stored = kept.get_decoded() | {SEEN: 0}
    kept.session_data = Session.objects.encode(stored)
    kept.expire_date = timezone.now() + dt.timedelta(minutes=11)
    kept.save()
    client.get("/screen/stream/")
    assert Session.objects.get().expire_date > timezone.now() + dt.timedelta(hours=11)


@pytest.mark.django_db
def test_a_city_on_its_way_is_told_what_comes_next(user: Login, system: User) -> None:
    client = _leader(user)
    page = parsed(client, "/screen/")
    assert "还没有归集数据" in shown_text(page) and "各县区还没有数据" in shown_text(page)
    assert page.css_first(".s-figure .s-good") is None, "nothing is good where there is nothing"
    assert [node.text() for node in page.css(".s-figure b")[3:5]] == ["—", "0%"], "nothing checked, nothing on time"
    CatalogItem.objects.update(link_state="none")
    assert "目录还没有挂接数据源" in shown_text(parsed(client, "/screen/"))


def _leader(user: Login) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(user("leader"))
    return client


def test_counties_are_drawn_inside_their_box() -> None:
    shapes = county_shapes("341500")
    assert len(shapes) == 7 and {shape.name for shape in shapes} >= {"金安区", "霍山县"}
    assert all(0 <= shape.x <= 400 and 0 <= shape.y <= 340 for shape in shapes)
    assert county_shapes("999999") == () == county_shapes("")


# --- the feed


class Looking:
    """Counts how often it was looked at; fails when told to."""

    def __init__(self) -> None:
        self.looks = 0
        self.broken = False

    def __call__(self) -> dict[str, str]:
        """Take a picture."""
        self.looks += 1
        if self.broken:
            raise OSError("no database")
        return {"zh": f"画 {self.looks}\n二", "en": f"picture {self.looks}"}


async def read(feed: Feed, *, frames: int, language: str = "zh") -> list[str]:
    """Read so many frames of a stream."""
    found: list[str] = []
    async for event in events(feed, language, seconds=30):
        if event.startswith(b"id:"):
            found.append(event.decode())
            if len(found) == frames:
                break
    return found


def test_all_viewers_together_cost_one_look_an_interval() -> None:
    async def watch() -> tuple[int, list[list[str]]]:
        looking = Looking()
        feed = Feed(looking, interval=0.05)
        got = await asyncio.gather(*(read(feed, frames=5, language="zh" if n % 2 else "en") for n in range(50)))
        await asyncio.sleep(0.2)
        seen = looking.looks
        await asyncio.sleep(0.3)
        assert looking.looks == seen and feed.viewers == 0, "nobody looks, nothing is asked"
        return seen, got

    looks, got = asyncio.run(watch())
    assert looks <= 8
    assert got[1][0] == "id: 1\ndata: 画 1\ndata: 二\n\n" and got[0][0] == "id: 1\ndata: picture 1\n\n"


def test_a_failure_is_survived_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    async def watch() -> list[str]:
        looking = Looking()
        feed = Feed(looking, interval=0.02)
        looking.broken = True
        reading = asyncio.create_task(read(feed, frames=2))
        await asyncio.sleep(0.3)
        looking.broken = False
        return await asyncio.wait_for(reading, 5)

    assert len(asyncio.run(watch())) == 2
    assert len([one for one in caplog.records if "no picture" in one.message]) == 1


def test_a_silent_stream_says_it_is_there_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huitong.apps.screen.feed.HEARTBEAT", 0.05)

    async def watch() -> list[bytes]:
        feed = Feed(Looking(), interval=60)
        return [event async for event in events(feed, "zh", seconds=2)]

    got = asyncio.run(watch())
    assert got[0] == b"retry: 3000\n\n" and sum(event.startswith(b"id: 1\n") for event in got) == 1
    assert got.count(b": still here\n\n") >= 3


def test_streams_end_when_the_process_is_told_to_stop() -> None:
    """A server waits for those it answers: a wall would keep it from stopping for ten minutes."""

    async def watch() -> list[list[bytes]]:
        feed = Feed(Looking(), interval=60)

        async def watcher() -> list[bytes]:
            return [event async for event in events(feed, "zh")]

        watching = [asyncio.create_task(watcher()) for _ in range(3)]
        await asyncio.sleep(0.2)
        feed.end()
        return await asyncio.wait_for(asyncio.gather(*watching), 1)

    assert all(got[0] == b"retry: 3000\n\n" and got[1].startswith(b"id: 1\n") for got in asyncio.run(watch()))


def test_a_day_of_pictures_takes_no_memory() -> None:
    """17,280 frames are a day; viewers come and go all the time."""

    async def watch() -> tuple[int, int]:
        feed = Feed(lambda: {"zh": "x" * 10_000, "en": "x" * 10_000}, interval=0.0)
        async with feed.viewer():
            number, early = 0, 0
            while number < 17_280:
                frame: Frame | None = await feed.newer_than(number, 5)
                assert frame is not None
                number = frame.number
                if number % 50 == 0:
                    await read(feed, frames=1)
                if number == 2_000:
                    early = tracemalloc.get_traced_memory()[0]
            return early, tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    early, late = asyncio.run(watch())
    tracemalloc.stop()
    assert early and late - early < 300_000, (early, late)
