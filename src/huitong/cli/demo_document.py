"""What ``huitong demo --json`` says of the demo city; later checks rely on its shape."""

from __future__ import annotations

from collections.abc import Iterable

from huitong.engine.declarations.pack import Pack
from huitong.engine.declarations.sharing import Grant, Service
from huitong.foundation.clock import beijing_today
from huitong.foundation.settings import Settings


def describe(settings: Settings, pack: Pack, site: str) -> dict[str, object]:
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
    """Name a service's address and a command that calls it, token and all, under one of its grants in force.

    ``example_curl`` is "" where no grant of the pack is in force, or nothing is published yet.
    """
    from huitong.apps.sharing.calling import call_command, kind_to_show, token_command
    from huitong.apps.sharing.selectors import example_key

    url = f"{gateway}/v1/{service.code}"
    grant = _grant_to_show(service, pack.grants, beijing_today().isoformat())
    kind = kind_to_show(service.kinds, grant.kinds if grant else service.kinds)
    key = example_key(service)
    if grant is None or not key:
        return {"code": service.code, "url": f"{url}/{kind}", "example_curl": ""}
    app = next(one for one in pack.apps if one.code == grant.app)
    token = f"$({token_command(url=f'{gateway}/token', app=app.code, secret=app.secret)})"
    field = next(name for name in grant.fields if name != service.key)
    call = call_command(kind=kind, url=url, token=token, grant=grant.code, key=key, field=field)
    return {"code": service.code, "url": f"{url}/{kind}", "example_curl": call}


def _grant_to_show(service: Service, grants: Iterable[Grant], today: str) -> Grant | None:
    """A grant in force that answers about any key: one without a row filter, and for records where there is one."""
    usable = [
        one
        for one in grants
        if one.service == service.code and one.valid_from <= today <= (one.valid_to or today) and not one.row_filter
    ]
    return min(usable, key=lambda one: "records" not in one.kinds, default=None)
