"""Where rows come from: one source is one database, one folder of deliveries or one site."""

from __future__ import annotations

from typing import Literal

from huitong.engine.declarations.spec import Spec

SourceKind = Literal["sqlite", "mysql", "postgresql", "csv", "xlsx", "html"]


class Source(Spec, frozen=True, kw_only=True):
    """数据源.

    ``location`` is a file or folder path (sqlite, csv, xlsx), a connection URL
    (``mysql://user:password@host:port/db``, ``postgresql://…``) or a page address (html).
    ``${NAME}`` in it is replaced from the pack's variables (``pack.yaml``, ``--set``, ``home``) and the environment, so
    that passwords stay out of packs.
    """

    code: str
    title: str
    title_en: str = ""
    organisation: str
    system: str = ""
    kind: SourceKind
    location: str
    timeout: float = 30.0
    """Seconds until an unanswered connection or a stalled read is given up."""
    encoding: str = ""
    """csv: forces an encoding; "" detects UTF-8, UTF-16 and GB18030."""
    delimiter: str = ""
    """csv: forces a delimiter; "" detects."""


class Link(Spec, frozen=True, kw_only=True):
    """挂接: binds a catalog item to a source object.

    ``object``: a table (databases), file name (csv; may be gzipped; glob allowed for several deliveries of the
    same layout), ``file.xlsx#sheet`` (xlsx), or the CSS selector of a table (html; "" takes the first).
    ``key``: source columns that identify a row; () for a table without a key.
    ``watermark``: column that grows with every change, needed by ``incremental``.
    ``overlap``: re-read this much before the watermark: seconds for times, units for numbers.
    ``reconcile``: after an incremental run find deletes by comparing keys: on every run, or never.
    """

    source: str
    object: str = ""
    mode: Literal["full", "incremental"] = "full"
    key: tuple[str, ...] = ()
    watermark: str = ""
    overlap: int = 0
    reconcile: Literal["always", "never"] = "always"
