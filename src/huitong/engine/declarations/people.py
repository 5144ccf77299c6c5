"""Who there is: organisations, their information systems, users."""

from __future__ import annotations

from typing import Literal

from huitong.engine.declarations.spec import Spec

Role = Literal["bureau", "data_officer", "developer", "citizen", "leader"]
OrganisationKind = Literal["government", "bureau", "department", "county", "subcentre", "other"]
Level = Literal["national", "provincial", "city", "county"]


class Organisation(Spec, frozen=True, kw_only=True):
    """组织机构. ``superior`` is the code of the organisation above; ``division`` a GB/T 2260 code."""

    code: str
    title: str
    title_en: str
    short: str = ""
    kind: OrganisationKind = "department"
    superior: str = ""
    division: str = ""
    uscc: str = ""


class System(Spec, frozen=True, kw_only=True):
    """信息系统: an information system of an organisation."""

    code: str
    title: str
    title_en: str
    organisation: str
    level: Level = "city"
    state: Literal["planned", "live", "retiring", "retired", "merged"] = "live"
    abstract: str = ""


class User(Spec, frozen=True, kw_only=True):
    """用户. ``password`` only in demo packs; otherwise set by invitation."""

    login: str
    name: str
    name_en: str = ""
    organisation: str = ""
    role: Role
    password: str = ""
    person: str = ""
    """ID number of a citizen's account, so that "my data" knows whose."""
