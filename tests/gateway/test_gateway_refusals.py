"""Every way to be refused, each with its code, its status and its evidence; and nothing that looks like data."""

from __future__ import annotations

import base64
import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from tests.gateway.conftest import Caller, speaking_to
from tests.gateway.town import LI, SECRET, ZHANG, Town, grant, policy, token_of

from huitong.engine.evidence.reading import read_records
from huitong.engine.evidence.verify import verify
from huitong.engine.serving.policy import ServedApp
from huitong.foundation.hashing import hash_secret
from huitong.gateway.quota import LedgerQuota
from huitong.gateway.runtime import secret_stamp
from huitong.gateway.tokens import Tokens


def problem(answer: httpx.Response, code: str, status: int) -> dict[str, Any]:
    """Check that the answer is this problem, and return it."""
    assert (answer.status_code, answer.json()["code"]) == (status, f"gateway.{code}"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status and document["title"] and document["detail"] and document["hint"]
    assert "{" not in document["detail"] + document["hint"]
    assert "张" not in answer.text and "records" not in document
    return document


def bearer(caller: Caller, token: str) -> httpx.Response:
    """Call with a token."""
    headers = {"Authorization": f"Bearer {token}", "Purpose": "G1"}
    return caller.http.get("/v1/population/records", params={"key": ZHANG}, headers=headers)


def test_a_token_is_needed(caller: Caller) -> None:
    for headers in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer  "}):
        answer = caller.http.get("/v1/population/records", params={"key": ZHANG}, headers={**headers, "Purpose": "G1"})
        problem(answer, "token_missing", 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    record = caller.evidence()[0]
    assert (record.consumer, record.outcome, record.grant, record.asked) == ("?", "gateway.token_missing", "", 0)


def _claims(**changes: object) -> dict[str, Any]:
    app = policy().apps[0]
    claims: dict[str, Any] = {
        "iss": "huitong", "aud": "huitong-gateway", "sub": "fund", "key": secret_stamp(app.secret_hash),
        "exp": int(time.time()) + 600,
    }  # fmt: skip
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def _encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_forged_tokens_are_refused(caller: Caller) -> None:
    tokens = Tokens(caller.town.config.secret, 600)
    key = tokens._key
    assert bearer(caller, jwt.encode({"alg": "HS256"}, _claims(), key)).status_code == 200

    def signed(**changes: object) -> str:
        return jwt.encode({"alg": "HS256"}, _claims(**changes), key)

    head, body, signature = caller.token.split(".")
    forged = {
        "alg none": f"{_encoded({'alg': 'none'})}.{_encoded(_claims())}.",
        "alg None": f"{_encoded({'alg': 'None'})}.{body}.{signature}",
        "rs256": jwt.encode({"alg": "RS256"}, _claims(), RSAKey.generate_key(2048), algorithms=["RS256"]),
        "hs512": jwt.encode({"alg": "HS512"}, _claims(), key, algorithms=["HS512"]),
        "other key": jwt.encode({"alg": "HS256"}, _claims(), OctKey.import_key("x" * 32)),
        "installation secret": jwt.encode({"alg": "HS256"}, _claims(), OctKey.import_key("installation secret")),
        "audience": signed(aud="another"),
        "audience list": signed(aud=["huitong-gateway"]),
        "issuer": signed(iss="another"),
        "no end": signed(exp=None),
        "end as text": signed(exp="9999999999"),
        "no subject": signed(sub=None),
        "subject not text": signed(sub=7),
        "old secret": signed(key="0" * 16),
        "body swapped": f"{head}.{_encoded(_claims(sub='tax'))}.{signature}",
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "critical header": f"{_encoded({'alg': 'HS256', 'crit': ['x'], 'x': 1})}.{body}.{signature}",
        "not base64": "a.b.c",
        "five parts": "a.b.c.d.e",
        "long": "x" * 10_000,
    }  # fmt: skip
    for name, token in forged.items():
        answer = bearer(caller, token)
        assert answer.status_code == 401 and answer.json()["code"] == "gateway.token_invalid", name
    assert {record.consumer for record in caller.evidence()[1:]} == {"?"}


def test_tokens_end(caller: Caller) -> None:
    key = Tokens(caller.town.config.secret, 600)._key
    old = jwt.encode({"alg": "HS256"}, _claims(exp=int(time.time()) - 1), key)
    answer = bearer(caller, old)
    problem(answer, "token_expired", 401)
    end = int(time.time()) + 3
    short = jwt.encode({"alg": "HS256"}, _claims(exp=end), key)
    assert bearer(caller, short).status_code == 200
    time.sleep(end - time.time() + 0.1)
    problem(bearer(caller, short), "token_expired", 401)


def test_a_new_secret_or_a_stopped_app_ends_tokens(caller: Caller) -> None:
    renewed = ServedApp(code="fund", title="公积金", organisation="gjj", secret_hash=hash_secret("new secret"))
    caller.town.store.write_policy(policy(2, apps=(renewed,)))
    _until(lambda: bearer(caller, caller.token).status_code == 401)
    problem(bearer(caller, caller.token), "token_invalid", 401)
    caller.town.store.write_policy(policy(3, apps=()))
    _until(lambda: bearer(caller, caller.token).json()["code"] == "gateway.client_invalid")
    problem(bearer(caller, caller.token), "client_invalid", 401)


def _until(condition: Any) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "a change of the policy takes about a second"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("purpose", "code", "status"),
    [
        ("", "purpose_missing", 400),
        ("NONE", "purpose_not_granted", 403),
        ("OTHER", "purpose_not_granted", 403),
        ("ACCOUNTS", "purpose_not_granted", 403),
        ("VERIFY", "kind_not_granted", 403),
        ("PAST", "grant_expired", 403),
        ("FUTURE", "grant_not_yet_valid", 403),
    ],
)
def test_purposes_that_do_not_cover_the_call(caller: Caller, purpose: str, code: str, status: int) -> None:
    problem(caller.get(ZHANG, purpose=purpose), code, status)
    assert caller.evidence()[0].outcome == f"gateway.{code}"
    assert caller.evidence()[0].subjects == ()


def test_the_purpose_of_somebody_else_is_not_spelled_out_in_the_evidence(caller: Caller) -> None:
    caller.get(ZHANG, purpose="OTHER")
    record = caller.evidence()[0]
    assert (record.consumer, record.grant, record.purpose) == ("fund", "OTHER", "")


def test_kinds_and_services(caller: Caller) -> None:
    answer = caller.post({"items": [{"key": ZHANG, "values": {"name": "x"}}]}, "RECORDS", "verify")
    problem(answer, "kind_not_granted", 403)
    answer = caller.post({"items": [{"key": "firm", "values": {"owner": "x"}}]}, "ACCOUNTS", "verify", "accounts")
    problem(answer, "kind_not_granted", 403)
    problem(caller.get(ZHANG, service="nothing"), "service_unknown", 404)
    problem(caller.get(ZHANG, service="lost", purpose="LOST"), "not_published", 503)


def test_fields_beyond_the_grant(caller: Caller) -> None:
    problem(caller.get(ZHANG, fields="name,county"), "field_not_granted", 403)
    problem(caller.post({"keys": [ZHANG], "fields": ["id_number"]}), "field_not_granted", 403)
    problem(caller.verify(ZHANG, county="341502"), "field_not_granted", 403)
    problem(caller.verify("nobody", nothing="x"), "field_not_granted", 403)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"keys":[]}', b'{"keys":"x"}', b'{"keys":[1]}', b'{"keys":["x"],"more":1}',
     b'{"keys":[""]}', b'{"keys":["x"],"fields":[]}', b'{"keys":["\\ud800"]}', b'\xff\xfe', b'{"keys":["a\\u0000"]}',
     b"[" * 100_000, b'{"keys":["' + b"x" * 300 + b'"]}'],
)  # fmt: skip
def test_bodies_that_are_not_what_is_described(caller: Caller, body: bytes) -> None:
    answer = caller.http.post("/v1/population/records", content=body, headers=caller.headers())
    problem(answer, "body_invalid", 400)
    assert verify(caller.town.ledger).whole


