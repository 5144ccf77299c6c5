"""Data elements (数据元): the unit of standard. Rules, masks and API schemas derive from the binding to one."""

from __future__ import annotations

from typing import Literal

from huitong.engine.declarations.spec import Spec

DataType = Literal["string", "integer", "decimal", "date", "datetime", "boolean"]


class Element(Spec, frozen=True, kw_only=True):
    """数据元.

    ``code`` identifies it (``DE00001``), ``name`` is the field name used in code and tables (``id_number``);
    ``normalisers`` and ``checks`` name entries of the registries in ``engine/standards``;
    ``level`` is the sensitivity 1 (public) … 4 (most sensitive); ``mask`` names a masking function, "" for none.
    """

    code: str
    name: str
    title: str
    title_en: str
    type: DataType = "string"
    max_length: int | None = None
    codelist: str = ""
    normalisers: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    level: Literal[1, 2, 3, 4] = 2
    mask: str = ""
    definition: str = ""


class CodeEntry(Spec, frozen=True, kw_only=True):
    """One value of a code list, with titles; ``parent`` for trees such as divisions."""

    code: str
    title: str
    title_en: str = ""
    parent: str = ""


class CodeList(Spec, frozen=True, kw_only=True):
    """代码集, e.g. GB/T 2261.1 sex. In a pack: ``codelists/<name>.csv`` with a header of CodeEntry's fields."""

    name: str
    title: str
    entries: tuple[CodeEntry, ...]
