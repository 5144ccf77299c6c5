"""What the gateway answers to those who may ask: fields, masks, rows, verification, evidence, descriptions."""

from __future__ import annotations

import json
from decimal import Decimal
from urllib.parse import quote

import pytest
from tests.gateway.conftest import Caller
from tests.gateway.town import LI, PEOPLE, WANG, ZHANG, grant, policy, population, replace_service, token_of

from huitong.engine.evidence.meter import meter
from huitong.engine.evidence.reading import read_records
from huitong.engine.evidence.verify import verify
from huitong.foundation.hashing import hash_subject


def test_records_are_typed_masked_and_dated(caller: Caller) -> None:
    answer = caller.get(ZHANG)
    assert answer.status_code == 200
    assert json.loads(answer.text, parse_float=Decimal) == {
        "service": "population",
        "as_of": 7,
        "records": [
            {
                "key": ZHANG,
                "found": True,
                "data": {
                    "name": "张*",
                    "mobile": "13800000001",
                    "birth": "1980-01-01",
                    "balance": Decimal("1234.50"),
                    "children": 3,
                },
            }
        ],
    }
    assert answer.headers["as-of"] == "7"
    assert answer.headers["cache-control"] == "no-store"


def test_a_batch_keeps_the_callers_keys_and_order(caller: Caller) -> None:
    keys = [WANG, "nobody", ZHANG.lower(), f"　{LI} ", WANG]
    entries = caller.post({"keys": keys, "fields": ["children"]}).json()["records"]
    assert [(entry["key"], entry["found"], entry.get("data")) for entry in entries] == [
        (WANG, True, {"children": 1}),
        ("nobody", False, None),
        (ZHANG.lower(), True, {"children": 3}),
        (f"　{LI} ", True, {"children": 0}),
        (WANG, True, {"children": 1}),
    ]
    assert caller.get(WANG, LI, fields="birth,children").json()["records"][1]["data"] == {
        "birth": "1990-02-02",
        "children": 0,
    }


def test_a_thousand_keys_are_answered(caller: Caller) -> None:
    keys = [f"{number:018d}" for number in range(999)] + [ZHANG]
    entries = caller.post({"keys": keys}).json()["records"]
    assert len(entries) == 1000 and entries[-1]["found"] and not entries[0]["found"]


def test_rows_outside_the_grant_are_not_found(caller: Caller) -> None:
    entries = caller.post({"keys": [ZHANG, LI]}, purpose="COUNTY").json()["records"]
    assert [entry["found"] for entry in entries] == [True, False]
    assert "county" not in entries[0]["data"]


def test_one_key_may_find_several_rows(caller: Caller) -> None:
    answer = caller.get("firm", service="accounts", purpose="ACCOUNTS")
    assert {entry["data"]["account"] for entry in answer.json()["records"]} == {"A-1", "A-2"}
    record = caller.evidence()[-1]
    secret = caller.town.config.secret
    assert set(record.subjects) == {hash_subject(secret, ZHANG), hash_subject(secret, LI)}
    assert (record.asked, record.answered) == (1, 1)


@pytest.mark.parametrize(
    ("field", "stated", "expected"),
    [
        ("name", "张三", True),
        ("name", " 张 三 ", True),
        ("name", "张五", False),
        ("name", "", False),
        ("name", None, False),
        ("mobile", "１３８0000000１", True),
        ("mobile", 13800000001, True),
        ("birth", "1980-01-01", True),
        ("birth", "1980/1/1", True),
        ("birth", "1980年1月1日", True),
        ("birth", "19800101", True),
        ("birth", 19800101, True),
        ("birth", "1980-01-01T08:00:00", True),
        ("birth", "1980-13-01", False),
        ("birth", "soon", False),
        ("birth", True, False),
        ("balance", "1,234.5", True),
        ("balance", 1234.5, True),
        ("balance", "1e999999", False),
        ("balance", "NaN", False),
        ("balance", "9" * 500, False),
        ("children", "3", True),
        ("children", 3, True),
        ("children", "three", False),
    ],
)
def test_verify_compares_what_is_meant(caller: Caller, field: str, stated: object, expected: bool) -> None:
    answer = caller.verify(ZHANG, **{field: stated})
    assert answer.json()["results"] == [{"key": ZHANG, "values": {field: expected}}]


def test_verify_reveals_nothing_of_rows_outside_the_grant(caller: Caller) -> None:
    wrong = caller.verify(ZHANG, purpose="COUNTY", name="赵", birth="1999-09-09")
    outside = caller.verify(LI, purpose="COUNTY", name="李四", birth="1990-02-02")
    unknown = caller.verify("341502199901019999", purpose="COUNTY", name="李四", birth="1990-02-02")
    inside = caller.verify(ZHANG, purpose="COUNTY", name="张三", birth="1980-01-01")
    bodies = [
        (answer.status_code, sorted(answer.headers), answer.json()["results"][0]["values"], len(answer.content))
        for answer in (wrong, outside, unknown)
    ]
    assert bodies[0] == bodies[1] == bodies[2]
    assert inside.json()["results"][0]["values"] == {"name": True, "birth": True}


def test_verify_never_calls_a_missing_value_right(caller: Caller) -> None:
    assert caller.verify(WANG, mobile=None).json()["results"][0]["values"] == {"mobile": False}
    assert caller.verify(WANG, mobile="").json()["results"][0]["values"] == {"mobile": False}
    assert caller.verify(WANG, mobile="None", balance=0).json()["results"][0]["values"] == {
        "mobile": False,
        "balance": False,
    }


