"""A table of two hundred columns: shown in part, chosen whole, cut off nowhere for good, and exported as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from tests.apps.pages import parsed

from huitong.apps.accounts.models import User
from huitong.apps.catalog.services import put_item
from huitong.apps.collection.services import run_chain
from huitong.apps.lists.models import SavedView
from huitong.apps.overview.row_listing import SHOWN_COLUMNS
from huitong.engine.declarations.items import CatalogItem, ItemField
from huitong.engine.declarations.sources import Link

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
NAMES = ("编号", *(f"第{n}项指标的名称" for n in range(1, 200)))
PATH = "/items/WIDE-01/rows/raw/"


@pytest.fixture
def bureau(user: Login) -> Client:
    """A browser of the bureau."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user("bureau"))
    return client


def saved(client: Client, path: str) -> list[list[str]]:
    """The lines of an exported CSV."""
    content = b"".join(client.get(path).streaming_content)  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def deliver(town: Path) -> None:
    """A delivery of 200 columns and 60 rows of long words."""
    with (town / "centre" / "wide.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(NAMES)
        writer.writerows([f"{row:04d}", *(f"很长的内容{row}-{n}" * 4 for n in range(1, 200))] for row in range(60))


def test_two_hundred_columns(bureau: Client, system: User, town: Path) -> None:
    deliver(town)
    put_item(
        system,
        spec=CatalogItem(
            code="WIDE-01",
            title="两百项指标",
            title_en="Two hundred figures",
            provider="centre",
            table="centre_wide",
            fields=tuple(
                ItemField(column=name, name=f"f{n}", element="sex", title=name) for n, name in enumerate(NAMES)
            ),
            link=Link(source="centre-files", object="wide.csv", key=("编号",)),
        ),
    )
    run_chain(system)
    page = parsed(bureau, PATH)
    assert len(page.css("thead th")) == SHOWN_COLUMNS and f"{SHOWN_COLUMNS}/200" in page.css_first(".list-menus").text()  # type: ignore[union-attr]
    assert len(page.css(".menu-form input[name=col]")) == 200
    everything = "&".join(f"col={node.attributes['value']}" for node in page.css(".menu-form input[name=col]"))
    page = parsed(bureau, f"{PATH}?{everything}")
    assert [len(row.css("td")) for row in page.css("tbody tr")] == [200] * 50
    last = page.css("tbody tr")[0].css("td")[199]
    assert last.attributes["title"] == last.text(strip=True), "what the cell cuts off is said on hover"
    assert len(bureau.get(f"{PATH}?{everything}", headers={"accept-encoding": "gzip"}).content) < 200_000
    lines = saved(bureau, f"{PATH}?{everything}&export=csv")
    assert (len(lines), len(lines[0]), len(lines[60])) == (61, 200, 200)
    few = "&".join(f"col=第{n}项指标的名称" for n in range(150, 170))
    keep = {"listing": "rows-raw-centre_wide", "next": f"{PATH}?{few}", "title": "二十列"}
    assert bureau.post("/lists/views/save/", keep).status_code == 302
    assert [node.attributes["title"] for node in parsed(bureau, SavedView.objects.get().href).css("thead th")][1:] == [
        f"第{n}项指标的名称" for n in range(150, 170)
    ]
    too_much = bureau.post("/lists/views/save/", {**keep, "next": f"{PATH}?{everything}", "title": "全部"})
    assert too_much.status_code == 400 and "列" in too_much.content.decode()
