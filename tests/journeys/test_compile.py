"""A data officer lists a system, compiles items from a live database and links them; the bureau publishes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.apps.town import IDS
from tests.journeys.test_desk import BOTH, Visit, Visitor, visit

pytestmark = pytest.mark.browser
__all__ = ["visit"]


@dataclass(frozen=True)
class Words:
    """What the pages say on the way, in one language."""

    recognised: str
    several: str
    sent: str
    decided: str
    linked: str


WORDS = {
    "zh": Words("公民身份号码", "已起草 2 项目录", "已提交数据管理部门审核", "已办理", "待首次归集"),
    "en": Words("Citizen ID number", "2 items drafted", "Submitted to the data bureau", "Done", "Not collected yet"),
}


@BOTH
def test_from_a_live_database_to_a_published_item(visit: Visit, site_home: Path) -> None:
    police = visit("police")
    name = "en" if police.english else "zh"
    words = WORDS[name]
    live_tables(site_home, name)

    list_a_system(police, name)
    police.open("/compile/scan/")
    police.page.locator("main a[href='/compile/scan/police-db/']").click()
    police.check()
    police.page.locator("main").get_by_role("link", name=f"permit_{name}", exact=True).click()
    police.check()
    police.says("sfzh", words.recognised)
    assert not any(number in police.page.content() for number in IDS), "samples are covered"
    police.page.go_back()
    for table in ("permit", "moved"):
        police.page.locator(f"input[name=object][value={table}_{name}]").check()
    police.click("form.panel button.button-main")
    police.says(words.several)

    draft = correct_the_draft(police, words, name)
    police.click("form[action$='/submit/'] button")
    police.says(words.sent)

    bureau = visit("bureau")
    bureau.open(draft)
    bureau.says(title_of(name), "303001")
    bureau.click("button[name=action][value=approve]")
    bureau.says(words.decided)
    police.open(f"/items/?q={title_of(name)}")
    police.page.locator("main tbody a[href^='/items/']").first.click()  # by its English name on English pages
    police.page.wait_for_load_state()
    police.check()
    police.says("303001/", words.linked)


def title_of(name: str) -> str:
    """What the item is called after a person has put it right."""
    return f"居住证签发信息{name}"


def live_tables(home: Path, name: str) -> None:
    """Two tables that nobody has compiled yet, in the department's own database."""
    with closing(sqlite3.connect(home / "town" / "police.sqlite")) as con, con:
        for table in (f"permit_{name}", f"moved_{name}"):
            con.execute(f"CREATE TABLE {table} (lsh INTEGER PRIMARY KEY, sfzh TEXT, xm TEXT, qtsm TEXT)")
            con.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, 'x')", [(n, i, "张三") for n, i in enumerate(IDS)])


def list_a_system(police: Visitor, name: str) -> None:
    """Register the system that the tables belong to."""
    code = f"permits-{name}"
    police.open("/systems/new/")
    for field, text in (("code", code), ("title", f"居住登记{name}"), ("title_en", f"Residence {name}")):
        police.page.locator(f"[name={field}]").fill(text)
    police.page.locator("[name=organisation]").select_option("police")
    police.click("form .button-main")
    expect(police.page).to_have_url(f"{police.site}/systems/{code}/")


def correct_the_draft(police: Visitor, words: Words, name: str) -> str:
    """Go through the steps as a person does: name it, put right what was not recognised, say how it is shared."""
    page = police.page
    page.locator("main").get_by_role("link", name=f"permit_{name}").first.click()
    page.wait_for_load_state()
    draft = "/".join(page.url.removeprefix(police.site).split("/")[:3]) + "/"
    police.open(f"{draft}basic/")
    fills = {"title": title_of(name), "title_en": f"Permits {name}", "abstract": "公安机关签发的居住证，2016 年起。"}
    for field, text in fills.items():
        page.locator(f"[name={field}]").fill(text)
    page.locator("[name=classification]").select_option("303001")
    page.locator("[name=system]").select_option(f"permits-{name}")
    police.click("button[name=go][value=next]")
    police.says(words.recognised if police.english else "id_number")
    page.locator("[name=f3-column]").fill("qtsm")
    police.click("button[name=go][value=remove-3]")
    page.locator("[name=f0-title]").fill("流水号")
    page.locator("[name=f0-element]").fill("mobile")
    page.locator("[name=f0-element]").fill("")
    police.click("button[name=go][value=remove-0]")
    police.click("button[name=go][value=next]")
    page.locator("[name=sharing_type][value=conditional]").check()
    page.locator("[name=sharing_condition]").fill("须说明用途")
    police.click("button[name=go][value=next]")
    page.locator("[name=key]").fill("sfzh")
    police.click("button[name=go][value=next]")
    return draft
