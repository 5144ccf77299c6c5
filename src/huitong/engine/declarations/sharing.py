"""Who may use what: services, consumer apps, grants. Nobody reads rows but through a grant."""

from __future__ import annotations

from typing import Literal

from huitong.engine.declarations.spec import Spec

ServiceKind = Literal["records", "verify"]


class Service(Spec, frozen=True, kw_only=True):
    """服务: an interface over one lake table (``base.population``, ``std.fund_account``…).

    ``key`` is the column callers look up by; ``subject`` the column that names the data subject (default: ``key``),
    which evidence keeps as a keyed hash.
    """

    code: str
    title: str
    title_en: str
    provider: str
    table: str
    key: str
    subject: str = ""
    fields: tuple[str, ...]
    kinds: tuple[ServiceKind, ...] = ("records", "verify")
    items: tuple[str, ...] = ()
    """Codes of the catalog items it makes available."""
    papers: tuple[str, ...] = ()
    """What people need not bring because of it, in the words of those who are asked for it: 无房证明."""
    papers_en: tuple[str, ...] = ()
    abstract: str = ""
    abstract_en: str = ""


class ConsumerApp(Spec, frozen=True, kw_only=True):
    """消费方应用. ``secret`` only in demo packs; otherwise issued once on a page.

    ``system`` is the information system that calls by it, where that is registered.
    """

    code: str
    title: str
    title_en: str
    organisation: str
    secret: str = ""
    system: str = ""


class RowFilter(Spec, frozen=True, kw_only=True):
    """Only rows whose ``field`` is one of ``values``."""

    field: str
    values: tuple[str, ...]


class Grant(Spec, frozen=True, kw_only=True):
    """授权: app × service × purpose × legal basis × fields × rows × kinds × quota × validity.

    ``fields`` are readable, masked by their element's default; those in ``clear`` come unmasked.
    ``quota`` is answered keys a day, Beijing time; 0 means unlimited.
    ``valid_from`` and ``valid_to`` are ISO dates, both inclusive.
    """

    code: str
    app: str
    service: str
    purpose: str
    purpose_en: str = ""
    legal_basis: str
    legal_basis_en: str = ""
    fields: tuple[str, ...]
    clear: tuple[str, ...] = ()
    row_filter: tuple[RowFilter, ...] = ()
    kinds: tuple[ServiceKind, ...] = ("records", "verify")
    quota: int = 0
    valid_from: str = ""
    valid_to: str = ""
