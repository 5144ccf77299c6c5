"""Who there is: organisations, their information systems, users."""

from __future__ import annotations

from typing import Literal

from huitong.engine.declarations.spec import Spec

Role = Literal["bureau", "data_officer", "developer", "citizen", "leader"]
OrganisationKind = Literal["government", "bureau", "department", "county", "subcentre", "other"]
Level = Literal["national", "provincial", "city", "county"]


Host = Literal["", "city_cloud", "provincial", "national", "own_room", "vendor"]


class Contact(Spec, frozen=True, kw_only=True):
    """A person who answers for something: 首席数据官 or 数据联络员. ``login`` where the person has an account."""

    name: str
    name_en: str = ""
    post: str = ""
    phone: str = ""
    login: str = ""


class Organisation(Spec, frozen=True, kw_only=True):
    """组织机构. ``superior`` is the code of the organisation above; ``division`` a GB/T 2260 code."""

    code: str
    title: str
    title_en: str
    short: str = ""
    short_en: str = ""
    kind: OrganisationKind = "department"
    superior: str = ""
    division: str = ""
    uscc: str = ""
    chief_data_officer: Contact | None = None
    liaisons: tuple[Contact, ...] = ()


class Database(Spec, frozen=True, kw_only=True):
    """A database of a system: what it is called, on which product, and roughly how many tables."""

    name: str
    product: str = ""
    tables: int = 0


class System(Spec, frozen=True, kw_only=True):
    """信息系统: an information system of an organisation.

    ``host`` is where it runs; ``successor`` the system that it was merged into, or that replaces it; ``platform`` tells
    that it is this platform itself, which the others are joined through.
    """

    code: str
    title: str
    title_en: str
    organisation: str
    level: Level = "city"
    state: Literal["planned", "live", "retiring", "retired", "merged"] = "live"
    abstract: str = ""
    host: Host = ""
    successor: str = ""
    databases: tuple[Database, ...] = ()
    platform: bool = False


class Post(Spec, frozen=True, kw_only=True):
    """A further post of somebody: a role in an organisation."""

    organisation: str
    role: Role


class User(Spec, frozen=True, kw_only=True):
    """用户. ``password`` only in demo packs; otherwise set by invitation.

    ``organisation`` and ``role`` are the main post; ``posts`` what else somebody does, and where.
    """

    login: str
    name: str
    name_en: str = ""
    organisation: str = ""
    role: Role
    password: str = ""
    person: str = ""
    """ID number of a citizen's account, so that "my data" knows whose."""
    email: str = ""
    """Where notices go as well, where mail is set up."""
    posts: tuple[Post, ...] = ()