def test_queries_and_verify_bodies_that_are_not_what_is_described(caller: Caller) -> None:
    problem(caller.http.get("/v1/population/records", headers=caller.headers()), "body_invalid", 400)
    problem(caller.get(""), "body_invalid", 400)
    problem(caller.get("x" * 201), "body_invalid", 400)
    for body in (
        {},
        {"items": []},
        {"items": [{"key": "x", "values": {}}]},
        {"items": [{"key": "x", "values": {"name": []}}]},
    ):
        problem(caller.post(body, kind="verify"), "body_invalid", 400)


def test_bounds(caller: Caller) -> None:
    problem(caller.post({"keys": ["x"] * 1001}), "too_many_keys", 400)
    problem(caller.get(*["x"] * 1001), "too_many_keys", 400)
    items = [{"key": "x", "values": {"name": "y"}}] * 1001
    problem(caller.post({"items": items}, kind="verify"), "too_many_keys", 400)
    huge = b'{"keys":["' + b"x" * (2 * 1024 * 1024) + b'"]}'
    answer = caller.http.post("/v1/population/records", content=huge, headers=caller.headers())
    problem(answer, "body_too_large", 413)

    async def chunks() -> Any:
        for _ in range(40):
            yield b"x" * 65_536

    answer = caller.http.post("/v1/population/records", content=chunks(), headers=caller.headers())
    problem(answer, "body_too_large", 413)
    assert max(len(file.read_bytes()) for file in caller.town.ledger.rglob("*.jsonl")) < 6000


