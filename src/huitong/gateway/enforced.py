"""The policy in force: looked at again at least once a second, and nothing answered without one."""

from __future__ import annotations

import time
from collections.abc import Sequence

from anyio import to_thread

from huitong.engine.declarations.sharing import Grant
from huitong.engine.serving.decision import PolicyIndex
from huitong.engine.serving.policy import ServedService
from huitong.engine.serving.store import ServingStore
from huitong.foundation.errors import HuitongError, Terminal
from huitong.gateway.answering import Plan

_LOOK_SECONDS = 0.5
_PLANS = 4096


class EnforcedPolicy:
    """Keeps the index of the store's current policy, and the plans built from it."""

    def __init__(self, store: ServingStore) -> None:
        self._store = store
        self._index: PolicyIndex | None = None
        self._error: HuitongError = Terminal("gateway.not_published")
        self._stamp: str | None = None
        self._next_look = 0.0
        self._plans: dict[tuple[str, tuple[str, ...] | None], Plan] = {}

    async def current(self) -> PolicyIndex:
        """Return the policy in force.

        Raises:
            HuitongError: there is none, or it cannot be read. An older one is not used then: it may hold grants that
                have been withdrawn.
        """
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + _LOOK_SECONDS
            if self._store.local:
                self._look()
            else:
                await to_thread.run_sync(self._look)
        if self._index is None:
            raise self._error
        return self._index

    def plan(self, service: ServedService, grant: Grant, fields: Sequence[str] | None) -> Plan:
        """Return how to answer calls of a grant of the current policy for some of its fields."""
        key = (grant.code, None if fields is None else tuple(sorted(fields)))
        plan = self._plans.get(key)
        if plan is None or plan.service is not service:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            plan = self._plans[key] = Plan(service, grant, fields)
        return plan

    def _look(self) -> None:
        try:
            stamp = self._store.policy_version()
            if stamp == self._stamp and self._index:
                return
            policy = self._store.read_policy()
        except HuitongError as error:
            self._index, self._error = None, error
            return
        self._plans.clear()
        self._index = PolicyIndex(policy) if policy else None
        self._error, self._stamp = Terminal("gateway.not_published"), stamp
