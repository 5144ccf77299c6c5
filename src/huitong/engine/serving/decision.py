"""May this call be answered? A list of small rules, asked in order; the first that refuses decides.

The gateway decides every call by it, and pages and commands explain by the same list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

from huitong.engine.declarations.sharing import Grant, ServiceKind
from huitong.engine.serving.policy import Policy, ServedApp, ServedField, ServedService
from huitong.foundation.errors import HuitongError, Terminal

State = Literal["passed", "failed", "not_reached"]


class PolicyIndex:
    """A policy with everything found by code."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.apps = {app.code: app for app in policy.apps}
        self.services = {service.code: service for service in policy.services}
        self.grants = {grant.code: grant for grant in policy.grants}


class Quota(Protocol):
    """Counts answered keys per grant and Beijing day."""

    def reserve(self, grant: Grant, today: str, keys: int) -> bool:
        """Take ``keys`` out of what the grant has left today; False, and nothing taken, when it is not enough."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a call. ``app``, ``service`` and ``grant`` are None when the policy has none of that code.

    ``fields`` are those asked for, None for all that are granted; ``keys`` counts keys; ``today`` is the Beijing
    date, ISO. ``token_error`` and ``request_error`` are what was wrong with the token and with the request's form.
    """

    kind: ServiceKind
    today: str
    quota: Quota
    service_code: str
    purpose: str
    app: ServedApp | None = None
    service: ServedService | None = None
    grant: Grant | None = None
    fields: tuple[str, ...] | None = None
    keys: int = 1
    token_error: HuitongError | None = None
    request_error: HuitongError | None = None


Check = Callable[[Call], HuitongError | None]


@dataclass(frozen=True)
class RuleOutcome:
    """What one rule said. ``note`` tells what a passed rule narrows, such as masks; ``error`` why it failed."""

    rule: str
    title: str
    title_en: str
    state: State
    error: HuitongError | None = None
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class Decision:
    """The outcomes up to the first refusal, and that refusal; None means the call may be answered."""

    outcomes: tuple[RuleOutcome, ...]
    refusal: HuitongError | None


def decide(call: Call) -> Decision:
    """Ask the rules in order until one refuses. The last one reserves the quota: give it back if no answer follows."""
    for place, check in enumerate(_CHECKS):
        error = check(call)
        if error is not None:
            return Decision((*_PASSED[:place], _failed(place, error)), error)
    return _ALLOWED


def outcomes_of(decision: Decision) -> tuple[RuleOutcome, ...]:
    """The decision's outcomes with the rules that were not reached behind them."""
    return (*decision.outcomes, *_NOT_REACHED[len(decision.outcomes) :])


def granted_fields(service: ServedService, grant: Grant) -> tuple[ServedField, ...]:
    """The fields that a grant gives of a service, in the service's order."""
    return tuple(field for field in service.fields if field.name in grant.fields)


def _token(call: Call) -> HuitongError | None:
    return call.token_error


def _app(call: Call) -> HuitongError | None:
    return None if call.app and call.app.active else Terminal("gateway.client_invalid")


def _service(call: Call) -> HuitongError | None:
    return None if call.service else Terminal("gateway.service_unknown", service=call.service_code)


def _purpose_stated(call: Call) -> HuitongError | None:
    return None if call.purpose else Terminal("gateway.purpose_missing")


def _purpose_granted(call: Call) -> HuitongError | None:
    grant, app, service = call.grant, call.app, call.service
    if grant and app and service and grant.app == app.code and grant.service == service.code:
        return None
    return Terminal("gateway.purpose_not_granted", purpose=call.purpose, service=call.service_code)


def _kind(call: Call) -> HuitongError | None:
    if call.grant and call.service and call.kind in call.grant.kinds and call.kind in call.service.kinds:
        return None
    return Terminal("gateway.kind_not_granted", kind=call.kind, purpose=call.purpose)


def _validity(call: Call) -> HuitongError | None:
    assert call.grant
    if call.grant.valid_from and call.today < call.grant.valid_from:
        return Terminal("gateway.grant_not_yet_valid", purpose=call.purpose, date=call.grant.valid_from)
    if call.grant.valid_to and call.today > call.grant.valid_to:
        return Terminal("gateway.grant_expired", purpose=call.purpose, date=call.grant.valid_to)
    return None


def _request(call: Call) -> HuitongError | None:
    return call.request_error


def _fields(call: Call) -> HuitongError | None:
    if call.fields is None:
        return None
    assert call.grant and call.service
    granted = {field.name for field in granted_fields(call.service, call.grant)}
    refused = [name for name in call.fields if name not in granted]
    if not refused:
        return None
    return Terminal("gateway.field_not_granted", fields=", ".join(refused)[:200], purpose=call.purpose)


def _quota(call: Call) -> HuitongError | None:
    assert call.grant
    if not call.grant.quota or call.quota.reserve(call.grant, call.today, call.keys):
        return None
    return Terminal("gateway.quota_exceeded", purpose=call.purpose, quota=call.grant.quota)


_RULES: tuple[tuple[tuple[str, str, str], Check], ...] = (
    (("token", "令牌有效", "The token is valid"), _token),
    (("app", "应用在用", "The app is active"), _app),
    (("service", "服务存在", "The service exists"), _service),
    (("purpose_stated", "说明了用途", "A purpose is stated"), _purpose_stated),
    (
        ("purpose_granted", "用途已授权给该应用和服务", "The purpose is granted to this app for this service"),
        _purpose_granted,
    ),
    (("kind", "授权含此调用方式", "The grant covers this kind of call"), _kind),
    (("validity", "在授权有效期内", "The grant is valid today"), _validity),
    (("request", "请求格式正确", "The request is well formed"), _request),
    (("fields", "所需字段均已授权", "Every field asked for is granted"), _fields),
    (("quota", "未超当日配额", "The day's quota is not used up"), _quota),
)
_CHECKS = tuple(check for _, check in _RULES)
_PASSED = tuple(RuleOutcome(*name, "passed") for name, _ in _RULES)
_NOT_REACHED = tuple(RuleOutcome(*name, "not_reached") for name, _ in _RULES)
_ALLOWED = Decision(_PASSED, None)


def _failed(place: int, error: HuitongError) -> RuleOutcome:
    return RuleOutcome(*_RULES[place][0], "failed", error)
