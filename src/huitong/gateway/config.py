"""What the gateway needs to know to run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from huitong.engine.evidence.segments import ledger_folder, ledger_key_file
from huitong.foundation.settings import Settings

MAX_KEYS = 1000
"""Keys a call may ask for."""
MAX_ROWS = 5000
"""Rows a call may be answered with; a key of a service may find several."""
MAX_BODY = 2 * 1024 * 1024
"""Bytes of a request's body."""
MAX_TEXT = 128
"""Characters kept of what a caller states freely: purpose, case, operator, names that do not exist."""


@dataclass(frozen=True)
class GatewayConfig:
    """Where things are. ``secret`` signs tokens and keys the hashes of data subjects."""

    serving_url: str
    evidence_folder: Path
    key_file: Path
    secret: str
    token_seconds: int = 600
    """How long a token is good for."""
    anonymous_records: int = 100
    """Records a second kept apart for calls without a valid token; beyond them calls alike become one record."""


def config_from(settings: Settings) -> GatewayConfig:
    """The configuration of an installation."""
    return GatewayConfig(
        serving_url=settings.serving_url,
        evidence_folder=ledger_folder(settings.home),
        key_file=ledger_key_file(settings.home),
        secret=settings.secret,
    )
