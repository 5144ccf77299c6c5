"""A quarter's way: previewed while it runs, frozen with its facts when it is over, published as a bulletin."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_bureau
from huitong.apps.assessment.gathering import gather
from huitong.apps.assessment.models import Comment, Indicator, Quarter, Score, ScorePart
from huitong.apps.assessment.specs import AnnexEntry, QuarterSpec
from huitong.apps.assessment.weighing import settled_weights
from huitong.apps.declared import stored
from huitong.apps.ledger.services import record_audit
from huitong.engine.assessment.deriving import derive, read_table
from huitong.engine.assessment.facts import Batch, Manifest, remove_facts, write_facts
from huitong.engine.assessment.period import Period, period_at, period_of
from huitong.engine.assessment.scoring import Assessed, Result, results_of
from huitong.engine.declarations import indicators
from huitong.foundation.clock import beijing_today, now
from huitong.foundation.errors import Terminal

Method = tuple[indicators.Indicator, ...]


def facts_root() -> Path:
    """Return the folder of all facts."""
    return Path(settings.HUITONG.home) / "assessment"


def refresh_preview(acting_user: User) -> Quarter:
    """Compute the running quarter as it would come out today, in place of its last preview.

    Raises:
        Terminal: ``assessment.no_indicators``; what an indicator's statement raises.
    """
    period = period_at(beijing_today())
    manifest = write_facts(facts_root(), f"{period.code}-preview", gather(period, beijing_today()))
    return _keep(acting_user, period, manifest, state=Quarter.State.PREVIEW)


def freeze_quarter(acting_user: User, *, quarter: str) -> Quarter:
    """Freeze a quarter that is over, with its facts as they are now. It never changes again.

    The facts are taken first, without holding a lock; scores and ranks are then kept in one transaction.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau does it, ``assessment.bad_quarter``, ``assessment.not_over``,
            ``assessment.already_frozen``, ``assessment.no_indicators``; what an indicator's statement raises.
    """
    require_bureau(acting_user)
    period = period_of(quarter)
    if beijing_today() <= period.ends:
        raise Terminal("assessment.not_over", quarter=period.code)
    _require_open(period)
    manifest = write_facts(facts_root(), period.code, gather(period, period.ends))
    return _keep(acting_user, period, manifest, state=Quarter.State.FROZEN)


def freeze_generated(
    acting_user: User, *, quarter: str, facts: Mapping[str, Iterable[Batch]], at: dt.datetime
) -> Quarter:
    """Freeze a quarter of a demo city's invented past; pages say that it is invented.

    Raises:
        Terminal: as :func:`freeze_quarter`.
    """
    require_bureau(acting_user)
    period = period_of(quarter)
    _require_open(period)
    manifest = write_facts(facts_root(), period.code, facts)
    return _keep(acting_user, period, manifest, state=Quarter.State.FROZEN, generated=True, at=at)


@transaction.atomic
def publish_quarter(acting_user: User, *, quarter: str, at: dt.datetime | None = None) -> Quarter:
    """Publish a frozen quarter: all officials see the ranking; comments so far go into the bulletin's annex.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau does it, ``assessment.not_frozen``,
            ``assessment.already_published``.
    """
    require_bureau(acting_user)
    row = Quarter.objects.select_for_update().filter(code=period_of(quarter).code).first()
    if row is None or row.state == Quarter.State.PREVIEW:
        raise Terminal("assessment.not_frozen", quarter=quarter)
    if row.state == Quarter.State.PUBLISHED:
        raise Terminal("assessment.already_published", quarter=quarter)
    before = _spec_of(row)
    row.state, row.published_at, row.published_by = Quarter.State.PUBLISHED, at or now(), acting_user
    comments = Comment.objects.filter(score__quarter=row).select_related("score").order_by("score__rank", "pk")
    row.annex = [stored(_annex_entry(comment)) for comment in comments]
    row.save()
    record_audit(
        acting_user,
        action="assessment.publish_quarter",
        kind="quarter",
        target=row.code,
        before=before,
        after=_spec_of(row),
    )
    return row


def results_from(manifest: Manifest, method: Method) -> tuple[Result, ...]:
    """Compute everybody's result from kept facts: when they are frozen, and again when they are verified.

    Raises:
        Terminal: as :func:`huitong.engine.assessment.deriving.derive`.
    """
    root = facts_root()
    names = [field.name for field in dataclasses.fields(Assessed)]
    rows = read_table(root, manifest, "organisations")
    assessed = [Assessed(**{name: row[name] for name in names}) for row in rows]
    return results_of(method, assessed, derive(root, manifest, method))


def _require_open(period: Period) -> None:
    if Quarter.objects.frozen().filter(code=period.code).exists():
        raise Terminal("assessment.already_frozen", quarter=period.code)


def _keep(
    user: User,
    period: Period,
    manifest: Manifest,
    *,
    state: Quarter.State,
    generated: bool = False,
    at: dt.datetime | None = None,
) -> Quarter:
    """Derive results from facts just written, and keep both; where that fails, the facts go too."""
    try:
        method = tuple(row.as_spec() for row in Indicator.objects.all())
        if not method:
            raise Terminal("assessment.no_indicators")
        results = results_from(manifest, method)
        until = read_table(facts_root(), manifest, "quarter")[0]["until"]
        with transaction.atomic():
            return _store(user, period, manifest, method, results, state=state, generated=generated, until=until, at=at)
    except BaseException:
        remove_facts(facts_root(), manifest)
        raise


def _store(
    user: User,
    period: Period,
    manifest: Manifest,
    method: Method,
    results: tuple[Result, ...],
    *,
    state: Quarter.State,
    generated: bool,
    until: dt.date,
    at: dt.datetime | None,
) -> Quarter:
    old = Quarter.objects.select_for_update().filter(code=period.code).first()
    if old is not None and old.state != Quarter.State.PREVIEW:
        raise Terminal("assessment.already_frozen", quarter=period.code)
    _drop_previews(except_for=period.code if state == Quarter.State.FROZEN else "")
    frozen = state == Quarter.State.FROZEN
    row = Quarter.objects.create(
        code=period.code,
        state=state,
        until=until,
        computed_at=at or now(),
        manifest=stored(manifest),
        method=msgspec.to_builtins(method),
        weights=settled_weights(user) if frozen else None,
        generated=generated,
        frozen_by=user if frozen else None,
    )
    _store_results(row, results)
    if frozen:
        record_audit(user, action="assessment.freeze_quarter", kind="quarter", target=row.code, after=_spec_of(row))
    return row


def _drop_previews(*, except_for: str) -> None:
    """Remove previews: all, or where a quarter is being frozen only its own. Their files go once that is certain."""
    rows = Quarter.objects.filter(state=Quarter.State.PREVIEW)
    for row in rows.filter(code=except_for) if except_for else rows:
        old = row.typed_manifest()
        row.delete()
        transaction.on_commit(lambda old=old: remove_facts(facts_root(), old))  # type: ignore[misc]


def _store_results(quarter: Quarter, results: tuple[Result, ...]) -> None:
    scores = Score.objects.bulk_create(
        Score(
            quarter=quarter,
            code=one.organisation,
            title=one.title,
            title_en=one.title_en,
            short=one.short,
            peers=one.peers,
            total=one.total,
            rank=one.rank,
            of=one.of,
        )
        for one in results
    )
    ScorePart.objects.bulk_create(
        (
            ScorePart(
                score=score,
                position=position,
                indicator=part.indicator,
                value=part.value,
                numerator=part.numerator,
                denominator=part.denominator,
                points_of_100=part.score,
                weight=part.weight,
                points=part.points,
            )
            for score, one in zip(scores, results, strict=True)
            for position, part in enumerate(one.parts)
        ),
        batch_size=500,
    )


def _spec_of(row: Quarter) -> QuarterSpec:
    return QuarterSpec(
        code=row.code,
        state=row.state,
        until=row.until.isoformat(),
        weights=row.weights.number if row.weights else 0,
        files={one.table: one.sha256 for one in row.typed_manifest().files},
    )


def _annex_entry(comment: Comment) -> AnnexEntry:
    return AnnexEntry(
        organisation=comment.score.code,
        title=comment.score.title,
        title_en=comment.score.title_en,
        indicator=comment.indicator,
        text=comment.text,
        at=comment.at.isoformat(),
        answer=comment.answer,
        answered_at=comment.answered_at.isoformat() if comment.answered_at else "",
    )
