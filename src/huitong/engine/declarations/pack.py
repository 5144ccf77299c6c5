"""A pack: a folder of declarations (DESIGN, packs)."""

from __future__ import annotations

from huitong.engine.declarations.cases import CaseType
from huitong.engine.declarations.elements import CodeList, Element
from huitong.engine.declarations.indicators import Indicator
from huitong.engine.declarations.items import CatalogItem
from huitong.engine.declarations.libraries import Library
from huitong.engine.declarations.people import Organisation, System, User
from huitong.engine.declarations.remits import Authority, Remit
from huitong.engine.declarations.sharing import ConsumerApp, Grant, Service
from huitong.engine.declarations.sources import Source
from huitong.engine.declarations.spec import Spec


class Manifest(Spec, frozen=True, kw_only=True):
    """``pack.yaml``. ``requires`` names other packs, by shipped name or by path relative to this folder."""

    name: str
    title: str
    title_en: str = ""
    version: str = "1"
    requires: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    """Defaults for ``${NAME}`` in sources' locations; ``${pack}`` in one stands for the folder of this file."""


class Pack(Spec, frozen=True, kw_only=True):
    """Everything declared by a pack and the packs it requires, each kind in declared order, codes unique."""

    name: str
    title: str = ""
    title_en: str = ""
    organisations: tuple[Organisation, ...] = ()
    systems: tuple[System, ...] = ()
    users: tuple[User, ...] = ()
    elements: tuple[Element, ...] = ()
    codelists: tuple[CodeList, ...] = ()
    sources: tuple[Source, ...] = ()
    items: tuple[CatalogItem, ...] = ()
    libraries: tuple[Library, ...] = ()
    services: tuple[Service, ...] = ()
    apps: tuple[ConsumerApp, ...] = ()
    grants: tuple[Grant, ...] = ()
    case_types: tuple[CaseType, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    authorities: tuple[Authority, ...] = ()
    remits: tuple[Remit, ...] = ()
    variables: dict[str, str] = {}
    """Defaults for ``${NAME}`` in sources' locations, those of the pack before those of what it requires."""
    written_variables: dict[str, str] = {}
    """The same as their manifests have them, ``${pack}`` still standing for a folder: what another machine can use."""
