"""Reading processes: they end, one way or another, and a broken stream is never taken for a whole one."""

from __future__ import annotations

import subprocess
import time

import openpyxl
import pytest

from huitong.engine.connectors import apart
from huitong.engine.connectors.apart import read_apart
from huitong.engine.connectors.jobs import Job
from huitong.foundation.errors import HuitongError, Terminal, Transient

MANY = "SELECT i, repeat('x', 100) AS text FROM range(3000000) r(i)"
ENDLESS = "SELECT count(*) AS n FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3"


def job(query: str, **more) -> Job:
    return Job(**{"source": "s1", "object": "t", "driver": "duckdb", "query": query, "rows": 10_000, **more})


def said(words: str) -> HuitongError:
    return Terminal("source.read_failed", source="s1", object="t", reason=words)


@pytest.fixture
def processes(monkeypatch):
    """Every process that is started."""
    started: list[subprocess.Popen] = []

    class Recorded(subprocess.Popen):
        def __init__(self, *args, **more) -> None:
            super().__init__(*args, **more)
            started.append(self)

    monkeypatch.setattr(apart.subprocess, "Popen", Recorded)
    yield started
    assert all(process.returncode is not None for process in started)


def test_a_killed_process_is_an_error_and_not_an_end(processes, source):
    with (
        pytest.raises(Transient) as caught,
        read_apart(source("mysql", "x"), job(MANY), said) as reader,
    ):
        reader.read_next_batch()
        processes[0].kill()
        for _ in reader:
            pass
    assert caught.value.code == "source.interrupted"


def test_silence_ends_the_process(processes, source):
    began = time.monotonic()
    with pytest.raises(Transient) as caught, read_apart(source("mysql", "x"), job(ENDLESS, timeout=0.5), said):
        pass
    assert caught.value.code == "source.timeout"
    assert time.monotonic() - began < 20


def test_a_slow_consumer_is_no_silence(processes, source):
    with read_apart(source("mysql", "x"), job(MANY, timeout=2), said) as reader:
        reader.read_next_batch()
        time.sleep(3)
        assert sum(batch.num_rows for batch in reader) == 2_990_000


def test_last_words_are_translated(processes, source):
    with pytest.raises(Terminal) as caught, read_apart(source("mysql", "x"), job("SELECT nonsense"), said):
        pass
    assert "nonsense" in str(caught.value.parameters["reason"])


def test_an_error_of_ours_comes_through_as_itself(processes, source, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "一"
    book.save(tmp_path / "a.xlsx")
    reading = job("二", driver="workbook", location=str(tmp_path / "a.xlsx"))
    with pytest.raises(Terminal) as caught, read_apart(source("xlsx", "x"), reading, said):
        pass
    assert caught.value.code == "source.object_missing"
    assert caught.value.parameters["existing"] == "a.xlsx#一"


def test_leaving_early_ends_the_process(processes, source):
    with read_apart(source("mysql", "x"), job(MANY), said) as reader:
        reader.read_next_batch()
    assert processes[0].returncode is not None
    assert processes[0].stdout.closed
