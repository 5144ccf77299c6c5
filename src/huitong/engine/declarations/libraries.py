"""Base libraries (基础库): golden records declared as attributes with ordered sources and a policy."""

from __future__ import annotations

from typing import Literal

from huitong.engine.declarations.spec import Spec

Policy = Literal["authority", "latest", "most_common"]


class LibrarySource(Spec, frozen=True, kw_only=True):
    """One std table that contributes; ``key`` and ``updated`` are std columns. ``updated`` orders ``latest``."""

    table: str
    key: str
    updated: str = ""


class AttributeInput(Spec, frozen=True, kw_only=True):
    """``table.field`` of one source, in order of authority."""

    table: str
    field: str


class Attribute(Spec, frozen=True, kw_only=True):
    """One attribute of the golden record and where it comes from, most authoritative first."""

    name: str
    element: str
    policy: Policy = "authority"
    sources: tuple[AttributeInput, ...]


class Library(Spec, frozen=True, kw_only=True):
    """基础库: ``base.<table>`` with one row an entity, ``…_provenance`` and ``…_conflict`` beside it."""

    code: str
    title: str
    title_en: str
    table: str
    key: str
    """Name of the key column in the library, e.g. ``id_number``."""
    key_element: str
    sources: tuple[LibrarySource, ...]
    attributes: tuple[Attribute, ...]
    abstract: str = ""
    abstract_en: str = ""
