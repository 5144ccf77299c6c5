"""Publishing: full, then by changes; the store says where it stands; readers never see a mixture."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from huitong.engine import publish
from huitong.engine.declarations.sharing import Service
from huitong.engine.lake import Lake, open_lake
from huitong.engine.lake.rows import replace_rows
from huitong.engine.plans.publish import Publication, publications
from huitong.engine.publish import publish_table
from huitong.engine.serving.opening import open_serving
from huitong.engine.serving.store import ServingStore
from huitong.foundation.errors import HuitongError
from huitong.foundation.settings import Settings

PERSON = Publication("std", "person", "_key", ("id", "born", "paid"), ("id",))


@pytest.fixture
def lake(settings_here: Settings) -> Iterator[Lake]:
    with open_lake(settings_here) as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, settings_here: Settings) -> Iterator[ServingStore]:
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else settings_here.serving_url
    opened = open_serving(url)
    yield opened
    opened.withdraw(PERSON.name)
    opened.close()


def _put(lake: Lake, rows: dict[str, int]) -> None:
    with lake.transaction() as con:
        con.execute("CREATE TEMP TABLE wanted(_key VARCHAR, _run BIGINT, id VARCHAR, born DATE, paid DECIMAL(12,2))")
        con.execute("INSERT INTO wanted SELECT '', 0, '', NULL, NULL WHERE false")
        for key, number in rows.items():
            con.execute("INSERT INTO wanted VALUES (?, 1, ?, DATE '2000-01-31', ?)", [key, f"ID{key}", number])
        replace_rows(con, "std", "person", new="wanted")


def _served(store: ServingStore, keys: list[str]) -> dict[str, str]:
    answer = store.lookup(PERSON.name, "id", [f"ID{key}" for key in keys], ["_key", "paid"], 1000)
    return {str(key): str(paid) for key, paid in answer.rows}


def test_full_and_then_deltas(lake: Lake, store: ServingStore) -> None:
    _put(lake, {"a": 1, "b": 2, "c": 3})
    first = publish_table(lake, store, PERSON)
    assert (first.full, first.rows, store.as_of(PERSON.name)) == (True, 3, first.as_of)
    _put(lake, {"a": 1, "b": 5, "d": 4})
    second = publish_table(lake, store, PERSON)
    assert (second.full, second.rows, second.written, second.deleted) == (False, 3, 2, 2)
    assert _served(store, ["a", "b", "c", "d"]) == {"a": "1.00", "b": "5.00", "d": "4.00"}
    third = publish_table(lake, store, PERSON)
    assert (third.full, third.written, third.deleted) == (False, 0, 0)


def test_many_changes_make_a_new_generation_with_the_same_outcome(
    lake: Lake, store: ServingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "_BATCH", 1)
    _put(lake, {"a": 1, "b": 2})
    publish_table(lake, store, PERSON)
    _put(lake, {"a": 7, "b": 8})
    assert publish_table(lake, store, PERSON).full
    assert _served(store, ["a", "b"]) == {"a": "7.00", "b": "8.00"}


def test_a_changed_declaration_republishes(lake: Lake, store: ServingStore) -> None:
    _put(lake, {"a": 1})
    publish_table(lake, store, PERSON)
    assert publish_table(lake, store, Publication("std", "person", "_key", ("id",), ("id",))).full


def test_killed_between_store_and_lake_it_goes_on_from_the_store(
    lake: Lake, store: ServingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(lake, {"a": 1, "b": 2})
    publish_table(lake, store, PERSON)
    _put(lake, {"a": 1, "b": 3})
    with monkeypatch.context() as broken:
        broken.setattr(publish, "keep_place", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            publish_table(lake, store, PERSON)
    assert _served(store, ["b"]) == {"b": "3.00"}
    result = publish_table(lake, store, PERSON)
    assert (result.full, result.written) == (False, 0)


def test_an_error_in_a_delta_leaves_the_old_state(
    lake: Lake, store: ServingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(lake, {"a": 1, "b": 2})
    publish_table(lake, store, PERSON)
    _put(lake, {"a": 9, "b": 2})
    with monkeypatch.context() as broken:
        broken.setattr(publish, "served_rows_sql", lambda *_, **__: "SELECT garbage")
        with pytest.raises(HuitongError):
            publish_table(lake, store, PERSON)
    assert _served(store, ["a", "b"]) == {"a": "1.00", "b": "2.00"}


def test_readers_see_whole_states_only(lake: Lake, store: ServingStore) -> None:
    keys = [str(number) for number in range(200)]
    _put(lake, dict.fromkeys(keys, 0))
    publish_table(lake, store, PERSON)
    stop, seen = threading.Event(), set()

    def read() -> None:
        while not stop.is_set():
            seen.add(tuple(sorted(set(_served(store, keys).values()))))

    reader = threading.Thread(target=read)
    reader.start()
    for state in range(1, 4):
        _put(lake, dict.fromkeys(keys, state))
        publish_table(lake, store, PERSON, rebuild=state == 2)
    stop.set()
    reader.join()
    assert all(len(values) == 1 for values in seen)


def test_a_missing_table_or_column_is_named(lake: Lake, store: ServingStore) -> None:
    with pytest.raises(HuitongError) as caught:
        publish_table(lake, store, PERSON)
    assert caught.value.code == "publish.no_table"
    _put(lake, {"a": 1})
    with pytest.raises(HuitongError) as caught:
        publish_table(lake, store, Publication("std", "person", "_key", ("nothing",), ("id",)))
    assert caught.value.code == "publish.column_missing"


def test_one_publication_serves_all_services_over_a_table() -> None:
    def service(code: str, key: str, *fields: str) -> Service:
        return Service(code=code, title="", title_en="", provider="o", table="std.t", key=key, fields=fields)

    (only,) = publications([service("s1", "id", "a", "b"), service("s2", "phone", "b", "c")], [])
    assert only == Publication("std", "t", "_key", ("id", "a", "b", "phone", "c"), ("id", "phone"))
