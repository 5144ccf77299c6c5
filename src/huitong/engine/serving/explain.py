"""Why a call would be allowed or refused, rule by rule, without making it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from huitong.engine.declarations.sharing import Grant, ServiceKind
from huitong.engine.evidence.meter import beijing_day
from huitong.engine.serving.decision import Call, PolicyIndex, RuleOutcome, decide, granted_fields, outcomes_of
from huitong.engine.serving.policy import Policy, ServedService


@dataclass(frozen=True)
class _UsedQuota:
    used: int

    def reserve(self, grant: Grant, today: str, keys: int) -> bool:  # noqa: ARG002 - the protocol's signature
        return self.used + keys <= grant.quota


def explain(
    policy: Policy,
    *,
    app: str,
    service: str,
    grant: str,
    kind: ServiceKind = "records",
    fields: tuple[str, ...] | None = None,
    keys: int = 1,
    used: int = 0,
    now: datetime | None = None,
) -> tuple[RuleOutcome, ...]:
    """Return what each rule says to a call with a valid token; after a refusal the rest are ``not_reached``.

    When the call would be answered, two more outcomes tell which rows and what masks: they narrow the answer, they do
    not refuse it.

    Args:
        policy: as the gateway enforces it.
        app, service, grant: codes.
        kind, fields, keys: what would be asked; ``fields`` None means all that are granted.
        used: keys answered today under the grant, from the meter.
        now: aware; default is the present.
    """
    index = PolicyIndex(policy)
    served, granted = index.services.get(service), index.grants.get(grant)
    call = Call(
        kind=kind,
        today=beijing_day(now or datetime.now(UTC)),
        quota=_UsedQuota(used),
        service_code=service,
        purpose=grant,
        app=index.apps.get(app),
        service=served,
        grant=granted,
        fields=fields,
        keys=keys,
    )
    decision = decide(call)
    if decision.refusal or served is None or granted is None:
        return outcomes_of(decision)
    return (*decision.outcomes, _rows(granted), _masks(served, granted, kind))


def _rows(grant: Grant) -> RuleOutcome:
    parts = [f"{condition.field} ∈ {{{', '.join(condition.values)}}}" for condition in grant.row_filter]
    note = "; ".join(parts)
    return RuleOutcome(
        "rows",
        "只答授权范围内的行",
        "Only rows that the grant covers",
        "passed",
        None,
        note or "全部行",
        note or "all rows",
    )


def _masks(service: ServedService, grant: Grant, kind: ServiceKind) -> RuleOutcome:
    masked = [field for field in granted_fields(service, grant) if field.mask and field.name not in grant.clear]
    if kind == "verify":
        note, note_en = "只答是或否，不返回值", "answers yes or no and gives no value"
    else:
        note = "、".join(field.title or field.name for field in masked) or "无"
        note_en = ", ".join(field.title_en or field.name for field in masked) or "none"
    return RuleOutcome("masks", "脱敏字段", "Masked fields", "passed", None, note, note_en)
