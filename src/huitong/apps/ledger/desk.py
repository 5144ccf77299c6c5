"""Evidence of what officials look at on pages: on disk before the page shows it, as the gateway does for its calls."""

from __future__ import annotations

import atexit
import threading

from django.conf import settings

from huitong.engine.evidence.record import Evidence, Receipt
from huitong.engine.evidence.segments import ledger_folder, ledger_key_file
from huitong.engine.evidence.writer import EvidenceWriter, open_writer

CHAIN = "desk"

_lock = threading.Lock()
_writers: dict[str, EvidenceWriter] = {}


def record_use(evidence: Evidence) -> Receipt:
    """Write evidence of a use of data; return when it is on disk.

    Raises:
        Transient: ``evidence.unwritable``: nothing was recorded, so nothing may be shown.
    """
    return _writer().append(evidence)


def _writer() -> EvidenceWriter:
    with _lock:
        home = settings.HUITONG.home
        if str(home) not in _writers:
            _writers[str(home)] = open_writer(ledger_folder(home), CHAIN, ledger_key_file(home))
        return _writers[str(home)]


def close_desk() -> None:
    """Seal and close this process's chain; it goes on when the next use is recorded."""
    with _lock:
        for writer in _writers.values():
            writer.close()
        _writers.clear()


atexit.register(close_desk)
