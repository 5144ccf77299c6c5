"""How many calls a second one gateway worker answers: ``python -m bench.gateway``.

A population of a million rows in the SQLite serving store; one granian worker; a second process asks for one random
person a call, with token, purpose, case and operator, over kept-alive connections. In the same run, taking turns: the
same gateway without evidence, and a Starlette application that does nothing. Medians of the rounds are printed; ratios
hold better than rates on a machine that does other work.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Figure, show
from huitong.engine.declarations.sharing import Grant
from huitong.engine.evidence.verify import verify
from huitong.engine.serving.opening import open_serving
from huitong.engine.serving.policy import Policy, ServedApp, ServedField, ServedService
from huitong.foundation.hashing import hash_secret
from huitong.gateway.config import GatewayConfig
from huitong.gateway.runtime import secret_stamp
from huitong.gateway.tokens import Tokens

MODES = ("evidence", "no_evidence", "bare")
SECRET = "a secret of the benchmark"


@dataclass(frozen=True)
class Measured:
    """One round: answers a second, and milliseconds at the middle and at the 99th of 100."""

    rate: float
    p50: float
    p99: float
    errors: int


def main() -> None:
    """Build, serve, drive, print."""
    options = _options()
    if options.drive:
        asyncio.run(_drive(options))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        home = Path(folder)
        started = time.perf_counter()
        _build(home, options.rows)
        print(f"{options.rows:,} rows published in {time.perf_counter() - started:.1f} s", file=sys.stderr)
        rounds: dict[str, list[Measured]] = {mode: [] for mode in MODES}
        for _ in range(options.rounds):
            for mode in MODES:
                rounds[mode].append(_round(home, mode, options))
        _report(rounds, home, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--client", choices=("wrk", "python"), default="wrk" if shutil.which("wrk") else "python")
    parser.add_argument("--folder", default=None, help="where to build; the ledger's disk is what is measured")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--drive", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--token", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def config_of(home: Path) -> GatewayConfig:
    """The configuration that server and driver share."""
    return GatewayConfig(f"sqlite:///{home / 'serving'}", home / "evidence", home / "evidence.pem", SECRET)


def create_app() -> object:
    """The application that ``BENCH_MODE`` names, for granian."""
    from bench import gateway_peers

    return gateway_peers.create(os.environ["BENCH_MODE"], config_of(Path(os.environ["BENCH_HOME"])))


def _key(number: int) -> str:
    return f"34150219{number:09d}X"


def _build(home: Path, rows: int) -> None:
    store = open_serving(config_of(home).serving_url)
    generation = store.new_generation("base.population")
    columns = ("id_number", "name", "sex", "birth", "mobile", "address", "county")
    connection = sqlite3.connect(generation.location)
    connection.execute(f"CREATE TABLE data ({', '.join(f'{name} TEXT' for name in columns)})")
    people = (
        (_key(n), "张三丰", "1", "1980-01-01", f"138{n:08d}", f"皋城市金安区梅山路{n}号", "341502") for n in range(rows)
    )
    connection.executemany("INSERT INTO data VALUES (?, ?, ?, ?, ?, ?, ?)", people)
    connection.commit()
    connection.close()
    store.activate("base.population", generation, as_of=1, keys=("id_number",))
    masks = {"name": "name", "mobile": "mobile", "address": "address"}
    fields = tuple(ServedField(name=name, mask=masks.get(name, "")) for name in columns[1:])
    service = ServedService(code="population", title="人口", table="base.population", key="id_number", fields=fields)
    grant = Grant(
        code="G1", app="fund", service="population", purpose="提取公积金", legal_basis="《住房公积金管理条例》",
        fields=columns[1:], quota=1_000_000_000,
    )  # fmt: skip
    app = ServedApp(code="fund", title="公积金", organisation="gjj", secret_hash=hash_secret(SECRET))
    store.write_policy(Policy(version=1, issued_at="2026-01-01", services=(service,), apps=(app,), grants=(grant,)))


@contextmanager
def _serving(home: Path, mode: str) -> Iterator[tuple[int, int]]:
    """Serve in a process of its own; gives the port and the process's id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--workers", "1", "--no-access-log",
        "--no-ws", "--log-level", "warning", "--port", str(port), "bench.gateway:create_app",
    ]  # fmt: skip
    environment = {**os.environ, "BENCH_MODE": mode, "BENCH_HOME": str(home)}
    process = subprocess.Popen(command, env=environment)
    try:
        for _ in range(1200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def _round(home: Path, mode: str, options: argparse.Namespace) -> Measured:
    policy = open_serving(config_of(home).serving_url).read_policy()
    assert policy
    token = Tokens(SECRET, 3600).issue("fund", secret_stamp(policy.apps[0].secret_hash), time.time())
    with _serving(home, mode) as (port, _):
        if options.client == "wrk":
            return _wrk(home, port, token, options)
        command = [sys.executable, "-m", "bench.gateway", "--drive", "--port", str(port), "--token", token]
        for name in ("rows", "seconds", "connections"):
            command += [f"--{name}", str(getattr(options, name))]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return Measured(**json.loads(done.stdout))


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Purpose": "G1", "Case": "GJJ-2026-000001", "Operator": "wang"}


_LUA = """
function init(args) math.randomseed(os.time()) end
function request()
  local key = string.format("34150219%09dX", math.random(0, ROWS - 1))
  return wrk.format("GET", "/v1/population/records?key=" .. key)
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('RESULT {"rate": %f, "p50": %f, "p99": %f, "errors": %d}\\n',
    summary.requests / (summary.duration / 1000000), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


def _wrk(home: Path, port: int, token: str, options: argparse.Namespace) -> Measured:
    script = home / "call.lua"
    script.write_text(_LUA.replace("ROWS", str(options.rows)))
    command = ["wrk", "-t1", f"-c{options.connections}", "-s", str(script), f"http://127.0.0.1:{port}"]
    for name, value in _headers(token).items():
        command += ["-H", f"{name}: {value}"]
    subprocess.run([*command, "-d1s"], check=True, capture_output=True)
    done = subprocess.run([*command, f"-d{options.seconds:.0f}s"], check=True, capture_output=True, text=True)
    found = re.search(r"RESULT (\{.*\})", done.stdout)
    assert found, done.stdout
    return Measured(**json.loads(found[1]))


async def _drive(options: argparse.Namespace) -> None:
    """The client in Python: so many connections, each asking again as soon as it is answered."""
    loop = asyncio.get_running_loop()
    lines = "".join(f"{name}: {value}\r\n" for name, value in _headers(options.token).items())
    callers = []
    begin = time.perf_counter() + 1.0  # a second to warm up
    end = begin + options.seconds
    for _ in range(options.connections):
        caller = _Caller(f" HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode(), options.rows, begin, end)
        await loop.create_connection(lambda caller=caller: caller, "127.0.0.1", options.port)
        callers.append(caller)
    await asyncio.gather(*(caller.over for caller in callers))
    times = sorted(seconds for caller in callers for seconds in caller.times)
    errors = sum(caller.errors for caller in callers)
    p50, p99 = times[len(times) // 2] * 1000, times[len(times) * 99 // 100] * 1000
    print(json.dumps({"rate": len(times) / options.seconds, "p50": p50, "p99": p99, "errors": errors}))


class _Caller(asyncio.Protocol):
    def __init__(self, rest: bytes, rows: int, begin: float, end: float) -> None:
        self.times: list[float] = []
        self.errors = 0
        self.over = asyncio.get_running_loop().create_future()
        self._rest, self._rows, self._begin, self._end = rest, rows, begin, end
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, gap, body = self._buffer.partition(b"\r\n\r\n")
        if not gap:
            return
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert length, head
        if len(body) < int(length[1]):
            return
        moment = time.perf_counter()
        if moment >= self._begin:
            self.times.append(moment - self._asked)
            self.errors += not head.startswith(b"HTTP/1.1 200")
        self._buffer = b""
        if moment < self._end:
            self._ask()
        else:
            self._transport.close()
            self.over.set_result(None)

    def _ask(self) -> None:
        key = _key(random.randrange(self._rows)).encode()
        self._asked = time.perf_counter()
        self._transport.write(b"GET /v1/population/records?key=" + key + self._rest)


def _report(rounds: dict[str, list[Measured]], home: Path, options: argparse.Namespace) -> None:
    medians = {mode: _median(measured) for mode, measured in rounds.items()}
    result = verify(home / "evidence")
    whole = "whole" if result.whole else "BROKEN"
    print(
        f"{options.client} client, {options.connections} connections, {options.rounds} x {options.seconds:g} s; "
        f"ledger: {result.records:,} records, {result.segments} segments, {whole}",
        file=sys.stderr,
    )
    show(_figures(medians))
    if not result.whole:
        sys.exit(1)


def _figures(medians: dict[str, Measured]) -> list[Figure]:
    words = {
        "evidence": "gateway, one worker, evidence on disk before each reply",
        "no_evidence": "… the same without evidence",
        "bare": "… an application that does nothing",
    }
    figures = []
    for mode, one in medians.items():
        ours = mode == "evidence"
        peer = "" if ours else f"ratio {medians['evidence'].rate / one.rate:.2f}"
        errors = f" {one.errors} errors" if one.errors else ""
        figures += [
            Figure(words[mode], f"{one.rate:,.0f} requests/s", ">= 3,000 requests/s" if ours else "", peer + errors),
            Figure(f"{words[mode]}: p50, p99", f"{one.p50:.0f} ms, {one.p99:.0f} ms", "p99 < 40 ms" if ours else ""),
        ]
    return figures


def _median(measured: list[Measured]) -> Measured:
    return Measured(
        statistics.median(one.rate for one in measured),
        statistics.median(one.p50 for one in measured),
        statistics.median(one.p99 for one in measured),
        sum(one.errors for one in measured),
    )


if __name__ == "__main__":
    main()
