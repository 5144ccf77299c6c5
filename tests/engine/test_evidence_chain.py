"""The ledger: written in groups, resumed after a crash, proved, and every kind of tampering named."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong.engine.evidence.merkle import GrowingRoot, inclusion_path, root_from_path
from huitong.engine.evidence.meter import MeterKey, meter
from huitong.engine.evidence.proof import proof_holds, prove
from huitong.engine.evidence.reading import read_records, records_from
from huitong.engine.evidence.record import Evidence, Receipt, write_body, write_line
from huitong.engine.evidence.signing import load_public_key, load_signing_key
from huitong.engine.evidence.verify import VerifyResult, verify
from huitong.engine.evidence.writer import EvidenceWriter, open_writer
from huitong.foundation.errors import Terminal, Transient, error_texts

NOON = "2026-03-02T04:00:00.000000Z"


def _call(number: int, **more: object) -> Evidence:
    return Evidence(
        time=NOON, consumer="fund", service="population", kind="records", grant="G1", asked=1, answered=1,
        case=f"案件-{number}", subjects=(f"{number:064x}",), as_of=number, **more,
    )  # fmt: skip


def _writer(ledger: Path, chain: str = "gateway-0", records: int = 50) -> EvidenceWriter:
    return EvidenceWriter(ledger, chain, load_signing_key(ledger.parent / "key.pem"), segment_records=records)


def _filled(ledger: Path, records: int = 120, segment: int = 50) -> list[Receipt]:
    writer = _writer(ledger, records=segment)
    threads = [_Appender(writer, range(start, records, 4)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    return sorted(receipt for thread in threads for receipt in thread.receipts)


class _Appender(threading.Thread):
    def __init__(self, writer: EvidenceWriter, numbers: range) -> None:
        super().__init__()
        self.receipts: list[Receipt] = []
        self._writer, self._numbers = writer, numbers

    def run(self) -> None:
        self.receipts = [self._writer.append(_call(number)) for number in self._numbers]


def test_threads_and_event_loops_share_one_whole_chain(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    writer = _writer(ledger)

    async def submit() -> list[Receipt]:
        return await asyncio.gather(*(writer.submit(_call(number)) for number in range(200)))

    thread = _Appender(writer, range(1000, 1050))
    thread.start()
    receipts = asyncio.run(submit())
    thread.join()
    writer.close()
    result = verify(ledger, anchors=[*receipts, *thread.receipts])
    assert (result.whole, result.records, result.chains) == (True, 250, 1)
    assert result.segments >= 2
    kept = {(record.seq, record.hash): record.as_of for record in read_records(ledger)}
    assert [kept[receipt.seq, receipt.hash] for receipt in receipts] == list(range(200))
    assert not list(ledger.glob("*/torn/*"))


def test_chain_goes_on_after_a_stop(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    _filled(ledger, 60)
    writer = _writer(ledger)
    assert writer.append(_call(60)).seq == 61
    writer.close()
    assert verify(ledger).records == 61
    assert [record.seq for record in read_records(ledger, {"gateway-0": 58})] == [59, 60, 61]


def test_only_one_writer_a_chain_and_each_process_takes_the_next(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    first = open_writer(ledger, "gateway", tmp_path / "key.pem")
    second = open_writer(ledger, "gateway", tmp_path / "key.pem")
    assert (first.chain, second.chain) == ("gateway-0", "gateway-1")
    with pytest.raises(Terminal, match=r"evidence\.chain_taken"):
        _writer(ledger)
    first.close()
    second.close()
    with pytest.raises(Terminal, match=r"evidence\.chain_name"):
        _writer(ledger, "../elsewhere")


def test_torn_line_is_set_aside_and_the_chain_resumes(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    file, receipts = _open_segment(tmp_path, ledger)
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    result = verify(ledger)
    assert result.whole and result.records == 4 and result.torn == (file,)
    writer = _writer(ledger)
    assert writer.append(_call(9)).seq == 5
    writer.close()
    kept = list(ledger.glob("gateway-0/torn/*"))
    assert [part.read_bytes() for part in kept] == [whole.splitlines(keepends=True)[-1][:-20]]
    result = verify(ledger)
    assert result.whole and result.torn == tuple(kept)
    assert verify(ledger, anchors=receipts).broken.reason == "anchor_differs"


def _open_segment(folder: Path, ledger: Path, records: int = 5) -> tuple[Path, list[Receipt]]:
    """A ledger whose writer was killed: five records, nothing sealed."""
    child = (
        "import os, sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from tests.engine import test_evidence_chain as t\n"
        "w = t._writer(Path(sys.argv[2]))\n"
        "for n in range(int(sys.argv[3])): r = w.append(t._call(n)); print(r.seq, r.hash, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    command = [sys.executable, "-c", child, str(Path(__file__).parents[2]), str(ledger), str(records)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    receipts = [Receipt("gateway-0", int(seq), digest) for seq, digest in map(str.split, done.stdout.splitlines())]
    return ledger / "gateway-0" / "000000000001.jsonl", receipts


def test_one_changed_byte_names_the_record(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    file, _ = _open_segment(tmp_path, ledger)
    whole = file.read_bytes()
    chance = random.Random(7)
    last = len(whole) - 1
    for place in [last, last - 1, last - 40, *chance.sample(range(len(whole)), 200)]:
        changed = bytearray(whole)
        changed[place] ^= chance.choice((1, 2, 4, 0x20))
        file.write_bytes(changed)
        broken = verify(ledger).broken
        assert broken is not None, place
        line = whole[:place].count(b"\n") + 1
        assert (broken.chain, broken.seq, broken.line, broken.file) == ("gateway-0", line, line, file)
        assert broken.reason in ("record_changed", "record_unreadable")
        assert "{" not in str(broken.as_error())
    file.write_bytes(whole)
    assert verify(ledger).whole


def _lines_without(lines: list[bytes]) -> list[bytes]:
    return lines[:20] + lines[21:]


def _lines_swapped(lines: list[bytes]) -> list[bytes]:
    return [*lines[:20], lines[21], lines[20], *lines[22:]]


def _lines_doubled(lines: list[bytes]) -> list[bytes]:
    return [*lines[:20], lines[19], *lines[20:]]


@pytest.mark.parametrize("spoil", [_lines_without, _lines_swapped, _lines_doubled])
def test_removed_moved_and_inserted_records_are_named(tmp_path: Path, spoil: object) -> None:
    ledger = tmp_path / "ledger"
    _filled(ledger)
    file = ledger / "gateway-0" / "000000000001.jsonl"
    file.write_bytes(b"".join(spoil(file.read_bytes().splitlines(keepends=True))))
    broken = verify(ledger).broken
    assert (broken.reason, broken.seq, broken.line) == ("record_out_of_order", 21, 21)


def test_a_chain_rewritten_with_fitting_hashes_breaks_on_the_seal(tmp_path: Path) -> None:
    ledger, other = tmp_path / "ledger", tmp_path / "forged"
    _filled(ledger, 40)
    writer = EvidenceWriter(other, "gateway-0", load_signing_key(tmp_path / "other.pem"), segment_records=1000)
    for number in range(40):
        writer.append(_call(number, operator="somebody else"))
    writer.close()
    segment = "gateway-0/000000000001"
    (ledger / f"{segment}.jsonl").write_bytes((other / f"{segment}.jsonl").read_bytes())
    assert verify(ledger).broken.reason == "seal_differs"
    (ledger / f"{segment}.seal").write_bytes((other / f"{segment}.seal").read_bytes())
    assert verify(ledger).broken.reason == "seal_forged"
    mine = (ledger / "public.pem").read_bytes()
    (ledger / "public.pem").write_bytes((other / "public.pem").read_bytes())
    assert verify(ledger).whole, "whoever rewrites ledger and key is found by a copy of the key"
    assert verify(ledger, public_pem=mine).broken.reason == "seal_forged"


def test_a_record_that_does_not_follow_is_named(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    file, _ = _open_segment(tmp_path, ledger)
    lines = file.read_bytes().splitlines(keepends=True)
    lines[2], _ = write_line(write_body(_call(2)), "gateway-0", 3, bytes(32))
    file.write_bytes(b"".join(lines))
    broken = verify(ledger).broken
    assert (broken.reason, broken.seq) == ("record_replaced", 3)


def test_cut_segments_and_missing_files_are_named(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    receipts = _filled(ledger, 120, 30)
    folder = ledger / "gateway-0"
    files = sorted(folder.glob("*.jsonl"))
    assert len(files) >= 3
    first, second, last = files[0], files[1], files[-1]

    def reason_after(file: Path, content: bytes | None) -> str:
        kept = file.read_bytes()
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
        reason = verify(ledger, anchors=receipts).broken.reason
        file.write_bytes(kept)
        return reason

    assert reason_after(first, b"".join(first.read_bytes().splitlines(keepends=True)[:-1])) == "segment_cut"
    assert reason_after(second, None) == "records_missing"
    assert reason_after(first, None) == "records_missing"
    assert reason_after(first.with_suffix(".seal"), None) == "seal_missing"
    assert reason_after(first.with_suffix(".seal"), b"{}") == "seal_unreadable"
    assert reason_after(last, None) == "tail_missing"
    assert verify(ledger, anchors=receipts).whole
    assert verify(ledger, anchors=[Receipt("gateway-7", 3, "0" * 64)]).broken.reason == "tail_missing"


def test_a_damaged_chain_does_not_grow_and_does_not_stop_the_gateway(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    file, _ = _open_segment(tmp_path, ledger)
    file.write_bytes(file.read_bytes().replace("案件-2".encode(), "案件-3".encode()))
    with pytest.raises(Terminal, match=r"evidence\.chain_broken"):
        _writer(ledger)
    writer = open_writer(ledger, "gateway", tmp_path / "key.pem")
    assert writer.append(_call(1)).chain == "gateway-1"
    writer.close()
    assert verify(ledger).broken.seq == 3


def test_nothing_is_acknowledged_on_a_full_disk_and_the_chain_goes_on_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = tmp_path / "ledger"
    writer = _writer(ledger)
    before = writer.append(_call(1))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", full)
        with pytest.raises(Transient, match="No space left"):
            writer.append(_call(2))
    after = writer.append(_call(3))
    writer.close()
    assert (before.seq, after.seq) == (1, 2)
    assert verify(ledger, anchors=[before, after]).whole
    assert [record.as_of for record in read_records(ledger)] == [1, 3]
    with pytest.raises(Transient):
        writer.append(_call(4))


def test_proofs_hold_for_their_record_and_no_other(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    receipts = _filled(ledger, 30, 1000)
    key = load_public_key((ledger / "public.pem").read_bytes())
    proofs = [prove(ledger, receipt.hash) for receipt in receipts]
    assert all(proof_holds(proof, key) for proof in proofs)
    stranger = load_signing_key(tmp_path / "other.pem").public_key()
    assert not proof_holds(proofs[3], stranger)
    changed = type(proofs[3])(line=proofs[4].line, place=3, path=proofs[3].path, seal=proofs[3].seal)
    assert not proof_holds(changed, key)
    with pytest.raises(Terminal, match=r"evidence\.receipt_unknown"):
        prove(ledger, "0" * 64)


def test_open_segments_give_no_proof_yet(tmp_path: Path) -> None:
    writer = _writer(tmp_path / "ledger")
    receipt = writer.append(_call(1))
    with pytest.raises(Terminal, match=r"evidence\.not_sealed"):
        prove(tmp_path / "ledger", receipt.hash)
    writer.close()
    assert prove(tmp_path / "ledger", receipt.hash).place == 0


@given(st.integers(1, 70), st.data())
def test_every_leaf_has_a_path_to_the_grown_root(size: int, data: st.DataObject) -> None:
    digests = [number.to_bytes(32, "big") for number in range(size)]
    tree = GrowingRoot()
    for digest in digests:
        tree.append(digest)
    place = data.draw(st.integers(0, size - 1))
    path = inclusion_path(digests, place)
    assert root_from_path(digests[place], place, size, path) == tree.root()
    assert root_from_path(digests[place], (place + 1) % size, size, path) != tree.root() or size == 1
    assert root_from_path(b"x" * 32, place, size, path) != tree.root()


def test_the_meter_adds_up_by_beijing_day(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    writer = _writer(ledger)
    late = Evidence(time="2026-03-02T16:30:00Z", consumer="fund", grant="G1", asked=5, answered=4)
    refused = Evidence(time="2026-03-02T16:31:00Z", consumer="fund", grant="G1", outcome="gateway.x", repeated=3)
    for evidence in (_call(1), _call(2), late, refused):
        writer.append(evidence)
    writer.close()
    counts = meter(read_records(ledger))
    day_one = counts[MeterKey("2026-03-02", "fund", "population", "records", "G1")]
    day_two = counts[MeterKey("2026-03-03", "fund", "", "", "G1")]
    assert (day_one.calls, day_one.answered, day_two.asked, day_two.refused) == (2, 2, 5, {"gateway.x": 3})
    assert len(list(records_from(ledger, datetime(2026, 3, 2, 16, tzinfo=UTC)))) == 2


def test_an_empty_ledger_is_whole(tmp_path: Path) -> None:
    assert verify(tmp_path / "none") == VerifyResult(True, 0, 0, 0, None, ())


def test_a_replaced_key_is_noticed(tmp_path: Path) -> None:
    _filled(tmp_path / "ledger", 3)
    with pytest.raises(Terminal, match=r"evidence\.key_changed"):
        open_writer(tmp_path / "ledger", "gateway", tmp_path / "new.pem")
    (tmp_path / "bad.pem").write_text("no key")
    with pytest.raises(Terminal, match=r"evidence\.key_invalid"):
        open_writer(tmp_path / "ledger", "gateway", tmp_path / "bad.pem")


def test_every_reason_has_a_text() -> None:
    reasons = {"record_unreadable", "record_changed", "record_out_of_order", "record_replaced", "anchor_differs"}
    assert {f"evidence.{reason}" for reason in reasons} <= set(error_texts())
