"""Charts: the table is the truth, and says what the drawing shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from huitong.apps.accounts.models import User
from huitong.apps.charts import Chart, Series
from huitong.apps.collection.models import DayChanges, Run, TableState
from huitong.apps.collection.services import run_chain
from huitong.apps.collection.trends import changes_by_day, checks_of_item, pass_rate_chart
from huitong.apps.libraries import places
from huitong.apps.libraries.selectors import library_page
from huitong.foundation.codes.divisions import children

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


def drawn(chart: Chart) -> HTMLParser:
    """Draw a chart."""
    return HTMLParser(Template("{% load ht %}{% chart chart %}").render(Context({"chart": chart})))


def test_the_table_has_every_number() -> None:
    series = (Series("a", [1, None, 3_000_000]), Series("b", [0.5, 2, 0], "cinnabar"))
    page = drawn(Chart("x", "标题", ["一", "二", "三"], series, hrefs=["/1/", "", "/3/"], unit="行"))
    values = [[cell.attributes["data-value"] for cell in row.css("td")] for row in page.css("tbody tr")]
    assert values == [["1", "0.5"], ["", "2"], ["3000000", "0"]]
    assert [node.attributes["href"] for node in page.css("tbody a")] == ["/1/", "/3/"]
    canvas = page.css_first(".chart-canvas")
    assert canvas is not None and "最多 3,000,000 行（三）" in str(canvas.attributes["aria-label"])


def test_a_chart_of_nothing_says_so() -> None:
    page = drawn(Chart("x", "标题", ["一"], (Series("a", [None]),), empty="还没有"))
    assert not page.css("table, .chart-canvas, button") and "还没有" in page.text()


def test_changes_and_checks_of_the_town(user: Login, system: User) -> None:
    run_chain(system)
    days = changes_by_day(user("bureau"))
    assert len(days) == 14 and days[-1].day == timezone.localdate()
    collected = Run.objects.filter(kind="collect", state="done")
    assert days[-1].inserted == sum(run.typed_counts.inserted for run in collected) > 0
    assert sum(day.inserted for day in changes_by_day(user("hr"))) < days[-1].inserted
    (check,) = checks_of_item(user("police"), "POLICE-01")
    assert check.rejected > 0
    assert checks_of_item(user("hr"), "POLICE-01") == () and pass_rate_chart(user("hr"), "POLICE-01") is None
    chart = pass_rate_chart(user("police"), "POLICE-01")
    assert chart is not None and chart.series[0].values == [
        round(100 * check.passed / (check.passed + check.rejected), 2)
    ]


def test_a_day_is_a_day_in_beijing(user: Login, system: User) -> None:
    run_chain(system)
    before = sum(day.inserted for day in changes_by_day(user("bureau"), days=2)[:1])
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    late = timezone.make_aware(dt.datetime.combine(yesterday, dt.time(23, 59)))
    Run.objects.filter(kind="collect").update(finished_at=late)
    DayChanges.objects.all().delete()
    for run in Run.objects.filter(kind="collect"):
        DayChanges.objects.add(run)
    days = changes_by_day(user("bureau"), days=2)
    assert before == 0 < days[0].inserted and days[1].inserted == 0


def test_boundaries_lie_below_their_division() -> None:
    client = Client(headers={"host": "localhost"})
    answer = client.get("/divisions/341500.json")
    shapes = answer.json()["features"]
    assert len(shapes) == 7 and all(shape["properties"]["code"].startswith("3415") for shape in shapes)
    assert {one.code for one in children("341500")} >= {shape["properties"]["code"] for shape in shapes}
    again = client.get("/divisions/341500.json", headers={"if-none-match": answer.headers["ETag"]})
    assert again.status_code == 304
    for nonsense in ("999999", "34", "..%2F..%2Fetc", "３４１５００"):
        assert client.get(f"/divisions/{nonsense}.json").status_code == 404


def test_a_library_on_the_map(user: Login, system: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run_chain(system)
    page = library_page(user("bureau"), "population")
    assert places.division_map(page) is None, "the town's library knows no division"
    monkeypatch.setattr(places, "ELEMENT", "sex")
    monkeypatch.setattr(places, "_counts", lambda *_: (("341502", 7), ("341503", 9), ("110101", 2), ("", 1)))
    drawn_map = places.division_map(page)
    assert drawn_map is not None and drawn_map.above == "341500"
    assert [(area.title, area.value) for area in drawn_map.areas] == [("裕安区", 9), ("金安区", 7)]
    assert " 3 条" in str(drawn_map.note)


def test_counts_come_from_the_lake(town: Path, system: User) -> None:
    run_chain(system)
    (golden,) = TableState.objects.filter(schema="base", name="population")
    counts = places._counts.__wrapped__("population", "sex", 0)
    assert sum(number for _, number in counts) == golden.rows > 0
    assert places._counts.__wrapped__("population", "nowhere", 0) == ()