def test_other_addresses_and_methods(caller: Caller) -> None:
    for path in ("/", "/v1", "/v1/population", "/v1/population/records/", "/v2/x", "/v1/a/b/records"):
        answer = caller.http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "gateway.not_found"), path
    for method, path, allowed in (
        ("DELETE", "/v1/population/records", "GET, POST"),
        ("HEAD", "/v1/population/records", "GET, POST"),
        ("GET", "/v1/population/verify", "POST"),
        ("PUT", "/token", "POST"),
        ("POST", "/health", "GET"),
        ("POST", "/openapi.json", "GET"),
    ):
        answer = caller.http.request(method, path, headers=caller.headers())
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed), (method, path)


def test_quota_is_exact_under_concurrency_and_survives_a_restart(town: Town) -> None:
    def calls(client: Any, token: str, count: int) -> list[int]:
        headers = {"Authorization": f"Bearer {token}", "Purpose": "QUOTA"}
        started = [client.start("GET", f"/v1/population/records?key={LI}", headers=headers) for _ in range(count)]
        return [answer.status_code for answer in client.all_of(started)]

    with speaking_to(town.config) as client:
        token = token_of(client)
        assert calls(client, token, 2) == [200, 200]
    with speaking_to(town.config) as client:
        statuses = calls(client, token, 12)
        assert sorted(statuses) == [200] * 3 + [429] * 9
        headers = {"Authorization": f"Bearer {token}", "Purpose": "QUOTA"}
        answer = client.get(f"/v1/population/records?key={LI}", headers=headers)
        problem(answer, "quota_exceeded", 429)
        assert 0 < int(answer.headers["retry-after"]) <= 86_401
    with speaking_to(town.config) as client:
        assert calls(client, token, 1) == [429]
    answered = [record for record in read_records(town.ledger) if record.grant == "QUOTA" and record.outcome == "ok"]
    assert sum(record.asked for record in answered) == 5


