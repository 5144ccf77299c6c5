"""By keyboard alone: no click, no mouse. At each step the focus is seen, moves on, and is covered by nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

pytestmark = pytest.mark.browser

WIDE, PHONE = (1440, 900), (360, 780)
FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const drawn = (one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  };
  const labels = [...(at.labels || [])];
  const box = (labels.length && at.classList.contains("sr") ? labels[0] : at).getClientRects()[0];
  const inside = (one) => one && (at.contains(one) || one.contains(at) || labels.some((label) => label.contains(one)));
  return {
    what: at.outerHTML.slice(0, 120),
    seen: drawn(at) || labels.some(drawn) || at.matches("main"),
    there: !!box && box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    bare: !box || at.matches("main, dialog")
      || inside(document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 12))),
  };
}"""


class Keyboard:
    """Somebody without a mouse."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        # htmx tells of a request that it gave up for the next letter, or because the page was left: no mistake.
        given_up = said.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
        if said.type in ("error", "warning") and not given_up:
            self.complaints.append(said.text)

    def open(self, path: str) -> None:
        """Go to an address, as by a bookmark."""
        self.page.goto(self.site + path)

    def press(self, key: str) -> None:
        """Press a key; the focus is where one sees it."""
        self.page.keyboard.press(key)
        self.check()

    def check(self) -> None:
        """What has the focus is seen, on the screen, and not behind anything."""
        focus = self.page.evaluate(FOCUS)
        assert focus is None or (focus["seen"] and focus["there"] and focus["bare"]), focus
        assert not self.complaints

    def to(self, selector: str, *, most: int = 90, back: bool = False) -> None:
        """Walk by Tab to something; a trap, or something that Tab does not reach, fails."""
        passed: list[str] = []
        for _ in range(most):
            self.press("Shift+Tab" if back else "Tab")
            if self.page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                return
            passed.append(self.page.evaluate("document.activeElement.outerHTML.slice(0, 90)"))
            assert len(set(passed[-6:])) > 1 or len(passed) < 6, f"trapped in {passed[-1]}"
        pytest.fail(f"Tab does not reach {selector}; passed {passed[-30:]}")

    def go(self, key: str = "Enter") -> None:
        """Press a key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.page.wait_for_load_state()
        assert not self.complaints

    def to_content(self) -> None:
        """Skip the navigation; a form that was sent from there comes back there."""
        if self.page.url.endswith("#content"):
            return
        self.press("Tab")
        assert self.page.evaluate("document.activeElement.matches('a.skip')"), "the first stop skips the navigation"
        self.press("Enter")
        assert self.page.evaluate("document.activeElement.matches('main')")

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.page.keyboard.insert_text(text)

    def says(self, *words: str) -> None:
        """The page's main part has these words."""
        for word in words:
            expect(self.page.locator("main")).to_contain_text(word)


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Browser profiles, closed at the end."""
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


def seated(browser: Browser, site: str, contexts: list[BrowserContext], login: str, size: tuple[int, int]) -> Keyboard:
    """Somebody signed in with the keyboard."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    contexts.append(context)
    keyboard = Keyboard(context.new_page(), site)
    keyboard.open("/login/")
    keyboard.to(f"button[name=login][value={login}]")
    keyboard.go()
    return keyboard