def test_verify_wants_the_values_on_one_row(caller: Caller) -> None:
    service = replace_service(_accounts(caller), kinds=("records", "verify"))
    caller.town.store.write_policy(
        policy(2, services=(service,), grants=(grant("A", service="accounts", fields=("account", "owner")),))
    )
    caller.http.get("/health")
    _until_version(caller, 2)
    item = {"key": "firm", "values": {"account": "A-1", "owner": LI}}
    answer = caller.post({"items": [item]}, "A", "verify", "accounts").json()
    assert sorted(answer["results"][0]["values"].values()) == [False, True]


def _accounts(caller: Caller) -> object:
    return next(service for service in policy().services if service.code == "accounts")


def _until_version(caller: Caller, version: int) -> None:
    import time

    deadline = time.monotonic() + 2
    while caller.http.get("/health").json()["policy"] != version:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_every_call_leaves_its_evidence_and_the_meter_reconciles(caller: Caller) -> None:
    answers = [
        caller.get(ZHANG),
        caller.get(ZHANG, "nobody"),
        caller.verify(LI, name="李四"),
        caller.get(LI, purpose="PAST"),
    ]
    records = caller.evidence()
    assert [record.hash for record in records] == [answer.headers["receipt"] for answer in answers]
    assert [record.outcome for record in records] == ["ok", "ok", "ok", "gateway.grant_expired"]
    first, second = records[:2]
    secret = caller.town.config.secret
    assert (first.consumer, first.service, first.kind, first.grant, first.as_of) == (
        "fund",
        "population",
        "records",
        "G1",
        7,
    )
    assert (first.purpose, first.legal_basis) == (grant().purpose, grant().legal_basis)
    assert first.subjects == (hash_subject(secret, ZHANG),)
    assert second.absent == (hash_subject(secret, "NOBODY"),)
    assert (second.asked, second.answered) == (2, 1)
    found = {
        key.kind: (count.calls, count.asked, count.answered) for key, count in meter(records).items() if count.calls
    }
    assert found == {"records": (2, 3, 2), "verify": (1, 1, 1)}
    assert verify(caller.town.ledger).whole
    text = b"".join(file.read_bytes() for file in caller.town.ledger.rglob("*.jsonl"))
    assert not any(str(row[0]).encode() in text for row in PEOPLE), "the ledger holds no ID number"


def test_case_and_operator_are_kept_and_bounded(caller: Caller) -> None:
    def call(**headers: str) -> None:
        sent = {**caller.headers(), **headers}
        caller.http.get(f"/v1/population/records?key={ZHANG}", headers={k: v.encode() for k, v in sent.items()})

    call(Case="GJJ-2026-001", Operator="王经办")
    call(Case=quote("案件七号"), Operator="x" * 5000)
    call(Case="C%001", Operator="%00")
    first, second, third = caller.evidence()
    assert (third.case, third.operator) == ("C\ufffd1", "\ufffd"), "PostgreSQL takes no NUL"
    assert (first.case, first.operator) == ("GJJ-2026-001", "王经办")
    assert (second.case, len(second.operator)) == ("案件七号", 128)


def test_language_follows_the_reader(caller: Caller) -> None:
    def title(language: str) -> tuple[str, str]:
        answer = caller.http.get("/v1/population/records", headers={"Accept-Language": language})
        return answer.json()["title"], answer.headers["content-language"]

    assert title("en-GB,en;q=0.9,zh;q=0.5") == ("Token missing", "en")
    assert title("fr, zh-CN;q=0.8, en;q=0.3") == ("缺少令牌", "zh")
    assert title("") == title("*") == title("en;q=x") == ("缺少令牌", "zh")


def test_descriptions_follow_the_policy(caller: Caller) -> None:
    one = caller.http.get("/v1/population/openapi.json").json()
    assert set(one["paths"]) == {"/token", "/v1/population/records", "/v1/population/verify"}
    properties = one["components"]["schemas"]["population"]["properties"]
    assert list(properties) == [field.name for field in population().fields]
    assert properties["birth"]["type"] == ["string", "null"] and properties["birth"]["format"] == "date"
    assert properties["mobile"]["x-mask"] == "mobile"
    every = caller.http.get("/openapi.json").json()
    assert "/v1/accounts/records" in every["paths"] and "/v1/accounts/verify" not in every["paths"]
    assert caller.http.get("/v1/nothing/openapi.json").json()["code"] == "gateway.service_unknown"


def test_descriptions_have_no_dangling_references(caller: Caller) -> None:
    document = caller.http.get("/openapi.json").json()

    def references(part: object) -> list[str]:
        if isinstance(part, dict):
            return [v for k, v in part.items() if k == "$ref"] + [r for v in part.values() for r in references(v)]
        return [r for entry in part for r in references(entry)] if isinstance(part, list) else []

    for reference in references(document):
        place = document
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]


def test_health_tells_what_is_in_force(caller: Caller) -> None:
    assert caller.http.get("/health").json() == {"status": "ok", "policy": 1, "services": 3, "chain": "gateway-0"}


def test_tokens_are_issued_to_basic_and_form(caller: Caller) -> None:
    form = {"grant_type": "client_credentials"}
    assert token_of(caller.http)
    answer = caller.http.post("/token", data=form, auth=("fund", "a client's secret of some length"))
    assert answer.json()["token_type"] == "Bearer" and answer.json()["expires_in"] == 600
    assert answer.headers["cache-control"] == "no-store"
    assert caller.http.get("/v1/population/records", params={"key": LI}, headers=caller.headers()).status_code == 200
    assert [record.consumer for record in read_records(caller.town.ledger) if record.kind == "token"] == [
        "fund",
        "fund",
    ]