def test_processes_that_join_and_leave_share_a_quota_exactly(town: Town) -> None:
    """Each counts as fast as it can; together they take what there is and no more, however they come and go."""
    child = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from huitong.gateway.quota import LedgerQuota; from tests.gateway.town import grant\n"
        "quota = LedgerQuota(Path(sys.argv[2])); granted = grant(quota=30_000)\n"
        "print(sum(quota.reserve(granted, '2026-03-02', 1) for _ in range(12_000)))"
    )
    command = [sys.executable, "-c", child, str(Path(__file__).parents[2]), str(town.ledger)]
    keeper = LedgerQuota(town.ledger)
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    taken = sum(keeper.reserve(grant(quota=30_000), "2026-03-02", 1) for _ in range(2_000))
    taken += sum(int(process.communicate(timeout=60)[0]) for process in processes)
    assert taken == 30_000
    keeper.close()


def test_two_processes_share_a_quota(town: Town) -> None:
    first, second = LedgerQuota(town.ledger), LedgerQuota(town.ledger)
    granted = grant(quota=3)
    taken = [quota.reserve(granted, "2026-03-02", 1) for quota in (first, second, first, second)]
    assert taken == [True, True, True, False]
    second.give_back(granted, "2026-03-02", 1)
    assert not first.reserve(granted, "2026-03-02", 2)
    assert first.reserve(granted, "2026-03-02", 1)
    assert first.reserve(granted, "2026-03-03", 3)
    many = [grant(f"G{number}", quota=1) for number in range(1500)]
    assert all(first.reserve(one, "2026-03-02", 1) for one in many), "the file grows"
    assert not any(second.reserve(one, "2026-03-02", 1) for one in many)
    first.close()
    second.close()


def test_a_call_that_is_not_answered_costs_no_quota(caller: Caller) -> None:
    lost = grant("LOSTQ", service="lost", fields=("name",), quota=2)
    caller.town.store.write_policy(policy(2, grants=(*policy().grants, lost)))
    _until(lambda: caller.get("x", service="lost", purpose="LOSTQ").status_code == 503)
    for _ in range(3):
        problem(caller.get("x", service="lost", purpose="LOSTQ"), "not_published", 503)
    problem(caller.post({"keys": ["x"] * 6}, "QUOTA"), "quota_exceeded", 429)
    assert caller.post({"keys": ["x"] * 5}, "QUOTA").status_code == 200