def test_applying_and_deciding(browser: Browser, site: str, contexts: list[BrowserContext]) -> None:
    hr = seated(browser, site, contexts, "hr", WIDE)
    hr.open("/apply/service/resident/")
    hr.to_content()
    hr.to("main form .button-main")
    hr.go()
    hr.to_content()
    for name, text in (
        ("purpose", "键盘办理：核对申请人身份"),
        ("legal_basis", "《社会保险法》第七十四条"),
        ("matter", "技能提升补贴"),
        ("audience", "补贴审核岗"),
    ):
        hr.to(f"[name={name}]")
        hr.type(text)
    hr.to("main form .button-main")
    hr.go()
    hr.to_content()
    hr.to("input[name=fields_asked][value=person_name]")
    hr.press("Space")
    hr.to("main form .button-main")
    hr.go()
    hr.to_content()
    hr.to("input[name=app]")
    hr.press("Space")
    hr.to("main form .button-main")
    hr.go()
    hr.to_content()
    hr.to("input[name=sure]")
    hr.press("Space")
    hr.to("main form .button-main")
    hr.go()
    hr.says("合规审查", "键盘办理")
    number = hr.page.url.partition("#")[0].rstrip("/").rpartition("/")[2]

    bureau = seated(browser, site, contexts, "bureau", WIDE)
    bureau.open("/cases/")
    bureau.press("j")
    for _ in range(20):
        if number in bureau.page.evaluate("document.activeElement.closest('tr').textContent"):
            break
        bureau.press("j")
    bureau.open(f"/cases/{number}/")
    bureau.to_content()
    bureau.to("form[action$='/claim/'] button")
    bureau.go()
    bureau.says("局长 已认领")
    bureau.to_content()
    pass_on = "form[action$='/pass_on/']"
    assert bureau.page.locator(f".case-actions details[open]:has({pass_on})").count() == 1, "what is done as a rule"
    bureau.to(f"{pass_on} button")
    bureau.go()
    bureau.says("待提供部门答复")


def test_saving_a_view_and_choosing_columns(browser: Browser, site: str, contexts: list[BrowserContext]) -> None:
    police = seated(browser, site, contexts, "police", WIDE)
    police.open("/items/")
    police.to_content()
    police.to("summary:has(+ .menu-list input[name=title])")
    police.press("Enter")
    police.to("input[name=title]")
    police.type("键盘存的视图")
    police.to("form[action='/lists/views/save/'] button")
    police.go()
    police.says("视图“键盘存的视图”已保存")
    police.to_content()
    police.to("summary:has(+ .menu-list input[name=col])")
    police.press("Enter")
    police.to("input[name=col]:not([disabled])")
    title = police.page.evaluate("document.activeElement.labels[0].textContent.trim()")
    expect(police.page.locator("thead")).to_contain_text(title)
    police.press("Space")
    police.to(".menu-list form[method=get] button")
    police.go()
    expect(police.page.locator("thead")).not_to_contain_text(title)
    police.press("j")
    assert police.page.evaluate("!!document.activeElement.closest('tbody tr')"), "j goes to the first row"
    police.to("summary:has(+ .menu-list input[name=col])", back=True)
    police.press("Enter")
    police.press("Escape")
    expect(police.page.locator("details.menu[open]")).to_have_count(0)
    assert police.page.evaluate("document.activeElement.matches('summary')"), "the focus returns"
    police.press("Enter")
    police.press("Shift+Tab")
    expect(police.page.locator("details.menu[open]")).to_have_count(0)


def test_the_navigation_of_a_phone(browser: Browser, site: str, contexts: list[BrowserContext]) -> None:
    bureau = seated(browser, site, contexts, "bureau", PHONE)
    bureau.open("/items/")
    assert bureau.page.locator(".nav-body").is_hidden()
    bureau.to("#nav-check")
    bureau.press("Space")
    expect(bureau.page.locator(".nav-body")).to_be_visible()
    bureau.to(".nav a[href='/runs/']")
    bureau.go()
    assert bureau.page.url.endswith("/runs/")


