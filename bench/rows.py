"""A list of ten thousand rows, as somebody works with it: ``python -m bench.rows [items]``.

Fills a catalog in a folder that is removed, serves it, and opens the list in Chromium with the most rows a page has:
how it scrolls (tasks that hold up the page, frames), how long an order and the last page take from the click until
the rows stand, and what its workbook costs. Medians of five. Needs HUITONG_TEST_CHROMIUM.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from bench.catalog import declare
from bench.measure import Figure, show
from bench.pages import FLAGS, free_port, wait_for

PASSWORD = "bench-password-1"
TIMES = 5
DECLARED = 120
"""Items declared as a pack would: two of each department."""
LIST = "/items/?size=500"
SCROLL = """async () => {
  const tasks = []; const frames = [];
  const watch = new PerformanceObserver(list => tasks.push(...list.getEntries().map(e => e.duration)));
  watch.observe({ type: 'longtask' });
  scrollTo(0, 0);
  let before = performance.now();
  while (scrollY + innerHeight < document.documentElement.scrollHeight - 2) {
    scrollBy(0, 240);
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before); before = now;
  }
  await new Promise(done => setTimeout(done, 120));
  watch.disconnect();
  frames.sort((a, b) => a - b);
  return [tasks.reduce((sum, one) => sum + one, 0), Math.max(0, ...tasks), frames[Math.floor(frames.length * 0.95)]];
}"""
CLICK = """selector => new Promise(done => {
  const start = performance.now();
  document.addEventListener('htmx:afterSettle', () =>
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start))), { once: true });
  document.querySelector(selector).click();
})"""


def fill(folder: Path, count: int) -> None:
    """Write the catalog and a user of the bureau."""
    from huitong.cli.session import open_session

    open_session(folder)
    from django.db import connections

    from huitong.apps.accounts.services import put_user, system_user
    from huitong.engine.declarations.people import User

    declare(DECLARED)
    _multiply(count)
    spec = User(login="bureau", name="局长", organisation="city", role="bureau", password=PASSWORD)
    put_user(system_user(), spec=spec)
    connections.close_all()


def _multiply(count: int) -> None:
    """Copy the declared items until there are ``count``: a list shows them alike, and nothing here searches them."""
    from huitong.apps.catalog.models import CatalogItem

    names = [field.attname for field in CatalogItem._meta.concrete_fields if not field.primary_key]
    rows = list(CatalogItem.objects.values(*names))
    copies = (
        CatalogItem(**{**rows[n % len(rows)], "code": f"Y-{n:05d}", "table": f"y{n}", "resource_code": ""})
        for n in range(count - len(rows))
    )
    CatalogItem.objects.bulk_create(copies, batch_size=500)


@dataclass(frozen=True)
class Served:
    """A site that is up: its address, and the process that started it."""

    url: str
    pid: int

    def megabytes(self, field: str) -> float:
        """Return ``VmRSS`` (now) or ``VmHWM`` (the most since :meth:`forget_peak`) of the process that answers."""
        return max(_kilobytes(pid, field) for pid in self._processes()) / 1000

    def forget_peak(self) -> None:
        """Make what is used now the most used so far: a peak is of a whole life otherwise, and of what came before."""
        for pid in self._processes():
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def _processes(self) -> tuple[str, ...]:
        return (str(self.pid), *Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split())


def _kilobytes(pid: str, field: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(field)), 0)


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve the catalog."""
    port = free_port()
    environment = {**os.environ, "HUITONG_HOME": str(folder)}
    huitong = str(Path(sys.executable).with_name("huitong"))
    server = subprocess.Popen([huitong, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(site := f"http://127.0.0.1:{port}")
        yield Served(site, server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(120)


def worked_with(page: Page, site: Served, count: int) -> list[Figure]:
    """Return what scrolling, ordering and going to the end cost at the largest page."""
    scrolled, ordered, ended = [], [], []
    for _ in range(TIMES):
        page.goto(site.url + LIST)
        page.wait_for_load_state("networkidle")
        scrolled.append(page.evaluate(SCROLL))
        ordered.append(page.evaluate(CLICK, "#sort-items-provider"))
        ended.append(page.evaluate(CLICK, ".pager li:nth-last-child(2) a"))
    held, longest, frame = (statistics.median(values) for values in zip(*scrolled, strict=True))
    name = f"{count:,} rows, 500 on the page"
    return [
        Figure(f"{name}: scrolled through, page held up", f"{held:.0f} ms", "0 ms"),
        Figure(f"{name}: longest task while scrolling", f"{longest:.0f} ms", "< 50 ms"),
        Figure(f"{name}: frame while scrolling, p95", f"{frame:.0f} ms", "< 34 ms"),
        Figure(f"{name}: another order, click to rows", f"{statistics.median(ordered):.0f} ms", "< 500 ms"),
        Figure(f"{name}: last page, click to rows", f"{statistics.median(ended):.0f} ms", "< 500 ms"),
    ]


def taken_away(site: Served, cookies: dict[str, str], count: int) -> list[Figure]:
    """Return what a workbook and a CSV of all rows cost; memory is what the process grew by at most."""
    lines = []
    for form in ("xlsx", "csv"):
        taken = []
        site.forget_peak()
        before = site.megabytes("VmRSS")
        for _ in range(TIMES):
            start = time.perf_counter()
            answer = httpx.get(f"{site.url}/items/?export={form}", cookies=cookies, timeout=120)
            taken.append(time.perf_counter() - start)
            assert answer.status_code == 200 and len(answer.content) > count * 10
        grown = max(0.0, site.megabytes("VmHWM") - before)
        what = f"{count:,} rows as {form.upper()}"
        lines += [
            Figure(f"{what}: time", f"{statistics.median(taken):.1f} s", "< 10 s"),
            Figure(f"{what}: memory", f"+ {grown:.0f} MB", "< 100 MB"),
        ]
    return lines


def measured(site: Served, count: int) -> list[Figure]:
    """Return every figure."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["HUITONG_TEST_CHROMIUM"], args=list(FLAGS))
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        context.set_default_timeout(600_000)
        page = context.new_page()
        page.goto(f"{site.url}/login/")
        page.locator("input[name=login]").fill("bureau")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(f"{site.url}/")
        lines = worked_with(page, site, count)
        cookies = {str(one["name"]): str(one["value"]) for one in context.cookies()}
        browser.close()
    return [*lines, *taken_away(site, cookies, count)]


def main() -> None:
    """Fill, serve, measure, stop."""
    count = int(next((word for word in sys.argv[1:] if word.isdecimal()), "10000"))
    with tempfile.TemporaryDirectory(prefix="huitong-bench-") as folder:
        fill(Path(folder), count)
        with served(Path(folder)) as site:
            show(measured(site, count))


if __name__ == "__main__":
    main()
