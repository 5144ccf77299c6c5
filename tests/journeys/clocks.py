"""Another day for a served town: it reads from a file how far its clock stands from the real one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from huitong.foundation import clock

FILE = "clock"
"""In the town's home: whole days, negative before today."""


def follow_clock(home: Path) -> None:
    """Let this process go by the file from now on. Tokens and sessions keep the real time."""
    file = home / FILE

    def now() -> dt.datetime:
        days = int(file.read_text(encoding="ascii")) if file.exists() else 0
        return dt.datetime.now(dt.UTC) + dt.timedelta(days=days)

    clock.now = now


def set_clock(home: Path, days: int) -> None:
    """Let it be so many days after today."""
    part = home / f"{FILE}.new"
    part.write_text(str(days), encoding="ascii")
    part.replace(home / FILE)