def test_the_palette(browser: Browser, site: str, contexts: list[BrowserContext]) -> None:
    police = seated(browser, site, contexts, "police", WIDE)
    police.open("/items/")
    police.to_content()
    police.to("main a[href='/items/POLICE-01/']")
    page, hits = police.page, police.page.locator("#palette [role=option]")
    chosen = page.locator("#palette [aria-selected=true]")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    expect(page.locator("#palette input[role=combobox]")).to_be_focused()
    police.type("yxjl")
    expect(chosen).to_contain_text("运行记录")
    page.keyboard.press("Control+a")
    police.type("公安")
    expect(hits.nth(1)).to_be_visible()
    expect(chosen).to_have_count(1)
    first = chosen.get_attribute("id")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#palette input[role=combobox]")).not_to_have_attribute("aria-activedescendant", str(first))
    page.keyboard.press("ArrowUp")
    expect(page.locator("#palette input[role=combobox]")).to_have_attribute("aria-activedescendant", str(first))
    page.keyboard.press("ArrowUp")
    expect(hits.last).to_have_attribute("aria-selected", "true")  # from the first one up to the last
    page.keyboard.press("Escape")  # once, although a search field would be emptied first
    expect(page.locator("#palette")).to_be_hidden()
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/items/POLICE-01/", "the focus returns"
    page.keyboard.press("Control+k")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.press("Control+a")
    police.type("hjxt")
    expect(chosen).to_contain_text("户籍系统")
    police.go()
    assert page.url.endswith("/systems/police-sys/")


def test_commands_of_the_palette(browser: Browser, site: str, contexts: list[BrowserContext]) -> None:
    for login, path in (("police", "/runs/"), ("citizen", "/hotline/")):
        reader = seated(browser, site, contexts, login, WIDE)
        reader.open(path)
        chosen = reader.page.locator("#palette [aria-selected=true]")
        reader.page.keyboard.press("Control+k")
        reader.type("颜色：深色")
        expect(chosen).to_contain_text("深色")
        reader.go()
        assert reader.page.url.endswith(path)
        expect(reader.page.locator("html")).to_have_attribute("data-theme", "dark")
        reader.page.keyboard.press("/")
        reader.type("english")
        expect(chosen).to_contain_text("Switch to English")
        reader.go()
        expect(reader.page.locator("html")).to_have_attribute("lang", "en")
        reader.page.keyboard.press("Control+k")
        reader.type("sign out")
        expect(chosen).to_contain_text("Sign out")
        reader.go()
        assert "/login/" in reader.page.url


@pytest.mark.parametrize("path", ["/", "/hotline/"])
def test_the_overview_of_keys(browser: Browser, site: str, contexts: list[BrowserContext], path: str) -> None:
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-CN")
    contexts.append(context)
    anybody = Keyboard(context.new_page(), site)
    anybody.open(path)
    anybody.to("a[data-keys]")
    anybody.page.keyboard.press("?")
    overview = anybody.page.locator("#keys")
    expect(overview).to_be_visible()
    expect(overview.locator("button")).to_be_focused()
    expect(overview).to_contain_text("下一行、上一行")
    wider = anybody.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0
    anybody.press("Escape")
    expect(overview).to_be_hidden()
    assert anybody.page.evaluate("document.activeElement.matches('a[data-keys]')"), "the focus returns"
    anybody.press("Enter")
    expect(overview).to_be_visible()
    anybody.press("Enter")
    expect(overview).to_be_hidden()


def test_the_public_box_suggests(browser: Browser, site: str, contexts: list[BrowserContext]) -> None:
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-CN")
    contexts.append(context)
    anybody = Keyboard(context.new_page(), site)
    anybody.open("/hotline/")
    anybody.to(".bar-tools a[href='/search/']")
    anybody.go()
    box, options = anybody.page.locator("#hero-q"), anybody.page.locator("#hero-q-hits [role=option]")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-expanded", "false")
    anybody.type("gaj")
    expect(options.first).to_contain_text("公安局")
    expect(box).to_have_attribute("aria-expanded", "true")
    anybody.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
    anybody.press("Escape")
    expect(anybody.page.locator("#hero-q-hits")).to_be_hidden()
    expect(box).to_have_value("gaj")
    anybody.press("Backspace")
    anybody.type("j")
    expect(options.first).to_contain_text("公安局")
    anybody.press("ArrowDown")
    anybody.go()
    assert anybody.page.url.endswith("/organisations/police/")
    anybody.open("/search/")
    expect(box).to_be_focused()
    anybody.type("公安")
    anybody.go()
    anybody.says("公安局", "的搜索结果")
