"""IT projects (信息化项目): what somebody wants to build, what it costs, what data it will share and collect."""

from __future__ import annotations

from typing import Literal

from huitong.engine.declarations.items import SharingType
from huitong.engine.declarations.people import Host
from huitong.engine.declarations.spec import Spec

ProjectKind = Literal["new", "upgrade", "operate"]


class ProjectShare(Spec, frozen=True, kw_only=True):
    """Data that the project will share: what it is, how, and the data elements in it (by name)."""

    title: str
    sharing_type: SharingType = "conditional"
    elements: tuple[str, ...] = ()


class Project(Spec, frozen=True, kw_only=True):
    """信息化项目.

    ``asked`` is in yuan; ``collects`` names the data elements that it wants to collect from people and companies;
    ``system`` the system it builds or changes, where that is registered.
    """

    title: str
    title_en: str = ""
    organisation: str
    kind: ProjectKind = "new"
    purpose: str = ""
    asked: int = 0
    starts_on: str = ""
    ends_on: str = ""
    system: str = ""
    host: Host = ""
    shares: tuple[ProjectShare, ...] = ()
    collects: tuple[str, ...] = ()