def test_without_evidence_there_is_no_data(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", full)
        for answer in (
            caller.get(ZHANG, purpose="QUOTA"),
            caller.verify(ZHANG, name="张三"),
            caller.get(ZHANG, purpose="PAST"),
        ):
            problem(answer, "evidence_unavailable", 503)
            assert "receipt" not in answer.headers
        answer = caller.http.post(
            "/token", data={"grant_type": "client_credentials", "client_id": "fund", "client_secret": SECRET}
        )
        problem(answer, "evidence_unavailable", 503)
        problem(caller.http.get("/health"), "evidence_unavailable", 503)
    assert caller.post({"keys": [ZHANG] * 5}, "QUOTA").status_code == 200, "what was not answered cost no quota"
    assert [record.outcome for record in caller.evidence()] == ["ok"]
    assert verify(caller.town.ledger).whole
    assert caller.http.get("/health").status_code == 200


def test_a_spoiled_policy_stops_everything_until_it_is_mended(caller: Caller) -> None:
    file = caller.town.folder / "serving" / "policy.json"
    whole = file.read_bytes()
    file.write_bytes(b'{"version": 1}')
    _until(lambda: caller.get(ZHANG).status_code == 503)
    problem(caller.get(ZHANG), "store_unavailable", 503)
    problem(caller.http.get("/health"), "store_unavailable", 503)
    file.unlink()
    _until(lambda: caller.get(ZHANG).json()["code"] == "gateway.not_published")
    file.write_bytes(whole)
    _until(lambda: caller.get(ZHANG).status_code == 200)


def test_an_unknown_mask_gives_nothing_away(caller: Caller) -> None:
    from tests.gateway.town import population, replace_service

    fields = tuple(type(field)(name=field.name, mask="none such") for field in population().fields)
    caller.town.store.write_policy(policy(2, services=(replace_service(population(), fields=fields),)))
    _until(lambda: caller.get(ZHANG, purpose="COUNTY").status_code == 503)
    problem(caller.get(ZHANG, purpose="COUNTY"), "store_unavailable", 503)


def test_withdrawn_grants_stop_within_a_second(caller: Caller) -> None:
    assert caller.get(ZHANG).status_code == 200
    caller.town.store.write_policy(policy(2, grants=()))
    _until(lambda: caller.get(ZHANG).status_code == 403)


TOKEN_REQUESTS: list[tuple[dict[str, str], str, str, int]] = [
    ({"client_id": "fund", "client_secret": "wrong"}, "client_invalid", "invalid_client", 401),
    ({"client_id": "nobody", "client_secret": SECRET}, "client_invalid", "invalid_client", 401),
    ({"client_id": "gone", "client_secret": SECRET}, "client_invalid", "invalid_client", 401),
    ({"client_id": "fund"}, "client_invalid", "invalid_client", 401),
    ({"grant_type": "password"}, "grant_type_unsupported", "unsupported_grant_type", 400),
    ({"grant_type": ""}, "token_request_invalid", "invalid_request", 400),
]


@pytest.mark.parametrize(("form", "code", "error", "status"), TOKEN_REQUESTS)
def test_token_requests_that_fail(caller: Caller, form: dict[str, str], code: str, error: str, status: int) -> None:
    answer = caller.http.post("/token", data={"grant_type": "client_credentials", **form})
    document = problem(answer, code, status)
    assert document["error"] == error and document["error_description"]
    assert "access_token" not in document
    last = list(read_records(caller.town.ledger))[-1]
    assert (last.kind, last.consumer, last.outcome) == ("token", "?", f"gateway.{code}")


def test_odd_token_requests(caller: Caller) -> None:
    form = {"grant_type": "client_credentials", "client_secret": SECRET}
    problem(caller.http.post("/token", data=form, auth=("fund", SECRET)), "token_request_invalid", 400)
    problem(caller.http.post("/token", content=b"\xff\xfe=1"), "token_request_invalid", 400)
    problem(caller.http.post("/token", content=b"a=1&" * 50), "token_request_invalid", 400)
    problem(
        caller.http.post("/token", content=b"grant_type=client_credentials&grant_type=x"), "token_request_invalid", 400
    )
    problem(caller.http.post("/token", content=b"x" * 9000), "body_too_large", 413)
    for value in ("Basic ???", "Basic " + base64.b64encode(b"no colon").decode(), "Basic /w=="):
        answer = caller.http.post("/token", data={"grant_type": "client_credentials"}, headers={"Authorization": value})
        problem(answer, "client_invalid", 401)


def test_guessing_secrets_has_to_wait(caller: Caller) -> None:
    form = {"grant_type": "client_credentials", "client_id": "tax", "client_secret": "guess"}
    statuses = [caller.http.post("/token", data=form).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    answer = caller.http.post("/token", data={**form, "client_secret": "another secret"})
    problem(answer, "too_many_attempts", 429)
    assert int(answer.headers["retry-after"]) <= 61
    assert token_of(caller.http), "other clients are not held up"


def test_a_flood_without_tokens_is_counted_not_kept(town: Town) -> None:
    from dataclasses import replace

    with speaking_to(replace(town.config, anonymous_records=5)) as client:
        for _ in range(60):
            client.get("/v1/population/records?key=x", headers={"Purpose": "P" * 3000, "Case": "C" * 3000})
    records = list(read_records(town.ledger))
    assert sum(record.repeated for record in records) == 60
    assert len(records) < 30
    assert all(len(file.read_bytes()) < 30 * 600 for file in town.ledger.rglob("*.jsonl"))
