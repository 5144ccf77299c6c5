"""What a running gateway holds: store, policy in force, tokens, quota, ledger."""

from __future__ import annotations

import hashlib
import time
from functools import lru_cache, partial

import msgspec

from huitong.engine.evidence.record import Evidence, Receipt, utc_text
from huitong.engine.evidence.writer import open_writer
from huitong.engine.serving.decision import PolicyIndex
from huitong.engine.serving.opening import open_serving
from huitong.engine.serving.policy import ServedApp
from huitong.foundation.clock import now
from huitong.foundation.errors import HuitongError, Terminal, Transient
from huitong.foundation.hashing import hash_subject
from huitong.gateway.anonymous import AnonymousLimit
from huitong.gateway.config import GatewayConfig
from huitong.gateway.enforced import EnforcedPolicy
from huitong.gateway.lookups import Lookups
from huitong.gateway.quota import LedgerQuota
from huitong.gateway.tokens import Tokens

ANONYMOUS = "?"
"""The consumer of calls without a valid token."""


class Gateway:
    """The parts of one gateway process, opened together and closed together.

    Raises:
        Terminal: ``serving.url_invalid``, ``evidence.key_invalid``, ``evidence.key_changed``.
    """

    def __init__(self, config: GatewayConfig) -> None:
        self.config = config
        self.store = open_serving(config.serving_url)
        self.lookups = Lookups(self.store)
        self.policy = EnforcedPolicy(self.store)
        self.tokens = Tokens(config.secret, config.token_seconds)
        self.writer = open_writer(config.evidence_folder, "gateway", config.key_file)
        self.quota = LedgerQuota(config.evidence_folder)
        self.subject_hash = partial(hash_subject, config.secret)
        self._anonymous = AnonymousLimit(config.anonymous_records)

    def authenticate(
        self, index: PolicyIndex, authorization: str, moment: float
    ) -> tuple[ServedApp | None, HuitongError | None]:
        """Return the app that the ``Authorization`` header proves, or what is wrong with it."""
        scheme, _, token = authorization.strip().partition(" ")
        if not token or scheme.lower() != "bearer":
            return None, Terminal("gateway.token_missing")
        try:
            claims = self.tokens.verify(token.strip(), moment)
        except Terminal as error:
            return None, error
        app = index.apps.get(claims.app)
        if app and claims.stamp != secret_stamp(app.secret_hash):
            return None, Terminal("gateway.token_invalid")
        return app, None

    async def record(self, evidence: Evidence) -> Receipt | None:
        """Put the evidence on disk; None for a call without a valid token that is counted into a later record.

        Raises:
            Transient: ``evidence.unwritable``: then nothing may be answered.
        """
        if evidence.consumer == ANONYMOUS:
            stands_for = self._anonymous.admit(evidence.outcome, time.monotonic())
            if not stands_for:
                return None
            evidence = msgspec.structs.replace(evidence, repeated=stands_for)
        return await self.writer.submit(evidence)

    def close(self) -> None:
        """Record what is still held back, seal the ledger's segment and let go of everything."""
        moment = utc_text(now())
        for outcome, repeated in self._anonymous.held().items():
            try:
                self.writer.append(Evidence(time=moment, consumer=ANONYMOUS, outcome=outcome, repeated=repeated))
            except Transient:
                break  # closed before, or the disk is full: these calls got no data
        self.writer.close()
        self.quota.close()
        self.store.close()


@lru_cache(maxsize=1024)
def secret_stamp(secret_hash: str) -> str:
    """A short mark of a secret's hash. Tokens carry it, so that a new secret ends the old one's tokens."""
    return hashlib.sha256(secret_hash.encode()).hexdigest()[:16]
