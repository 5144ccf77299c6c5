"""Proof that a frozen quarter is what its facts say: files by digest, results by computing them again."""

from __future__ import annotations

from collections.abc import Iterator

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.assessment.freezing import facts_root, results_from
from huitong.apps.assessment.models import Quarter, Score
from huitong.apps.assessment.specs import Difference, Verification
from huitong.engine.assessment.facts import Manifest, damaged_files, digest_of_file, file_of
from huitong.engine.assessment.period import period_of
from huitong.engine.assessment.scoring import Result
from huitong.foundation.errors import Terminal

_MISSING = ""


def verify_quarter(viewer: Viewer, *, quarter: str) -> Verification:
    """Recompute a quarter from its facts by the method it was frozen with, and compare with what was kept.

    Files that are not as they were are named and nothing is computed from them. The work is that of freezing, without
    gathering.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau or a leader asks, ``people.not_found``,
            ``assessment.bad_quarter``.
    """
    if not scope_of(viewer).everything:
        raise Terminal("people.not_allowed", login=str(viewer))
    code = period_of(quarter).code
    row = Quarter.objects.select_related("weights").filter(code=code).first()
    if row is None:
        raise Terminal("people.not_found", kind="assessment", code=code)
    manifest = row.typed_manifest()
    damaged = [_damage(manifest, table) for table in damaged_files(facts_root(), manifest)]
    if damaged:
        return Verification(code, len(manifest.files), 0, tuple(damaged))
    kept, found = dict(_kept(row)), dict(_found(results_from(manifest, row.typed_method())))
    names = sorted({*kept, *found})
    differences = tuple(
        Difference(name, kept.get(name, _MISSING), found.get(name, _MISSING))
        for name in names
        if kept.get(name) != found.get(name)
    )
    return Verification(code, len(manifest.files), len(names), (*_other_weights(row), *differences))


def _damage(manifest: Manifest, table: str) -> Difference:
    expected = next(one.sha256 for one in manifest.files if one.table == table)
    return Difference(f"{table}.parquet", expected, digest_of_file(file_of(facts_root(), manifest, table)))


def _other_weights(row: Quarter) -> Iterator[Difference]:
    """Where the method's weights are not those of the version that the quarter was frozen with."""
    versioned = row.weights.weights if row.weights else {}
    for one in row.typed_method():
        if row.weights and versioned.get(one.code) != one.weight:
            yield Difference(f"weights/{one.code}", str(one.weight), str(versioned.get(one.code, _MISSING)))


def _kept(row: Quarter) -> Iterator[tuple[str, str]]:
    for score in Score.objects.filter(quarter=row).prefetch_related("parts"):
        yield from _of_score(score.code, score.peers, score.total, score.rank, score.of)
        for part in score.parts.all():
            numbers = (part.value, part.numerator, part.denominator, part.points_of_100, part.weight, part.points)
            yield from _of_part(score.code, part.indicator, numbers)


def _found(results: tuple[Result, ...]) -> Iterator[tuple[str, str]]:
    for one in results:
        yield from _of_score(one.organisation, one.peers, one.total, one.rank, one.of)
        for part in one.parts:
            numbers = (part.value, part.numerator, part.denominator, part.score, part.weight, part.points)
            yield from _of_part(one.organisation, part.indicator, numbers)


def _of_score(code: str, peers: str, total: float, rank: int, of: int) -> Iterator[tuple[str, str]]:
    for name, value in {"peers": peers, "total": total, "rank": rank, "of": of}.items():
        yield f"{code}/{name}", str(value)


def _of_part(code: str, indicator: str, numbers: tuple[float, ...]) -> Iterator[tuple[str, str]]:
    names = ("value", "numerator", "denominator", "score", "weight", "points")
    for name, number in zip(names, numbers, strict=True):
        yield f"{code}/{indicator}/{name}", repr(float(number))
