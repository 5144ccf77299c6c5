"""A real gateway in processes of its own: killed under load, out of disk, with several workers, stopped in order."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from tests.gateway.town import LI, PEOPLE, ZHANG, Town, environment, minted, token_of

from huitong.engine.evidence.reading import find_record, read_records
from huitong.engine.evidence.record import Receipt
from huitong.engine.evidence.verify import verify


@contextmanager
def running(
    town: Town, *, workers: int = 1, file_limit: int = 0
) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    """A gateway in processes of its own, and a client of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve = f"from huitong.gateway.app import serve; serve(port={port}, workers={workers})"

    def limit() -> None:
        if file_limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    process = subprocess.Popen(
        [sys.executable, "-c", serve], env={**os.environ, **environment(town)}, preexec_fn=limit, start_new_session=True
    )
    client = httpx.Client(
        base_url=f"http://127.0.0.1:{port}/gateway", timeout=60, headers={"Purpose": "G1"}, verify=False
    )
    try:
        _wait_until_healthy(client, process)
        client.headers["Authorization"] = f"Bearer {minted(town)}"
        yield client, process
    finally:
        client.close()
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=60)


def _wait_until_healthy(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the gateway did not come up")


class Caller(threading.Thread):
    """Calls until the gateway is gone; keeps what it was given a receipt for."""

    def __init__(self, client: httpx.Client) -> None:
        super().__init__()
        self.client = client
        self.receipts: list[str] = []

    def run(self) -> None:
        with httpx.Client(base_url=self.client.base_url, headers=self.client.headers, timeout=20, verify=False) as http:
            while True:
                try:
                    answer = http.get("/v1/population/records", params={"key": [ZHANG, LI]})
                except httpx.TransportError:
                    return
                assert answer.status_code == 200
                self.receipts.append(answer.headers["receipt"])


def test_killed_under_load_it_keeps_every_receipt_it_gave(town: Town) -> None:
    with running(town) as (client, process):
        given = _receipts_until_killed(client, process, enough=200)
    assert verify(town.ledger).whole
    with running(town) as (client, process):
        answer = client.get("/v1/population/records", params={"key": ZHANG})
        assert answer.status_code == 200
        given.add(answer.headers["receipt"])
    kept = {record.hash: record for record in read_records(town.ledger)}
    assert given <= set(kept)
    assert 0 <= len(kept) - len(given) <= 8, "recorded beyond the receipts: at most one call a connection"
    anchors = [Receipt(kept[receipt].chain, kept[receipt].seq, receipt) for receipt in given]
    result = verify(town.ledger, anchors=anchors)
    assert result.whole and result.chains == 1 and result.records == len(kept)
    _changed_byte_is_named(town, answer.headers["receipt"])


def _receipts_until_killed(client: httpx.Client, process: subprocess.Popen[bytes], enough: int) -> set[str]:
    """Load the gateway, kill it when it has given ``enough`` receipts, return all it gave."""
    callers = [Caller(client) for _ in range(8)]
    for caller in callers:
        caller.start()
    deadline = time.monotonic() + 30
    while sum(len(caller.receipts) for caller in callers) < enough:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    for caller in callers:
        caller.join()
    return {receipt for caller in callers for receipt in caller.receipts}


def _changed_byte_is_named(town: Town, receipt: str) -> None:
    found = find_record(town.ledger, receipt)
    content = bytearray(found.segment.file.read_bytes())
    content[content.index(found.line) + 40] ^= 1
    found.segment.file.write_bytes(content)
    broken = verify(town.ledger).broken
    assert broken and (broken.seq, broken.line) == (found.record.seq, found.place + 1)


def test_out_of_disk_it_gives_no_data(town: Town) -> None:
    with running(town, file_limit=60_000) as (client, _):
        answers = [client.get("/v1/population/records", params={"key": ZHANG}) for _ in range(200)]
        assert client.get("/health").status_code == 503
    answered = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(answered) > 10 and len(refused) > 10
    assert {answer.json()["code"] for answer in refused} == {"gateway.evidence_unavailable"}
    assert not any(str(value) in answer.text for answer in refused for value in PEOPLE[0][:6])
    assert verify(town.ledger).whole
    assert {answer.headers["receipt"] for answer in answered} == {record.hash for record in read_records(town.ledger)}
    with running(town) as (client, _):
        assert client.get("/v1/population/records", params={"key": ZHANG}).status_code == 200
    assert verify(town.ledger).whole


def test_workers_have_chains_of_their_own_and_share_the_quota(town: Town) -> None:
    with running(town, workers=2) as (client, _):
        statuses = []
        for _ in range(40):  # each on a connection of its own, so that both workers get some
            headers = {"Purpose": "QUOTA", "Connection": "close"}
            statuses.append(client.get("/v1/population/records", params={"key": LI}, headers=headers).status_code)
        assert statuses.count(200) == 5 and statuses.count(429) == 35
    result = verify(town.ledger)
    assert result.whole and result.chains == 2
    assert all(
        (folder / "000000000001.seal").exists() or not list(folder.glob("*.jsonl"))
        for folder in town.ledger.iterdir()
        if folder.is_dir()
    )


def test_over_http_from_token_to_description(town: Town) -> None:
    with running(town) as (client, _):
        client.headers["Authorization"] = f"Bearer {token_of(client)}"
        answer = client.post("/v1/population/records", json={"keys": [ZHANG]})
        assert answer.json()["records"][0]["data"]["name"] == "张*"
        body = {"items": [{"key": ZHANG, "values": {"name": "张三"}}]}
        assert client.post("/v1/population/verify", json=body).json()["results"][0]["values"] == {"name": True}
        assert client.get("/v1/population/openapi.json").json()["servers"] == [{"url": "/gateway"}]
        assert client.get("/nothing").json()["code"] == "gateway.not_found"
        assert httpx.get(str(client.base_url).replace("/gateway/", "/")).json()["code"] == "gateway.not_found"
        big = client.post("/v1/population/records", content=b"x" * 3_000_000)
        assert (big.status_code, big.json()["code"]) == (413, "gateway.body_too_large")
        assert big.headers["connection"] == "close", "or the caller's next request is lost with the connection"
        chinese = client.get("/v1/population/records", params={"key": ZHANG}, headers={"Operator": "王经办".encode()})
        assert chinese.status_code == 200
        assert list(read_records(town.ledger))[-1].operator == "王经办"


@pytest.mark.slow
def test_killed_again_and_again_it_resumes(town: Town) -> None:
    given: set[str] = set()
    for _ in range(5):
        with running(town) as (client, process):
            given |= _receipts_until_killed(client, process, enough=50)
        assert verify(town.ledger).whole
    assert given <= {record.hash for record in read_records(town.ledger)}


def test_secrets_differ_between_installations(town: Town) -> None:
    other = replace(town, config=replace(town.config, secret="another installation"))
    with running(other) as (client, _):
        client.headers["Authorization"] = f"Bearer {minted(town)}"
        assert client.get("/v1/population/records", params={"key": ZHANG}).json()["code"] == "gateway.token_invalid"
