"""The kinds of service: how each is asked and how it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from starlette.types import Receive, Scope

from huitong.engine.declarations.sharing import ServiceKind
from huitong.foundation.errors import HuitongError
from huitong.gateway.answering import Plan, Reply, SubjectHash
from huitong.gateway.asking import VerifyItem, asked_in_body, asked_in_query, read_body, verified_in_body
from huitong.gateway.lookups import Found


class Asked(msgspec.Struct, frozen=True):
    """What a request asks, or what is wrong with its form. ``items`` are of ``verify`` only."""

    keys: list[str]
    fields: tuple[str, ...] | None = None
    items: list[VerifyItem] | None = None
    error: HuitongError | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A service kind: HTTP methods, how a request is read, how it is answered."""

    name: ServiceKind
    methods: tuple[str, ...]
    read: Callable[[Scope, bytes], Asked]
    answer: Callable[[Plan, Asked, Found, SubjectHash], Reply]

    async def ask(self, scope: Scope, receive: Receive) -> Asked:
        """Read a request. What is wrong with it becomes ``error``: whether the caller may know is decided later.

        Raises:
            ClientGone: the caller hung up.
        """
        try:
            body = b"" if scope["method"] == "GET" else await read_body(scope, receive)
            return self.read(scope, body)
        except HuitongError as error:
            return Asked([], error=error)


def _read_records(scope: Scope, body: bytes) -> Asked:
    asked = asked_in_query(scope["query_string"]) if scope["method"] == "GET" else asked_in_body(body)
    return Asked(asked.keys, tuple(dict.fromkeys(asked.fields)) if asked.fields else None)


def _answer_records(plan: Plan, asked: Asked, found: Found, subject_hash: SubjectHash) -> Reply:
    return plan.records(asked.keys, found, subject_hash)


def _read_verify(scope: Scope, body: bytes) -> Asked:  # noqa: ARG001 - a kind's signature
    items = verified_in_body(body).items
    fields = dict.fromkeys(name for item in items for name in item.values)
    return Asked([item.key for item in items], tuple(fields), items)


def _answer_verify(plan: Plan, asked: Asked, found: Found, subject_hash: SubjectHash) -> Reply:
    return plan.verify(asked.items or (), found, subject_hash)


KINDS: tuple[Kind, ...] = (
    Kind("records", ("GET", "POST"), _read_records, _answer_records),
    Kind("verify", ("POST",), _read_verify, _answer_verify),
)
