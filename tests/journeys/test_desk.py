"""Journeys through the desk in a real browser, wide and phone-narrow, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.apps.town import CITIZEN

pytestmark = pytest.mark.browser

WIDE, NARROW = (1440, 900), (360, 780)
Visit = Callable[..., "Visitor"]


@dataclass
class Visitor:
    """Somebody at a browser. After each step the page must fit its window and the console be silent."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to an address of the site."""
        self.page.goto(self.site + path)
        self.check()

    def follow(self, name: str) -> None:
        """Click a link by its text."""
        self.page.locator("main").get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()
        self.check()

    def press(self, name: str) -> None:
        """Click a button by its text."""
        self.page.locator("main").get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()
        self.check()

    def agree(self, name: str) -> None:
        """Click a button that asks first, read what follows, and agree."""
        self.page.locator("main summary", has_text=name).first.click()
        self.page.locator("dialog.dialog").get_by_role("button", name=name).click()
        self.page.wait_for_load_state()
        self.check()

    def check(self) -> None:
        """Nothing sticks out sideways, nothing went wrong unseen."""
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{self.page.url} is {wider} px too wide"
        assert not self.complaints

    def says(self, *words: str) -> None:
        """The page's main part has these words."""
        for word in words:
            expect(self.page.locator("main")).to_contain_text(word)


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """Steps into a persona of the town in a fresh browser profile."""
    contexts = []

    def stepped_in(persona: str, size: tuple[int, int] = WIDE, **options: str) -> Visitor:
        window = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=window, locale="zh-CN", **options)  # type: ignore[arg-type]
        contexts.append(context)
        visitor = Visitor(context.new_page(), site)
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


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_from_the_flow_to_the_rows(visit: Visit, size: tuple[int, int]) -> None:
    bureau = visit("bureau", size)
    bureau.open("/flow/")
    if size is WIDE:
        expect(bureau.page.locator("svg.flow")).to_be_visible()
        bureau.page.locator("svg.flow a.node-source", has_text="公安").click()
    else:
        expect(bureau.page.locator("svg.flow")).to_be_hidden()
        bureau.page.locator(".stages .stage-name", has_text="公安").click()
    bureau.page.wait_for_load_state()
    bureau.check()
    bureau.follow("户籍人口")
    bureau.says("信息项", "公民身份号码", "来龙去脉", "人口库")
    bureau.page.get_by_role("navigation", name="户籍人口").get_by_role("link", name="问题数据").click()
    bureau.check()
    bureau.says("校验码不符", "为什么被拦截")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_looking_somebody_up(visit: Visit, size: tuple[int, int]) -> None:
    police = visit("police", size)
    police.open("/look-up/")
    police.page.get_by_label("号码").fill(CITIZEN)
    police.press("查询")
    police.says("这个字段是必填项")
    police.page.get_by_label("办理群众或企业申请的事项").check()
    police.page.get_by_label("办件编号").fill("A-1")
    police.press("查询")
    police.says("张*", "138******00", "各来源说法不一", "社会保险中心", "已留下存证")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_trying_a_service(visit: Visit, size: tuple[int, int]) -> None:
    developer = visit("developer", size)
    developer.open("/services/")
    developer.follow("人口信息查询")
    developer.page.locator("#id_key").fill(CITIZEN)
    developer.page.locator("#id_case").fill("B-1")
    developer.press("调用")
    developer.says("答复", "200", '"person_name": "张0"', "138******00", "已留下存证", "Purpose: hr-resident")
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
    expect(bureau.page.locator("tbody tr")).to_have_count(1)
    assert bureau.page.evaluate("window.stayed") is True
    assert "link_state=none" in bureau.page.url
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


PUBLIC = (
    *("/search/?q=人", "/open/", "/open/CENTRE-01/", "/papers/", "/hotline/", "/mine/", "/about/", "/privacy/"),
    "/contact/",
)
ALL = (
    *PUBLIC,
    *("/", "/flow/", "/items/", "/items/POLICE-01/", "/items/POLICE-01/rows/quarantine/", "/elements/", "/runs/"),
    *("/cases/", "/cases/?in=all", "/notices/", "/webhooks/"),
    *("/issues/", "/libraries/", "/libraries/population/", "/libraries/population/rows/", "/look-up/", "/services/"),
    *(
        "/services/resident/",
        "/grants/",
        "/grants/hr-resident/",
        "/apps/",
        "/apps/new/",
        "/apps/hr-app/",
        "/evidence/",
        "/audit/",
        "/organisations/",
        "/assessment/",
        "/assessment/method/",
    ),
    *("/design/", "/nowhere/", "/apps/", "/apps/new/", "/apps/hr-app/"),
)
SERIOUS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_every_page(visit: Visit, scheme: str) -> None:
    bureau = visit("bureau", color_scheme=scheme)
    wrong = []
    for path in ALL:
        bureau.page.goto(bureau.site + path)
        for violation in Axe().run(bureau.page, options=SERIOUS).response["violations"]:
            wrong.extend((path, violation["id"], node["target"], node["failureSummary"]) for node in violation["nodes"])
    assert not wrong


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_fits_a_phone(visit: Visit, language: str) -> None:
    bureau = visit("bureau", NARROW)
    bureau.page.context.add_cookies([{"name": "django_language", "value": language, "url": bureau.site}])
    for path in ALL:
        bureau.page.goto(bureau.site + path)
        bureau.complaints[:] = [text for text in bureau.complaints if "404" not in text]
        bureau.check()
