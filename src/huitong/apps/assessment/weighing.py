"""Indicators as declared, and their weights as edited: each change of a weight is a version with its reason."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_bureau
from huitong.apps.assessment.models import Indicator, WeightVersion
from huitong.apps.assessment.specs import WeightsSpec
from huitong.apps.ledger.services import record_audit
from huitong.engine.assessment.deriving import check_indicator
from huitong.engine.declarations import indicators
from huitong.foundation.errors import Terminal


@transaction.atomic
def put_indicator(acting_user: User, *, spec: indicators.Indicator) -> Indicator:
    """Create or change an indicator.

    Raises:
        Terminal: what :func:`huitong.engine.assessment.deriving.check_indicator` raises: then nothing was changed.
    """
    check_indicator(spec)
    row = Indicator.objects.filter(code=spec.code).first() or Indicator(code=spec.code)
    before = row.as_spec() if row.pk else None
    row.title, row.title_en, row.weight = spec.title, spec.title_en, spec.weight
    row.set_spec(spec)
    row.save()
    record_audit(
        acting_user, action="assessment.put_indicator", kind="indicator", target=spec.code, before=before, after=spec
    )
    return row


@transaction.atomic
def remove_indicator(acting_user: User, *, code: str) -> None:
    """Remove an indicator; quarters that were assessed by it keep it.

    Raises:
        Terminal: ``people.not_found``.
    """
    row = Indicator.objects.filter(code=code).first()
    if row is None:
        raise Terminal("people.not_found", kind="indicator", code=code)
    row.delete()
    record_audit(acting_user, action="assessment.remove_indicator", kind="indicator", target=code, before=row.as_spec())


@transaction.atomic
def set_weights(acting_user: User, *, weights: Mapping[str, float], reason: str) -> WeightVersion:
    """Change what the indicators weigh, from the next quarter that is frozen on.

    Args:
        weights: of every indicator, in points; only their proportion counts.
        reason: why; the departments read it.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau does it, ``assessment.reason_missing``,
            ``assessment.weights_missing``.
    """
    require_bureau(acting_user)
    if not reason.strip():
        raise Terminal("assessment.reason_missing")
    rows = list(Indicator.objects.select_for_update())
    before = {row.code: row.weight for row in rows}
    wrong = [code for code in {**before, **weights} if code not in before or not _is_weight(weights.get(code))]
    if wrong or sum(weights.values()) <= 0:
        raise Terminal("assessment.weights_missing", indicator=(wrong or [*before, ""])[0])
    for row in rows:
        row.weight = weights[row.code]
        row.set_spec(msgspec.structs.replace(row.as_spec(), weight=row.weight))
    Indicator.objects.bulk_update(rows, ["weight", "spec", "digest"])
    version = _new_version(acting_user, {row.code: row.weight for row in rows}, reason.strip()[:300])
    record_audit(
        acting_user,
        action="assessment.set_weights",
        kind="weights",
        target=str(version.number),
        before=WeightsSpec(number=version.number - 1, weights=before),
        after=WeightsSpec(number=version.number, weights=version.weights, reason=version.reason),
    )
    return version


def settled_weights(acting_user: User) -> WeightVersion:
    """Return the version of the weights that are in force; a new one when a pack has changed them since the last."""
    weights = {row.code: row.weight for row in Indicator.objects.all()}
    last = WeightVersion.objects.first()
    return last if last is not None and last.weights == weights else _new_version(acting_user, weights, "")


def _new_version(user: User, weights: dict[str, float], reason: str) -> WeightVersion:
    last = WeightVersion.objects.select_for_update().first()
    number = last.number + 1 if last else 1
    return WeightVersion.objects.create(number=number, weights=weights, reason=reason, user=user)


def _is_weight(weight: float | None) -> bool:
    return weight is not None and 0 <= weight <= 1000
