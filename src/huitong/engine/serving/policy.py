"""The policy document: everything the gateway must know to decide a call, compiled by the people plane.

The people plane compiles it from approved services, apps and grants; the gateway only reads it. It holds no
personal data and no secret in clear.
"""

from __future__ import annotations

import msgspec

from huitong.engine.declarations.elements import DataType
from huitong.engine.declarations.sharing import Grant, ServiceKind
from huitong.engine.declarations.spec import Spec
from huitong.foundation.errors import Terminal


class ServedField(Spec, frozen=True, kw_only=True):
    """A field of a service: ``name`` is the published column, ``element`` its data element's code.

    ``level`` is the sensitivity 1–4; ``mask`` the masking function applied unless a grant gives the field in clear.
    """

    name: str
    type: DataType = "string"
    title: str = ""
    title_en: str = ""
    element: str = ""
    level: int = 2
    mask: str = ""


class ServedService(Spec, frozen=True, kw_only=True):
    """A service as served: ``key`` is the column callers look up by, ``subject`` the one that names the data subject.

    Both are columns of the published table and need not be among ``fields``, which are what a grant may give.
    """

    code: str
    title: str
    title_en: str = ""
    table: str
    key: str
    subject: str = ""
    kinds: tuple[ServiceKind, ...] = ("records", "verify")
    fields: tuple[ServedField, ...]


class ServedApp(Spec, frozen=True, kw_only=True):
    """A consumer app; ``secret_hash`` comes from ``credentials.hash_secret``, ``organisation`` is a code."""

    code: str
    title: str
    organisation: str
    secret_hash: str
    active: bool = True


class Policy(Spec, frozen=True, kw_only=True):
    """One state of all services, apps and grants. ``version`` grows, ``issued_at`` is ISO 8601 in UTC."""

    version: int
    issued_at: str
    services: tuple[ServedService, ...] = ()
    apps: tuple[ServedApp, ...] = ()
    grants: tuple[Grant, ...] = ()


_DECODER = msgspec.json.Decoder(Policy)


def encode(policy: Policy) -> bytes:
    """Write the policy as JSON, readable by people."""
    return msgspec.json.format(msgspec.json.encode(policy), indent=1)


def decode(document: bytes | str) -> Policy:
    """Read a policy document.

    Raises:
        Terminal: ``serving.policy_invalid`` when it is not a policy. The gateway then refuses every call: going on
            with an older policy could keep a withdrawn grant alive.
    """
    try:
        return _DECODER.decode(document)
    except msgspec.MsgspecError as error:
        raise Terminal("serving.policy_invalid", reason=str(error)) from error
