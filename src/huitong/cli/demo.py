"""``huitong demo``: builds the demo city, runs the whole chain on it and serves it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import httpx
import typer

from huitong.cli.chain import failures_of, print_failures, run_everything
from huitong.cli.demo_desk import fill_desk
from huitong.cli.demo_document import describe
from huitong.cli.demo_needs import remember_needs
from huitong.cli.demo_past import remember_past
from huitong.cli.demo_uses import leave_uses
from huitong.cli.report import err, out, print_table, report, say
from huitong.cli.running import RunningSite, running_site
from huitong.cli.serving import Host, Port, serve_site, site_url
from huitong.cli.session import AsJson, Home, open_session
from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.pack import Pack
from huitong.foundation.errors import Terminal
from huitong.foundation.settings import Settings

if TYPE_CHECKING:
    from huitong.apps.collection.specs import RunFailure

PEOPLE = 50_000


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(demo)


def demo(
    people: Annotated[
        int | None, typer.Option("--people", help="Residents, 1,000 to 5,000,000; default 50,000.")
    ] = None,
    home: Home = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the city when it is built.")] = True,
    tick: Annotated[bool, typer.Option("--tick", help="Let a day pass at the departments, and collect it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build the demo city 皋城市 (all people and companies are invented), run the chain on it, and serve it."""
    from huitong.packs.demo import city_state, generate_city

    settings = open_session(home, demo=True)
    site = running_site(settings)
    started = time.monotonic()
    known = city_state(settings.home)
    if known is None:
        err.print(say("正在生成皋城市各部门的数据……", "Making the departments' data …"))
        generate_city(settings.home, people=people or PEOPLE)
    elif people not in (None, known.people):
        raise Terminal("demo.city_exists", folder=settings.home / "city")
    pack = load_pack("demo")
    failures: tuple[RunFailure, ...] = ()
    if site is None:
        failures = _build(settings, pack, first=known is None, tick=tick)
    elif tick:
        failures = _tick_at(site, settings)
    document = {**describe(settings, pack, site.url if site else site_url(host, port)), "failures": failures}
    report(document, as_json=as_json, text=lambda: _print(document, failures, time.monotonic() - started))
    if site is not None:
        err.print(
            say(
                f"站点已在运行：{site.url}（进程 {site.pid}）",
                f"The site is up already: {site.url} (process {site.pid})",
            )
        )
    elif serve:
        serve_site(settings, host=host, port=port)
        return
    if failures:
        raise typer.Exit(1)


def _build(settings: Settings, pack: Pack, *, first: bool, tick: bool) -> tuple[RunFailure, ...]:
    """Apply the pack, let a day pass if asked, and run the chain when there may be something to do.

    Returns the steps that failed; the city is furnished with what is there.
    """
    from huitong.apps.accounts.services import system_user
    from huitong.apps.collection.services import chain_is_complete
    from huitong.apps.disputes.demo import raise_demo_disputes
    from huitong.apps.packs.services import apply_pack
    from huitong.config.worker import work_off_queue
    from huitong.packs.demo import tick_city

    changed = apply_pack(system_user(), pack).changes
    if tick and not first:
        day = tick_city(settings.home)
        err.print(say(f"皋城市过了一天：{day.date}", f"A day has passed in the city: {day.date}"))
    failures: tuple[RunFailure, ...] = ()
    if changed or tick or not chain_is_complete():
        failures = run_everything(settings).failures
    remember_needs()
    remember_past(pack)
    raise_demo_disputes()
    fill_desk()
    if first:
        leave_uses(pack)
    work_off_queue()  # what was granted above is published now, not by the next chain
    return failures


def _tick_at(site: RunningSite, settings: Settings) -> tuple[RunFailure, ...]:
    """Let a day pass while a site runs: it owns the lake, so it is asked to run the chain. Returns what failed there.

    Raises:
        Terminal: ``serve.refused``; ``serve.gone`` when the site ends before the chain does;
            ``serve.broken`` when an error breaks the chain off.
    """
    from huitong.packs.demo import tick_city

    day = tick_city(settings.home)
    err.print(say(f"皋城市过了一天：{day.date}", f"A day has passed in the city: {day.date}"))
    answer = httpx.post(
        f"{site.url}/api/runs",
        json={"kind": "chain"},
        headers={"Authorization": f"Bearer {site.token}"},
        timeout=30,
        trust_env=False,
    )
    if answer.status_code != 202:
        raise Terminal("serve.refused", site=site.url, reason=answer.text[:300])
    return _wait_for(answer.json()["chain"], site, settings)


def _wait_for(chain: str, site: RunningSite, settings: Settings) -> tuple[RunFailure, ...]:
    """Wait until a chain that ``site`` runs has ended; return what failed in it."""
    from huitong.apps.collection.models import Run
    from huitong.apps.collection.services import chain_end

    while (broken := chain_end(chain)) is None:
        if running_site(settings) is None:
            raise Terminal("serve.gone", site=site.url)
        time.sleep(0.5)
    if broken:
        raise Terminal("serve.broken", site=site.url, reason=broken)
    return failures_of(Run.objects.filter(chain=chain))


def _print(document: dict[str, object], failures: tuple[RunFailure, ...], seconds: float) -> None:
    tables = document["tables"]
    assert isinstance(tables, list)
    totals: dict[str, int] = {}
    for table in tables:
        totals[table["schema"]] = totals.get(table["schema"], 0) + table["rows"]
    print_table((say("层", "layer"), say("行数", "rows")), list(totals.items()))
    print_failures(failures)
    out.print(
        say(
            f"皋城市已就绪，用时 {seconds:.0f} 秒。人物与企业均为虚构。",
            f"The city is ready after {seconds:.0f} s. All people and companies are invented.",
        )
    )
    accounts = document["accounts"]
    assert isinstance(accounts, list)
    print_table(
        (say("账号", "login"), say("密码", "password"), say("角色", "role")),
        [(one["login"], one["password"], one["role"]) for one in accounts],
    )
