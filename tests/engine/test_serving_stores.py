"""The serving store: one suite over SQLite and PostgreSQL. Readers see swaps and deltas whole, and never fail."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from huitong.engine.declarations.sharing import Grant
from huitong.engine.serving.explain import explain
from huitong.engine.serving.opening import open_serving
from huitong.engine.serving.policy import Policy, ServedApp, ServedField, ServedService, decode, encode
from huitong.engine.serving.sqlite_reading import _packed_sql, _rows_sql
from huitong.engine.serving.store import Generation, ServingStore
from huitong.foundation.errors import Terminal, Transient

TABLE = "base.people"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'serving'}"
        return
    server = request.getfixturevalue("postgresql_url")
    name = f"serving_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield server.rpartition("/")[0] + f"/{name}"
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def store(url: str) -> Iterator[ServingStore]:
    store = open_serving(url)
    yield store
    store.close()


def fill(generation: Generation, rows: list[tuple[str, str, int]]) -> None:
    """What the publisher does with DuckDB, by hand."""
    columns = "(id_number text, name text, version bigint)"
    if generation.kind == "sqlite":
        connection = sqlite3.connect(generation.location)
        connection.execute(f"CREATE TABLE data {columns}")
        connection.executemany("INSERT INTO data VALUES (?, ?, ?)", rows)
        connection.commit()
        connection.close()
        return
    with psycopg.connect(generation.location) as postgresql:
        target = sql.Identifier(generation.schema, generation.name)
        postgresql.execute(sql.SQL("CREATE TABLE {} " + columns).format(target))
        postgresql.cursor().executemany(sql.SQL("INSERT INTO {} VALUES (%s, %s, %s)").format(target), rows)


def publish(store: ServingStore, version: int, people: int = 50) -> None:
    generation = store.new_generation(TABLE)
    fill(generation, [(f"p{number}", f"人{number}", version) for number in range(people)])
    store.activate(TABLE, generation, as_of=version, keys=["id_number"])


def look(store: ServingStore, *keys: str, limit: int = 5000) -> dict[object, object]:
    answer = store.lookup(TABLE, "id_number", keys, ["id_number", "version"], limit)
    return dict(answer.rows)  # type: ignore[arg-type]


def test_lookup_reads_the_columns_of_the_keys(store: ServingStore) -> None:
    publish(store, 3)
    answer = store.lookup(TABLE, "id_number", ["p7"], ["name", "id_number"], 10)
    assert (answer.as_of, answer.rows) == (3, [("人7", "p7")])
    assert store.lookup(TABLE, "id_number", ["nobody"], ["name"], 10).rows == []
    assert store.lookup(TABLE, "id_number", ["nobody"], ["name"], 10).as_of == 3
    assert look(store, "p1", "p2", "nobody", "p'; DROP TABLE data; --") == {"p1": 3, "p2": 3}
    assert len(look(store, *(f"p{number}" for number in range(50)), limit=20)) == 20
    assert store.as_of(TABLE) == 3
    assert store.first_key(TABLE, "id_number").startswith("p") and store.first_key(TABLE, "version") == "3"
    with pytest.raises(Terminal, match=r"serving\.column_missing"):
        store.first_key(TABLE, "nothing")
    with pytest.raises(Terminal, match=r"serving\.not_published"):
        store.first_key("base.nothing", "id_number")


def test_what_is_not_there_is_said(store: ServingStore) -> None:
    assert store.as_of(TABLE) is None
    with pytest.raises(Terminal, match=r"serving\.not_published"):
        look(store, "p1")
    with pytest.raises(Terminal, match=r"serving\.not_published"), store.delta(TABLE, as_of=1):
        pass
    publish(store, 1)
    with pytest.raises(Terminal, match=r"serving\.column_missing"):
        store.lookup(TABLE, "id_number", ["p1"], ["none such"], 10)
    store.withdraw(TABLE)
    assert store.as_of(TABLE) is None
    with pytest.raises(Terminal, match=r"serving\.not_published"):
        look(store, "p1")


def test_a_delta_moves_rows_and_snapshot_together_or_not_at_all(store: ServingStore) -> None:
    publish(store, 1)
    rows = [("p1", "新", 2), ("p99", "来", 2)]
    with store.delta(TABLE, as_of=2) as delta:
        assert delta.delete("id_number", ["p1", "p2", "nobody"]) == 2
        assert delta.insert(["id_number", "name", "version"], rows) == 2
        assert store.as_of(TABLE) == 1 and look(store, "p2") == {"p2": 1}
    assert look(store, "p1", "p2", "p3", "p99") == {"p1": 2, "p3": 1, "p99": 2}
    assert store.as_of(TABLE) == 2
    with pytest.raises(RuntimeError), store.delta(TABLE, as_of=3) as delta:
        delta.delete("id_number", ["p3"])
        raise RuntimeError("killed")
    assert store.as_of(TABLE) == 2 and look(store, "p3") == {"p3": 1}


def test_deltas_take_typed_values(url: str, store: ServingStore) -> None:
    generation = store.new_generation("t.typed")
    if generation.kind == "sqlite":
        with sqlite3.connect(generation.location) as connection:
            connection.execute("CREATE TABLE data (k TEXT, d TEXT, n TEXT, b INTEGER)")
        connection.close()
    else:
        with psycopg.connect(generation.location) as postgresql:
            target = sql.Identifier(generation.schema, generation.name)
            postgresql.execute(sql.SQL("CREATE TABLE {} (k text, d date, n numeric, b boolean)").format(target))
    store.activate("t.typed", generation, as_of=1, keys=["k"])
    with store.delta("t.typed", as_of=2) as delta:
        delta.insert(["k", "d", "n", "b"], [("x", date(2026, 3, 2), Decimal("0.10"), True), ("y", None, None, None)])
    rows = store.lookup("t.typed", "k", ["x", "y"], ["k", "d", "n", "b"], 10).rows
    assert sorted((str(key), str(day), str(number), bool(flag)) for key, day, number, flag in rows) == [
        ("x", "2026-03-02", "0.10", True),
        ("y", "None", "None", False),
    ]


def test_values_come_out_as_they_went_in(tmp_path: Path) -> None:
    store = open_serving(f"sqlite:///{tmp_path}")
    generation = store.new_generation("t.values")
    values = ['quote " back \\ slash', "控制\x01\n\t", "\U0001f600", "", None, 2**63 - 1, -1, 0]
    with sqlite3.connect(generation.location) as connection:
        connection.execute("CREATE TABLE data (k VARCHAR, t VARCHAR, i BIGINT, r DOUBLE)")
        rows = [("k", v, None, 0.1 + 0.2) if isinstance(v, str) else ("k", None, v, 1e300) for v in values]
        connection.executemany("INSERT INTO data VALUES (?, ?, ?, ?)", rows)
    connection.close()
    store.activate("t.values", generation, as_of=1, keys=["k"])
    packed = store.lookup("t.values", "k", ["k"], ["t", "i"], 10)
    plain = store.lookup("t.values", "k", ["k"], ["t", "i", "r"], 10)
    assert sorted(map(repr, packed.rows)) == sorted(repr(row[1:3]) for row in rows)
    assert sorted(map(repr, plain.rows)) == sorted(repr(row[1:]) for row in rows)
    store.close()


def test_other_processes_see_a_swap_within_a_second(url: str, store: ServingStore) -> None:
    publish(store, 1)
    other = open_serving(url)
    assert look(other, "p1") == {"p1": 1}
    publish(store, 2)
    deadline = threading.Event()
    for _ in range(20):
        if look(other, "p1") == {"p1": 2}:
            break
        deadline.wait(0.05)
    assert look(other, "p1") == {"p1": 2}
    other.close()


def test_readers_never_fail_and_never_mix_while_tables_are_swapped(url: str, store: ServingStore) -> None:
    publish(store, 1)
    stop = threading.Event()
    failures: list[object] = []
    seen: set[int] = set()
    keys = [f"p{number}" for number in range(50)]

    def read() -> None:
        reader = open_serving(url)
        try:
            while not stop.is_set():
                answer = reader.lookup(TABLE, "id_number", keys, ["version"], 5000)
                versions = {row[0] for row in answer.rows}
                if versions != {answer.as_of} or len(answer.rows) != 50:
                    failures.append((answer.as_of, versions, len(answer.rows)))
                seen.add(answer.as_of)
        except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)
        finally:
            reader.close()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for version in range(2, 12):
        if version % 2:
            publish(store, version)
        else:
            with store.delta(TABLE, as_of=version) as delta:
                delta.delete("id_number", keys)
                delta.insert(["id_number", "name", "version"], [(key, "x", version) for key in keys])
        stop.wait(0.1)
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(seen) > 3


def test_the_policy_is_replaced_as_a_whole(url: str, store: ServingStore) -> None:
    assert store.read_policy() is None and store.policy_version() is None
    first, second = _policy(1), _policy(2)
    store.write_policy(first)
    stamp = store.policy_version()
    assert store.read_policy() == first and stamp
    store.write_policy(second)
    assert store.policy_version() != stamp
    other = open_serving(url)
    assert other.read_policy() == second
    other.close()


def _policy(version: int) -> Policy:
    field = ServedField(name="name", title="姓名", mask="name")
    service = ServedService(code="people", title="人口", table=TABLE, key="id_number", fields=(field,))
    grant = Grant(
        code="G", app="fund", service="people", purpose="用途", legal_basis="依据", fields=("name",), quota=10
    )
    app = ServedApp(code="fund", title="公积金", organisation="gjj", secret_hash="x")
    return Policy(version=version, issued_at="2026-03-02", services=(service,), apps=(app,), grants=(grant,))


def test_a_policy_reads_back_and_refuses_what_it_does_not_know() -> None:
    assert decode(encode(_policy(1))) == _policy(1)
    for document in (b"", b"{}", b'{"version":1,"issued_at":"x","more":1}', b"\xff"):
        with pytest.raises(Terminal, match=r"serving\.policy_invalid"):
            decode(document)


def test_only_two_generations_stay_and_drafts_are_thrown_away(tmp_path: Path) -> None:
    store = open_serving(f"sqlite:///{tmp_path}")
    for version in range(1, 5):
        publish(store, version)
    draft = Path(store.new_generation(TABLE).location)
    draft.write_text("left by a publisher that was killed")
    assert sorted(file.name for file in tmp_path.glob("*.sqlite")) == [f"{TABLE}.00000{n}.sqlite" for n in (3, 4, 5)]
    assert Path(store.new_generation(TABLE).location) == draft and not draft.exists()
    assert look(store, "p1") == {"p1": 4}
    store.close()


def test_a_spoiled_file_is_unavailable_not_a_crash(tmp_path: Path) -> None:
    store = open_serving(f"sqlite:///{tmp_path}")
    publish(store, 1)
    next(tmp_path.glob("*.sqlite")).write_bytes(b"no database" * 1000)
    with pytest.raises(Transient, match=r"serving\.unavailable"):
        look(store, "p1")
    store.close()


def test_lookups_use_the_index(tmp_path: Path) -> None:
    store = open_serving(f"sqlite:///{tmp_path}")
    publish(store, 1)
    connection = sqlite3.connect(next(tmp_path.glob("*.sqlite")))
    for build in (_packed_sql, _rows_sql):
        for single in (True, False):
            statement = build("id_number", ("name",), single)
            plan = connection.execute("EXPLAIN QUERY PLAN " + statement, ("1", 1)).fetchall()
            assert any("SEARCH d USING INDEX" in row[3] for row in plan), plan
    connection.close()
    store.close()


def test_unreachable_and_unknown_stores_are_said() -> None:
    with pytest.raises(Terminal, match=r"serving\.url_invalid"):
        open_serving("mysql://user:password@host/x")
    with pytest.raises(Terminal) as caught:
        open_serving("mysql://user:password@host/x")
    assert "password" not in str(caught.value)


def test_explain_tells_rule_by_rule() -> None:
    policy = _policy(1)
    allowed = explain(policy, app="fund", service="people", grant="G")
    assert {outcome.state for outcome in allowed} == {"passed"}
    assert allowed[-1].rule == "masks" and allowed[-1].note == "姓名"
    over = explain(policy, app="fund", service="people", grant="G", used=10)
    assert [outcome.rule for outcome in over if outcome.state == "failed"] == ["quota"]
    stranger = explain(policy, app="tax", service="people", grant="G")
    states = [outcome.state for outcome in stranger]
    assert states[:2] == ["passed", "failed"] and set(states[2:]) == {"not_reached"}
    assert stranger[1].error and stranger[1].error.code == "gateway.client_invalid"
    fields = explain(policy, app="fund", service="people", grant="G", fields=("name", "secret"))
    assert next(outcome for outcome in fields if outcome.state == "failed").rule == "fields"
    assert explain(policy, app="fund", service="none", grant="G")[2].state == "failed"
