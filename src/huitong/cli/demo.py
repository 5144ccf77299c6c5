"""``huitong demo``: builds the demo city, runs the whole chain on it and serves it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated

import httpx
import typer

from huitong.cli.chain import print_chain, run_everything
from huitong.cli.report import err, out, print_table, report, say
from huitong.cli.running import RunningSite, running_site
from huitong.cli.serving import Host, Port, serve_site, site_url
from huitong.cli.session import AsJson, Home, open_session
from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.pack import Pack
from huitong.engine.declarations.sharing import Service
from huitong.foundation.errors import Terminal
from huitong.foundation.settings import Settings

if TYPE_CHECKING:
    from huitong.apps.collection.specs import ChainReport

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
    if site is None:
        _build(settings, pack, first=known is None, tick=tick)
    elif tick:
        _tick_at(site, settings)
    document = _describe(settings, pack, site.url if site else site_url(host, port))
    report(document, as_json=as_json, text=lambda: _print(document, time.monotonic() - started))
    if site is not None:
        err.print(
            say(
                f"站点已在运行：{site.url}（进程 {site.pid}）",
                f"The site is up already: {site.url} (process {site.pid})",
            )
        )
    elif serve:
        serve_site(settings, host=host, port=port)


def _build(settings: Settings, pack: Pack, *, first: bool, tick: bool) -> None:
    """Apply the pack, let a day pass if asked, and run the chain when there may be something to do."""
    from huitong.apps.accounts.services import system_user
    from huitong.apps.collection.services import chain_is_complete
    from huitong.apps.packs.services import apply_pack
    from huitong.packs.demo import tick_city

    changed = apply_pack(system_user(), pack).changes
    if tick and not first:
        day = tick_city(settings.home)
        err.print(say(f"皋城市过了一天：{day.date}", f"A day has passed in the city: {day.date}"))
    if changed or tick or not chain_is_complete():
        _end(run_everything(settings))


def _end(done: ChainReport) -> None:
    if done.failed:
        print_chain(done)


def _tick_at(site: RunningSite, settings: Settings) -> None:
    """Let a day pass while a site runs: it owns the lake, so it is asked to run the chain."""
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
    _wait_for(answer.json()["chain"])


def _wait_for(chain: str) -> None:
    from huitong.apps.collection.models import Run
    from huitong.apps.collection.services import chain_length

    whole = chain_length()
    while True:
        states = list(Run.objects.filter(chain=chain).values_list("kind", "state"))
        skipped = sum(1 for kind, state in states if kind == "collect" and state == "failed")
        ended = sum(1 for _, state in states if state in ("done", "failed"))
        if ended + skipped >= whole:
            return
        time.sleep(0.5)


def _describe(settings: Settings, pack: Pack, site: str) -> dict[str, object]:
    """Return what later checks and curious people need: addresses, tables, services, clients, accounts, truth."""
    from huitong.apps.accounts.services import system_user
    from huitong.apps.overview.selectors import status
    from huitong.packs.demo import truth_path

    tables = [{"schema": one.schema, "table": one.table, "rows": one.rows} for one in status(system_user()).tables]
    return {
        "home": str(settings.home),
        "site": site,
        "gateway": f"{site}/gateway",
        "tables": tables,
        "services": [_service(one, pack, f"{site}/gateway") for one in pack.services],
        "clients": [
            {
                "client_id": app.code,
                "client_secret": app.secret,
                "grants": [
                    {"code": grant.code, "service": grant.service, "purpose": grant.purpose}
                    for grant in pack.grants
                    if grant.app == app.code
                ],
            }
            for app in pack.apps
        ],
        "accounts": [
            {"login": one.login, "password": one.password, "role": one.role, "organisation": one.organisation}
            for one in pack.users
        ],
        "truth": str(truth_path(settings.home)),
    }


def _service(service: Service, pack: Pack, gateway: str) -> dict[str, str]:
    """Name a service's address and a command that calls it, token and all, under one of its grants."""
    from huitong.apps.sharing.selectors import example_key

    url = f"{gateway}/v1/{service.code}/records"
    grant = next((one for one in pack.grants if one.service == service.code and "records" in one.kinds), None)
    kind = "records" if grant else "verify"
    grant = grant or next((one for one in pack.grants if one.service == service.code), None)
    if grant is None:
        return {"code": service.code, "url": url, "example_curl": ""}
    app = next(one for one in pack.apps if one.code == grant.app)
    token = (
        f"$(curl -s -u {app.code}:{app.secret} -d grant_type=client_credentials {gateway}/token"
        " | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])')"
    )
    call = f'curl -s -H "Authorization: Bearer {token}" -H "Purpose: {grant.code}"'
    key = example_key(service)
    if kind == "records":
        return {"code": service.code, "url": url, "example_curl": f'{call} "{url}?key={key}"'}
    body = json.dumps({"items": [{"key": key, "values": {grant.fields[0]: "?"}}]})
    url = f"{gateway}/v1/{service.code}/verify"
    return {
        "code": service.code,
        "url": url,
        "example_curl": f"{call} -H 'Content-Type: application/json' -d '{body}' {url}",
    }


def _print(document: dict[str, object], seconds: float) -> None:
    tables = document["tables"]
    assert isinstance(tables, list)
    totals: dict[str, int] = {}
    for table in tables:
        totals[table["schema"]] = totals.get(table["schema"], 0) + table["rows"]
    print_table((say("层", "layer"), say("行数", "rows")), list(totals.items()))
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
