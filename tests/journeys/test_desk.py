"""Journeys through the desk in a real browser, wide and phone-narrow, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.apps.town import CITIZEN

pytestmark = pytest.mark.browser

WIDE, NARROW = (1440, 900), (360, 780)
LANGUAGES = {"zh": "zh-hans", "en": "en"}
Visit = Callable[..., "Visitor"]
Word = str | tuple[str, str]
"""What is said in either language, or in Chinese and in English."""


@dataclass
class Visitor:
    """Somebody at a browser. After each step the page must fit its window and the console be silent."""

    page: Page
    site: str
    english: bool = False
    complaints: list[str] = field(default_factory=list)

    def say(self, word: Word) -> str:
        """The word in the visitor's language."""
        return word if isinstance(word, str) else word[self.english]

    def open(self, path: str) -> None:
        """Go to an address of the site."""
        self.page.goto(self.site + path)
        self.check()

    def follow(self, name: Word) -> None:
        """Click a link by its text."""
        self.page.locator("main").get_by_role("link", name=self.say(name)).first.click()
        self.page.wait_for_load_state()
        self.check()

    def press(self, name: Word) -> None:
        """Click a button by its text."""
        self.page.locator("main").get_by_role("button", name=self.say(name)).first.click()
        self.page.wait_for_load_state()
        self.check()

    def click(self, selector: str) -> None:
        """Click something of the main part, whatever it says, and wait for the page that it leads to."""
        self.page.locator(f"main {selector}").first.click()
        self.page.wait_for_load_state()
        self.check()

    def agree(self, name: Word) -> None:
        """Click a button that asks first, read what follows, and agree."""
        words = self.say(name)
        self.page.locator("main summary", has_text=words).first.click()
        self.page.locator("dialog.dialog").get_by_role("button", name=words).click()
        self.page.wait_for_load_state()
        self.check()

    def check(self) -> None:
        """Nothing sticks out sideways, nothing went wrong unseen."""
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{self.page.url} is {wider} px too wide"
        assert not self.complaints

    def says(self, *words: Word) -> None:
        """The page's main part has these words."""
        for word in words:
            expect(self.page.locator("main")).to_contain_text(self.say(word))


BOTH = pytest.mark.parametrize("visit", [(WIDE, "zh"), (NARROW, "en")], ids=["wide-zh", "narrow-en"], indirect=True)
"""At a desk in Chinese, on a phone in English: both sizes and both languages in two walks."""


