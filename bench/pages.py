"""What pages weigh and how long they take, in a real browser on the demo city: ``python -m bench.pages``.

Builds the demo (``HUITONG_BENCH_PEOPLE`` people, 2,000 unless set) in a folder of its own, serves it, steps in as each
persona and opens their pages: bytes over the wire on the first visit and on the second, largest contentful paint,
cumulative layout shift, and the server's time over :data:`TIMES` requests. Needs HUITONG_TEST_CHROMIUM.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bench.measure import Figure, show


@dataclass(frozen=True)
class Visit:
    """A page, and who opens it: a login of the demo, "" for nobody."""

    login: str
    name: str
    path: str
    listing: bool = False


VISITS = (
    Visit("", "public home", "/"),
    Visit("", "public: search", "/search/?q=人口"),
    Visit("", "public: open data", "/open/", listing=True),
    Visit("", "public: catalog", "/items/", listing=True),
    Visit("", "public: hotline", "/hotline/"),
    Visit("", "sign in", "/login/"),
    Visit("citizen", "citizen: my data", "/evidence/"),
    Visit("admin", "bureau: home", "/"),
    Visit("admin", "bureau: catalog", "/items/", listing=True),
    Visit("admin", "bureau: one item (chart, lineage)", "/items/GA-001/"),
    Visit("admin", "bureau: rows of an item", "/items/GA-001/rows/raw/", listing=True),
    Visit("admin", "bureau: runs (chart)", "/runs/"),
    Visit("admin", "bureau: library (map)", "/libraries/population/"),
    Visit("admin", "bureau: service (lineage)", "/services/person-records/"),
    Visit("admin", "bureau: evidence", "/evidence/", listing=True),
    Visit("admin", "bureau: audit trail", "/audit/", listing=True),
    Visit("admin", "bureau: cases", "/cases/?in=all", listing=True),
    Visit("admin", "bureau: needs", "/needs/", listing=True),
    Visit("admin", "bureau: find", "/find/?q=人口"),
    Visit("leader", "leader: home", "/"),
    Visit("leader", "leader: screen", "/screen/"),
    Visit("leader", "leader: assessment", "/assessment/"),
    Visit("police", "data officer: home", "/"),
    Visit("police", "data officer: quality issues", "/issues/", listing=True),
    Visit("police", "data officer: cases", "/cases/", listing=True),
    Visit("developer", "developer: home", "/"),
    Visit("developer", "developer: grants", "/grants/", listing=True),
)
TIMES = 60
"""Requests behind a 95th percentile."""
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
WATCH = """() => { window.seen = { lcp: 0, cls: 0 };
  new PerformanceObserver(list => list.getEntries().forEach(e => { seen.lcp = Math.max(seen.lcp, e.startTime); }))
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) seen.cls += e.value; }))
    .observe({ type: 'layout-shift', buffered: true }); }"""
WEIGHT = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""


@dataclass(frozen=True)
class Seen:
    """One visit: kilobytes over the wire, milliseconds to the largest paint, layout shift."""

    kilobytes: float
    paint: float
    shift: float


def main() -> None:
    """Build, serve, measure, stop."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {**os.environ, "HUITONG_HOME": folder, "HUITONG_DEMO": "1"}
        huitong = str(Path(sys.executable).with_name("huitong"))
        people = os.environ.get("HUITONG_BENCH_PEOPLE", "2000")
        build = [huitong, "demo", "--people", people, "--no-serve"]
        subprocess.run(build, env=environment, check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([huitong, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(site := f"http://127.0.0.1:{port}")
            show(measured(site))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(120)


def measured(site: str) -> list[Figure]:
    """Return every figure."""
    figures: list[Figure] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["HUITONG_TEST_CHROMIUM"], args=list(FLAGS))
        cookies = {login: _signed_in(browser, site, login) for login in {one.login for one in VISITS}}
        for one in VISITS:
            figures += _visited(browser, site, one, cookies[one.login])
        browser.close()
    return figures


def _visited(browser: Browser, site: str, visit: Visit, cookies: list[dict[str, object]]) -> list[Figure]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.add_cookies(cookies)  # type: ignore[arg-type]
    first, second = (_visit(context, site + visit.path) for _ in range(2))
    context.close()
    return [
        Figure(f"{visit.name}: first load", f"{first.kilobytes:.0f} KB", "< 200 KB" if visit.listing else ""),
        Figure(f"{visit.name}: next load", f"{second.kilobytes:.0f} KB"),
        Figure(f"{visit.name}: largest paint, first load", f"{first.paint:.0f} ms"),
        Figure(f"{visit.name}: layout shift", f"{max(first.shift, second.shift):.3f}", "0"),
        _server_time(visit.name, site + visit.path, cookies),
    ]


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(site: str) -> None:
    """Wait until the site answers, ten minutes at most: other work may be going on."""
    until = time.monotonic() + 600
    while time.monotonic() < until:
        try:
            if httpx.get(f"{site}/login/", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.3)
    raise SystemExit("the site did not start")


def _signed_in(browser: Browser, site: str, login: str) -> list[dict[str, object]]:
    if not login:
        return []
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site}/login/")
    page.locator(f"button[name=login][value={login}]").click()
    page.wait_for_load_state()
    cookies = [dict(cookie) for cookie in context.cookies()]
    context.close()
    return cookies


def _visit(context: BrowserContext, address: str) -> Seen:
    page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    page.goto(address, wait_until="load")  # the screen never falls silent: it listens to its stream
    page.wait_for_timeout(1200)
    weight = page.evaluate(WEIGHT)
    lcp, cls = page.evaluate("[seen.lcp, seen.cls]")
    page.close()
    return Seen(weight / 1000, lcp, cls)


def _server_time(name: str, address: str, cookies: list[dict[str, object]]) -> Figure:
    taken = []
    jar = {str(cookie["name"]): str(cookie["value"]) for cookie in cookies}
    with httpx.Client(cookies=jar, headers={"Accept-Encoding": "gzip"}) as client:
        address = str(client.get(address, follow_redirects=True).url)
        for _ in range(TIMES):
            start = time.perf_counter()
            client.get(address).raise_for_status()
            taken.append((time.perf_counter() - start) * 1000)
    p95 = statistics.quantiles(taken, n=20)[-1]
    return Figure(f"{name}: server, p50 / p95", f"{statistics.median(taken):.0f} / {p95:.0f} ms", "p95 < 100 ms")


if __name__ == "__main__":
    main()
