"""The gateway over PostgreSQL answers what it answers over SQLite, byte for byte."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql
from tests.gateway.conftest import Caller, speaking_to
from tests.gateway.town import LI, PEOPLE, WANG, ZHANG, Town, minted, policy

from huitong.engine.evidence.verify import verify
from huitong.engine.serving.opening import open_serving

pytestmark = pytest.mark.postgresql


@pytest.fixture
def on_postgresql(town: Town, postgresql_url: str) -> Iterator[Caller]:
    name = f"gateway_{uuid.uuid4().hex}"
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = postgresql_url.rpartition("/")[0] + f"/{name}"
        _fill(url)
        config = replace(town.config, serving_url=url, evidence_folder=town.folder / "other")
        with speaking_to(config) as http:
            yield Caller(replace(town, config=config), http, minted(town))
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _fill(url: str) -> None:
    store = open_serving(url)
    generation = store.new_generation("base.population")
    with psycopg.connect(url) as connection:
        table = sql.Identifier(generation.schema, generation.name)
        columns = (
            "(id_number text, name text, mobile text, birth date, county text, balance numeric(12,2), children int)"
        )
        connection.execute(sql.SQL("CREATE TABLE {} " + columns).format(table))
        values = sql.SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, %s, %s, %s)").format(table)
        connection.cursor().executemany(values, PEOPLE)
    store.activate("base.population", generation, as_of=7, keys=["id_number"])
    store.write_policy(policy())
    store.close()


def test_answers_are_the_same_on_both_stores(caller: Caller, on_postgresql: Caller) -> None:
    items = [{"key": ZHANG, "values": {"name": "张三", "birth": "1980/1/1", "balance": 1234.5, "children": "3"}}]
    for body, kind in (
        ({"keys": [ZHANG, LI, "nobody", WANG]}, "records"),
        ({"keys": [ZHANG.lower()], "fields": ["balance"]}, "records"),
        ({"items": items}, "verify"),
        ({"keys": ["'; --"]}, "records"),
    ):
        answers = [one.post(body, kind=kind) for one in (caller, on_postgresql)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].content == answers[1].content
    first, second = (one.get(ZHANG, LI, purpose="COUNTY") for one in (caller, on_postgresql))
    assert first.content == second.content
    assert verify(on_postgresql.town.ledger).whole


def test_refusals_are_the_same(on_postgresql: Caller) -> None:
    assert on_postgresql.get(ZHANG, purpose="PAST").json()["code"] == "gateway.grant_expired"
    assert on_postgresql.get(ZHANG, service="lost", purpose="LOST").json()["code"] == "gateway.not_published"
    assert on_postgresql.get("x", service="lost", purpose="LOST", fields="county").status_code == 403


def test_an_unreachable_store_says_so(town: Town) -> None:
    url = "postgresql://nobody:secret@127.0.0.1:1/none?connect_timeout=1"
    with speaking_to(replace(town.config, serving_url=url)) as http:
        answer = http.get("/health")
    assert (answer.status_code, answer.json()["code"]) == (503, "gateway.store_unavailable")
    assert "secret" not in answer.text and "127.0.0.1" not in answer.text