@pytest.fixture
def visit(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Steps into a persona of the town in a fresh browser profile."""
    contexts = []
    usual, tongue = getattr(request, "param", (WIDE, "zh"))

    def stepped_in(persona: str, size: tuple[int, int] = usual, **options: str) -> Visitor:
        window = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=window, locale="zh-CN", **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.add_cookies([{"name": "django_language", "value": LANGUAGES[tongue], "url": site}])
        visitor = Visitor(context.new_page(), site, tongue == "en")
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitor.page.on(
            "console",
            lambda message: visitor.complaints.append(message.text) if message.type in ("error", "warning") else None,
        )
        visitor.open("/login/")
        visitor.page.locator(f"button[name=login][value={persona}]").click()
        visitor.page.wait_for_load_state()
        visitor.check()
        return visitor

    yield stepped_in
    for context in contexts:
        context.close()


@BOTH
def test_from_the_flow_to_the_rows(visit: Visit) -> None:
    bureau = visit("bureau")
    bureau.open("/flow/")
    if not bureau.english:
        expect(bureau.page.locator("svg.flow")).to_be_visible()
        bureau.page.locator("svg.flow a.node-source", has_text="公安").click()
    else:
        expect(bureau.page.locator("svg.flow")).to_be_hidden()
        bureau.page.locator(".stages .stage-name", has_text="Police").click()
    bureau.page.wait_for_load_state()
    bureau.check()
    item = bureau.say(("户籍人口", "Registered residents"))
    bureau.follow(item)
    bureau.says(("信息项", "Fields"), ("公民身份号码", "Citizen ID number"), ("来龙去脉", "From and to"))
    bureau.says(("人口库", "Population library"))
    tabs = bureau.page.get_by_role("navigation", name=item)
    tabs.get_by_role("link", name=bureau.say(("问题数据", "Held back"))).click()
    bureau.says(("校验码不符", "Check character does not match"), ("为什么被拦截", "Why it was held back"))
    bureau.check()


@BOTH
def test_looking_somebody_up(visit: Visit) -> None:
    police = visit("police")
    police.open("/look-up/")
    police.page.locator("[name=key]").fill(CITIZEN)
    police.click("form:has([name=key]) button.button-main")
    police.says(("请选择“用途”。", "Choose “Purpose”."))
    police.page.get_by_label(
        police.say(("办理群众或企业申请的事项", "Handle what a person or company applied for"))
    ).check()
    police.page.get_by_label(police.say(("办件编号", "Case number"))).fill("A-1")
    police.click("form:has([name=key]) button.button-main")
    police.says("张*", "138******00", ("各来源说法不一", "The sources disagree"))
    police.says(("社会保险中心", "Insurance Centre"), ("已留下存证", "Evidence is kept"))


@BOTH
def test_trying_a_service(visit: Visit) -> None:
    developer = visit("developer")
    developer.open("/services/")
    developer.follow(("人口信息查询", "Resident query"))
    of_verifying = developer.page.locator("#id_field, #id_value")
    expect(of_verifying.locator("visible=true")).to_have_count(0)
    developer.page.locator("input[name=kind][value=verify]").check()
    expect(of_verifying.locator("visible=true")).to_have_count(2)
    developer.check()
    developer.click("form:has(#id_key) button.button-main")
    expect(developer.page.locator("#id_value")).to_be_visible()
    developer.page.locator("input[name=kind][value=records]").check()
    developer.page.locator("#id_grant").select_option("hr-resident")
    developer.page.locator("#id_key").fill(CITIZEN)
    developer.page.locator("#id_case").fill("B-1")
    developer.click("form:has(#id_key) button.button-main")
    developer.says(("答复", "Answer"), "200", '"person_name": "张0"', "138******00", "Purpose: hr-resident")
    developer.says(("已留下存证", "Evidence is kept"))
    developer.page.locator(".receipt a").wait_for()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_switching_language_and_persona(visit: Visit, size: tuple[int, int]) -> None:
    leader = visit("leader", size)
    leader.open("/items/?q=人口")
    leader.page.get_by_role("button", name="Switch to English").click()
    leader.page.wait_for_load_state()
    leader.check()
    leader.says("Registered residents", "Name, field, department or code")
    assert leader.page.url.endswith("/items/?q=%E4%BA%BA%E5%8F%A3")
    leader.page.locator("details.menu:has(.avatar) > summary").click()
    leader.page.locator("details.menu button[value=citizen]").click()
    leader.page.wait_for_load_state()
    leader.check()
    leader.says("Who used my data")


def test_filtering_without_leaving_the_page(visit: Visit) -> None:
    bureau = visit("bureau")
    bureau.open("/items/")
    bureau.page.evaluate("window.stayed = true")
    rows = bureau.page.locator("tbody tr").count()
    bureau.page.get_by_role("combobox", name="挂接情况").select_option("none")
    expect(bureau.page).to_have_url(re.compile("link_state=none"))
    expect(bureau.page.locator("tbody tr")).to_have_count(1)
    assert bureau.page.evaluate("window.stayed") is True
    bureau.page.go_back()
    expect(bureau.page.locator("tbody tr")).to_have_count(rows)
    bureau.check()


def test_the_desk_by_keyboard(visit: Visit) -> None:
    bureau = visit("bureau")
    bureau.open("/")
    bureau.page.keyboard.press("Tab")
    expect(bureau.page.locator(".skip")).to_be_focused()
    bureau.page.keyboard.press("Enter")
    expect(bureau.page.locator("#content")).to_be_focused()
    bureau.page.keyboard.press("/")
    bureau.page.keyboard.type("参保人员")
    expect(bureau.page.locator("#palette [role=option][aria-selected=true]")).to_contain_text("参保人员")
    bureau.page.keyboard.press("Enter")
    bureau.page.wait_for_url("**/items/CENTRE-01/")
    bureau.says("参保人员")
    bureau.page.locator("details.menu:has(.avatar) > summary").press("Enter")
    expect(bureau.page.locator("details.menu:has(.avatar) .menu-list")).to_be_visible()
    bureau.page.keyboard.press("Escape")
    expect(bureau.page.locator("details.menu:has(.avatar) .menu-list")).to_be_hidden()


SEEN = """node => {
  const [place, room] = [node, node.closest('.nav, .tabs')].map(one => one.getBoundingClientRect());
  return place.top >= room.top && place.bottom <= room.bottom && place.left >= room.left && place.right <= room.right;
}"""


@pytest.mark.parametrize(("size", "path", "frame"), [(WIDE, "/audit/", "nav"), (NARROW, "/cases/?in=all", "tabs")])
def test_where_one_is_comes_into_sight(visit: Visit, size: tuple[int, int], path: str, frame: str) -> None:
    """A navigation that is longer than the window, tabs that are wider than a phone; the window stays at its top."""
    bureau = visit("bureau", size)
    bureau.page.set_viewport_size({"width": size[0], "height": 600})
    bureau.open(path)
    current = bureau.page.locator(f".{frame} a[aria-current=page]")
    expect(current).to_be_in_viewport(ratio=1)
    assert current.evaluate(SEEN)
    assert bureau.page.locator(f".{frame}").evaluate("node => node.scrollTop + node.scrollLeft") > 0
    assert bureau.page.evaluate("scrollY") == 0


def test_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN", viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{site}/login/")
    page.locator("button[name=login][value=bureau]").click()
    page.locator("label.nav-toggle").click()
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="数据目录").click()
    page.locator("#catalog-q").fill("户籍")
    page.locator("form:has(#catalog-q) button").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    context.close()
