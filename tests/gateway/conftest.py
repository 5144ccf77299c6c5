"""Fixtures: a town, and a client that speaks to a gateway serving it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp
from tests.gateway.town import Town, build_town, minted

from huitong.engine.evidence.reading import read_records
from huitong.engine.evidence.record import EvidenceRecord
from huitong.gateway.app import create_gateway
from huitong.gateway.config import GatewayConfig


class LoopClient:
    """Calls an ASGI application in this process, whose event loop runs in a thread of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        transport = httpx.ASGITransport(app=app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    def start(self, method: str, url: str, **arguments: Any) -> Future[httpx.Response]:
        """Send a request and go on."""
        return asyncio.run_coroutine_threadsafe(self._client.request(method, url, **arguments), self._loop)

    def request(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        """Send a request and wait for the answer."""
        return self.start(method, url, **arguments).result(timeout=60)

    def get(self, url: str, **arguments: Any) -> httpx.Response:
        """GET."""
        return self.request("GET", url, **arguments)

    def post(self, url: str, **arguments: Any) -> httpx.Response:
        """POST."""
        return self.request("POST", url, **arguments)

    def all_of(self, started: Sequence[Future[httpx.Response]]) -> list[httpx.Response]:
        """Wait for requests that were started together."""
        return [future.result(timeout=60) for future in started]

    def close(self) -> None:
        """End the loop."""
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result(timeout=5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def speaking_to(config: GatewayConfig) -> Iterator[LoopClient]:
    """A client of a gateway in this process, closed at the end as a server would."""
    app = create_gateway(config)
    client = LoopClient(app)
    try:
        yield client
    finally:
        client.close()
        app.state.gateway.close()


@dataclass
class Caller:
    """A client of the gateway with a token of the app ``fund``."""

    town: Town
    http: LoopClient
    token: str

    def headers(self, purpose: str = "G1", **more: str) -> dict[str, str]:
        """Headers of a call."""
        return {"Authorization": f"Bearer {self.token}", "Purpose": purpose, **more}

    def get(self, *keys: str, purpose: str = "G1", service: str = "population", **params: str) -> httpx.Response:
        """Ask for records by query."""
        query = {"key": list(keys), **params}
        return self.http.get(f"/v1/{service}/records", params=query, headers=self.headers(purpose))

    def post(
        self, body: Any, purpose: str = "G1", kind: str = "records", service: str = "population"
    ) -> httpx.Response:
        """Ask by body."""
        return self.http.post(f"/v1/{service}/{kind}", json=body, headers=self.headers(purpose))

    def verify(self, key: str, purpose: str = "G1", **values: Any) -> httpx.Response:
        """Verify one record's values."""
        return self.post({"items": [{"key": key, "values": values}]}, purpose, "verify")

    def evidence(self) -> list[EvidenceRecord]:
        """What the ledger holds of service calls."""
        return [record for record in read_records(self.town.ledger) if record.kind != "token"]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return build_town(tmp_path)


@pytest.fixture
def caller(town: Town) -> Iterator[Caller]:
    with speaking_to(town.config) as http:
        yield Caller(town, http, minted(town))
