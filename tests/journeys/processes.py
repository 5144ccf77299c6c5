"""Served sites as processes of their own, each with a process group that can be killed and nothing else with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 240


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    """One module of the tests, serving a site."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    @classmethod
    def start(cls, module: str, home: Path, port: int, *more: str) -> Served:
        """Start ``python -m MODULE HOME PORT …`` in a process group of its own."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HUITONG_")}
        log = home.parent / "serve.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", module, str(home), str(port), *more],
                cwd=ROOT,
                env={**environment, "HUITONG_DEMO": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(process, f"http://127.0.0.1:{port}", log)

    def wait(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/login/", timeout=5).status_code == 200:
                    return
            time.sleep(0.2)
        told = self.log.read_text(encoding="utf-8", errors="replace")[-4000:]
        self.kill()
        pytest.fail(f"the site did not start:\n{told}")

    def stop(self) -> None:
        """Ask it to stop; kill it when it does not."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(15)
        self.kill()

    def kill(self) -> None:
        """Kill it and all it started, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
