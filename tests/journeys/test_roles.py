"""Those who work at the desk: data officer, developer, bureau; each wide and on a phone, in both languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.apps.town import CITIZEN
from tests.journeys.test_faces import Walk, walk

pytestmark = pytest.mark.browser
__all__ = ["walk"]


def sign_in(walk: Walk, login: str) -> None:
    """Sign in as a persona; the tour is not wanted."""
    walk.open("/login/")
    walk.click(f"button[name=login][value={login}]")
    walk.click(".tour form[action$='/dismiss/'] button")


def find(walk: Walk, text: str, href: str) -> None:
    """Search for something from any page and open the hit: in the palette on a desk, on its page on a phone."""
    walk.open(f"/find/?q={text}")
    walk.click(f"main .rows a[href='{href}']")


def test_a_data_officer_begins_an_item_and_leaves_it_for_later(walk: Walk) -> None:
    sign_in(walk, "police")
    walk.sees("等我办理", "Waiting for me")
    walk.sees("昨夜失败", "Failed overnight")
    find(walk, walk.say("户籍", "Registered"), "/items/POLICE-01/")
    walk.sees("户籍人口", "Registered residents")
    walk.open("/items/POLICE-01/rows/quarantine/")
    walk.sees("校验码", "Check character")
    walk.open("/compile/")
    walk.click("main a[href='/compile/new/']")
    name = walk.page.locator("main form input[name$=title]").first
    name.fill(walk.say("居住证签发信息", "Residence permits"))
    walk.click("main form button.button-main")
    expect(walk.page).to_have_url(re.compile(r"/compile/\d+/"))
    walk.page.locator("main textarea[name$=abstract]").fill(walk.say("签发的居住证。", "Permits that were issued."))
    walk.click("main form button.button-main")
    draft = walk.page.url.removeprefix(walk.site)
    walk.open("/compile/")
    walk.sees(walk.say("居住证签发信息", "Residence permits"), walk.say("居住证签发信息", "Residence permits"))
    walk.open(draft)
    walk.open("/cases/")
    walk.sees("等我办理", "Waiting for me")


def test_a_developer_tries_a_service_and_reads_how_to_call_it(walk: Walk) -> None:
    sign_in(walk, "developer")
    find(walk, walk.say("人口信息", "Resident"), "/services/resident/")
    walk.sees("试一试", "Try it")
    walk.page.locator("#id_grant").select_option("hr-resident")
    walk.page.locator("#id_key").fill(CITIZEN)
    walk.page.locator("#id_case").fill("R-1")
    walk.click("form:has(#id_key) button.button-main")
    walk.sees("138******00", "138******00")
    walk.sees("已留下存证", "Evidence is kept")
    walk.open("/grants/hr-resident/")
    walk.open("/apps/hr-app/")
    walk.open("/evidence/")
    walk.sees("人口信息查询", "Resident query")
    walk.open("/help/developer/")
    walk.sees("Receipt", "Receipt")


def test_the_bureau_sees_what_waits_and_how_the_city_does(walk: Walk) -> None:
    sign_in(walk, "bureau")
    walk.sees("已逾期", "Late")
    walk.open("/cases/")
    walk.click("main .tabs a >> nth=-1")
    walk.open("/issues/")
    walk.click("main [data-listing] tbody a")
    walk.open("/runs/")
    walk.click("main [data-listing] tbody a")
    walk.open("/islands/")
    walk.open("/needs/figures/")
    walk.open("/assessment/")
    walk.open("/organisations/police/")
    walk.sees("公安", "Police")
    walk.open("/calendar/?year=2027")
    walk.sees("2027", "2027")
