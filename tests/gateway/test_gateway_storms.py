"""Garbage, and tables replaced under load: never a 500, never a mixed answer."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.gateway.conftest import Caller, speaking_to
from tests.gateway.town import COLUMNS, ZHANG, Town, build_town, minted

from huitong.engine.evidence.meter import meter
from huitong.engine.evidence.reading import read_records
from huitong.engine.evidence.verify import verify

_TEXT = st.text(max_size=40)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)
_VALUES = st.dictionaries(
    st.sampled_from(["name", "birth", "balance", "children", "mobile"]), _JSON | _TEXT, min_size=1, max_size=5
)
_BYTES = st.binary(max_size=60)
_NAMES = st.sampled_from(
    [b"purpose", b"case", b"operator", b"accept-language", b"content-type", b"content-length", b"cookie"]
)


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    town = build_town(tmp_path_factory.mktemp("storm"), anonymous_records=100_000)
    with speaking_to(town.config) as http:
        yield Caller(town, http, minted(town))
    assert verify(town.ledger).whole


def hurled(storm: Caller, method: str, path: str, headers: dict[bytes, bytes], content: bytes) -> int:
    """Send it; an exception inside the gateway would be raised here."""
    answer = storm.http.request(method, path, headers=list(headers.items()), content=content)
    if answer.status_code != 200:
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["code"].startswith("gateway.")
    return answer.status_code


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["GET", "POST", "PUT", "OPTIONS"]),
    st.sampled_from(
        ["/v1/population/records", "/v1/population/verify", "/token", "/v1/%ff/records", "/v1/\u4eba/verify"]
    ),
    st.dictionaries(_NAMES, _BYTES, max_size=4),
    _BYTES,
    st.booleans(),
)
def test_garbage_is_refused_politely(
    storm: Caller, method: str, path: str, headers: dict[bytes, bytes], content: bytes, known: bool
) -> None:
    if known:
        headers = {b"purpose": b"G1", **headers, b"authorization": f"Bearer {storm.token}".encode()}
    hurled(storm, method, path, headers, content)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.fixed_dictionaries({"keys": st.lists(_TEXT | _JSON, max_size=5)}), _JSON), st.data())
def test_odd_bodies_with_a_good_token(storm: Caller, body: object, data: st.DataObject) -> None:
    import json

    kind = data.draw(st.sampled_from(["records", "verify"]))
    if kind == "verify" and data.draw(st.booleans()):
        body = {"items": [{"key": ZHANG, "values": data.draw(_VALUES)}]}
    headers = {k.lower().encode(): v.encode() for k, v in storm.headers().items()}
    hurled(storm, "POST", f"/v1/population/{kind}", headers, json.dumps(body).encode())


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=80), _BYTES)
def test_odd_queries_and_tokens(storm: Caller, query: bytes, token: bytes) -> None:
    from urllib.parse import quote_from_bytes

    good = {k.lower().encode(): v.encode() for k, v in storm.headers().items()}
    hurled(storm, "GET", f"/v1/population/records?{quote_from_bytes(query, safe='&=+%,')}", good, b"")
    hurled(storm, "GET", "/v1/population/records?key=x", {**good, b"authorization": b"Bearer " + token}, b"")
    hurled(storm, "GET", "/v1/population/records?key=x", {**good, b"authorization": token}, b"")


def test_tables_are_replaced_under_load(town: Town) -> None:
    """Every row carries the version of its table, and the version is the snapshot: an answer never mixes two."""
    keys = [f"{number:018d}" for number in range(40)]

    def publish(version: int) -> None:
        generation = town.store.new_generation("base.population")
        with sqlite3.connect(generation.location) as connection:
            connection.execute(f"CREATE TABLE data ({', '.join(COLUMNS)})")
            rows = [(key, "张三", None, None, None, None, version) for key in keys]
            connection.executemany("INSERT INTO data VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.close()
        town.store.activate("base.population", generation, as_of=version, keys=["id_number"])

    publish(1)
    with speaking_to(town.config) as http:
        headers = {"Authorization": f"Bearer {minted(town)}", "Purpose": "G1"}
        seen, calls = set(), 0
        for version in range(2, 14):
            body = {"keys": keys, "fields": ["children"]}
            started = [http.start("POST", "/v1/population/records", json=body, headers=headers) for _ in range(15)]
            if version % 2:
                publish(version)
            else:
                with town.store.delta("base.population", as_of=version) as delta:
                    delta.delete("id_number", keys)
                    delta.insert(["id_number", "children"], [(key, version) for key in keys])
            time.sleep(0.1)  # readers look for a new file twice a second
            for answer in http.all_of(started):
                assert answer.status_code == 200, answer.text
                found = answer.json()
                assert {entry["data"]["children"] for entry in found["records"]} == {found["as_of"]}
                seen.add(found["as_of"])
                calls += 1
    assert len(seen) > 2
    counts = [count for key, count in meter(read_records(town.ledger)).items() if key.kind == "records"]
    assert [(count.calls, count.asked, count.answered) for count in counts] == [(calls, calls * 40, calls * 40)]
    assert verify(town.ledger).whole


def test_the_folder_of_the_store_may_come_later(tmp_path: Path) -> None:
    town = build_town(tmp_path / "first")
    (tmp_path / "first" / "serving").rename(tmp_path / "away")
    with speaking_to(town.config) as http:
        assert http.get("/health").status_code == 503
        (tmp_path / "away").rename(tmp_path / "first" / "serving")
        headers = {"Authorization": f"Bearer {minted(town)}", "Purpose": "G1"}
        for _ in range(30):
            if http.get(f"/v1/population/records?key={ZHANG}", headers=headers).status_code == 200:
                return
            time.sleep(0.05)
        raise AssertionError("the gateway did not find the store")
