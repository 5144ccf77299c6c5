"""A small town for the gateway's tests: a serving store with people and accounts, a policy, and a client."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol

import httpx

from huitong.engine.declarations.sharing import Grant, RowFilter
from huitong.engine.serving.opening import open_serving
from huitong.engine.serving.policy import Policy, ServedApp, ServedField, ServedService
from huitong.engine.serving.store import ServingStore
from huitong.foundation.hashing import hash_secret
from huitong.gateway.config import GatewayConfig
from huitong.gateway.runtime import secret_stamp
from huitong.gateway.tokens import Tokens

PEOPLE: tuple[tuple[object, ...], ...] = (
    ("34150219800101001X", "张三", "13800000001", "1980-01-01", "341502", "1234.50", 3),
    ("341503199002022028", "李四", "13800000002", "1990-02-02", "341503", "0.10", 0),
    ("341502200003033035", "王五", None, "2000-03-03", "341502", None, 1),
)
COLUMNS = (
    "id_number TEXT",
    "name TEXT",
    "mobile TEXT",
    "birth TEXT",
    "county TEXT",
    "balance TEXT",
    "children INTEGER",
)
ZHANG, LI, WANG = (str(row[0]) for row in PEOPLE)
SECRET = "a client's secret of some length"


@cache
def _hashed(secret: str) -> str:
    return hash_secret(secret)


def population() -> ServedService:
    """The population service."""
    fields = (
        ServedField(name="name", title="姓名", title_en="Name", element="DE1", level=2, mask="name"),
        ServedField(name="mobile", title="手机", title_en="Mobile", element="DE2", level=3, mask="mobile"),
        ServedField(name="birth", type="date", title="出生日期", title_en="Born on"),
        ServedField(name="county", title="县区", title_en="County"),
        ServedField(name="balance", type="decimal", title="余额", title_en="Balance"),
        ServedField(name="children", type="integer", title="子女数", title_en="Children"),
    )
    return ServedService(
        code="population", title="人口", title_en="Population", table="base.population", key="id_number", fields=fields
    )


def accounts() -> ServedService:
    """A service with several rows a key, whose subject is another column than the key."""
    fields = (ServedField(name="account"), ServedField(name="owner"))
    return ServedService(
        code="accounts", title="账户", table="std.account", key="employer", subject="owner", fields=fields,
        kinds=("records",),
    )  # fmt: skip


def grant(code: str = "G1", **changes: object) -> Grant:
    """A grant of the app ``fund`` for the population service."""
    base = Grant(
        code=code, app="fund", service="population", purpose="提取公积金", legal_basis="《住房公积金管理条例》",
        fields=("name", "mobile", "birth", "balance", "children"), clear=("mobile",),
    )  # fmt: skip
    values = {name: getattr(base, name) for name in base.__struct_fields__}
    return Grant(**{**values, **changes})


def grants() -> tuple[Grant, ...]:
    """The grants of the town."""
    return (
        grant(),
        grant("COUNTY", row_filter=(RowFilter(field="county", values=("341502",)),)),
        grant("RECORDS", kinds=("records",)),
        grant("VERIFY", kinds=("verify",)),
        grant("QUOTA", quota=5),
        grant("PAST", valid_to="2020-12-31"),
        grant("FUTURE", valid_from="2999-01-01"),
        grant("ACCOUNTS", service="accounts", fields=("account", "owner"), clear=("owner",)),
        grant("LOST", service="lost", fields=("name",)),
        grant("OTHER", app="tax"),
    )


def policy(version: int = 1, **changes: object) -> Policy:
    """The policy of the town."""
    lost = replace_service(population(), code="lost", table="base.lost")
    base: dict[str, object] = {
        "services": (population(), accounts(), lost),
        "apps": (
            ServedApp(code="fund", title="公积金", organisation="gjj", secret_hash=_hashed(SECRET)),
            ServedApp(code="tax", title="税务", organisation="sw", secret_hash=_hashed("another secret")),
            ServedApp(code="gone", title="停用", organisation="x", secret_hash=_hashed(SECRET), active=False),
        ),
        "grants": grants(),
    }
    return Policy(version=version, issued_at="2026-03-02T00:00:00Z", **{**base, **changes})


def replace_service(service: ServedService, **changes: object) -> ServedService:
    """A service with other values."""
    values = {name: getattr(service, name) for name in service.__struct_fields__}
    return ServedService(**{**values, **changes})


def publish(
    store: ServingStore, table: str, key: str, columns: Sequence[str], rows: Sequence[object], as_of: int
) -> None:
    """Fill a table of a SQLite serving store and activate it."""
    generation = store.new_generation(table)
    with sqlite3.connect(generation.location) as connection:
        connection.execute(f"CREATE TABLE data ({', '.join(columns)})")
        connection.executemany(f"INSERT INTO data VALUES ({', '.join('?' * len(columns))})", rows)
    connection.close()
    store.activate(table, generation, as_of=as_of, keys=(key,))


@dataclass(frozen=True)
class Town:
    """Where the town's files are."""

    folder: Path
    store: ServingStore
    config: GatewayConfig

    @property
    def ledger(self) -> Path:
        """Folder of the ledger."""
        return self.config.evidence_folder


def build_town(folder: Path, **changes: object) -> Town:
    """Make a town under ``folder``."""
    url = f"sqlite:///{folder / 'serving'}"
    store = open_serving(url)
    publish(store, "base.population", "id_number", COLUMNS, PEOPLE, 7)
    rows = [("firm", "A-1", ZHANG), ("firm", "A-2", LI), ("shop", "B-1", WANG)]
    publish(store, "std.account", "employer", ("employer TEXT", "account TEXT", "owner TEXT"), rows, 9)
    store.write_policy(policy())
    config = GatewayConfig(url, folder / "evidence", folder / "keys" / "evidence.pem", "installation secret")
    return Town(folder, store, replace(config, **changes))


def environment(town: Town) -> dict[str, str]:
    """The environment in which a gateway process serves the town."""
    return {
        "HUITONG_HOME": str(town.folder),
        "HUITONG_SERVING_URL": town.config.serving_url,
        "HUITONG_SECRET": town.config.secret,
    }


class Posting(Protocol):
    """Whatever posts forms."""

    def post(self, url: str, *, data: dict[str, str]) -> httpx.Response: ...


def minted(town: Town, app: str = "fund") -> str:
    """Make a token without asking for it, which costs 50 ms on purpose."""
    stamp = secret_stamp(next(known for known in policy().apps if known.code == app).secret_hash)
    return Tokens(town.config.secret, 600).issue(app, stamp, time.time())


def token_of(client: Posting, app: str = "fund", secret: str = SECRET, prefix: str = "") -> str:
    """Get a token."""
    form = {"grant_type": "client_credentials", "client_id": app, "client_secret": secret}
    answer = client.post(f"{prefix}/token", data=form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])
