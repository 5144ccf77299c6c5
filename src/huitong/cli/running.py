"""The process that serves an installation, as another command finds it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from huitong.foundation.settings import Settings


class _Served(msgspec.Struct):
    pid: int
    site: str


@dataclass(frozen=True)
class RunningSite:
    """A serving process and how to ask it: its address and the token of this machine's commands."""

    pid: int
    url: str
    token: str


def announce_site(settings: Settings, url: str) -> Path:
    """Say in ``<home>/run/serve.json`` that this process serves at ``url``; return the file, removed at the end."""
    file = settings.home / "run" / "serve.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(_Served(pid=os.getpid(), site=url)))
    return file


def running_site(settings: Settings) -> RunningSite | None:
    """Return the process that serves this installation, None when there is none."""
    folder = settings.home / "run"
    try:
        served = msgspec.json.decode((folder / "serve.json").read_bytes(), type=_Served)
        os.kill(served.pid, 0)
        token = (folder / "token").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return RunningSite(pid=served.pid, url=served.site, token=token)
