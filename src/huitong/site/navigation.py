"""The desk's navigation: by the job somebody has to do, and only what that person may open."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.selectors import Scope
from huitong.apps.labels import Text
from huitong.apps.libraries.services import MAY_LOOK_UP


@dataclass(frozen=True)
class Place:
    """One entry: the name of its address, and who may open it: officials, of ``roles`` only where some are named."""

    address: str
    title: Text
    icon: str
    citizens: bool = False
    """Citizens as well."""
    citizen_title: Text = ""
    """What citizens know it as, where that differs."""
    roles: tuple[str, ...] = ()

    def is_for(self, scope: Scope, roles: frozenset[str]) -> bool:
        """Tell whether somebody with this scope and these roles may open it."""
        if not scope.official:
            return self.citizens
        return not self.roles or not roles.isdisjoint(self.roles)


@dataclass(frozen=True)
class Job:
    """A group of entries."""

    title: Text
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Link:
    """An entry as drawn."""

    href: str
    title: Text
    icon: str
    current: bool


@dataclass(frozen=True)
class Group:
    """A group as drawn."""

    title: Text
    links: tuple[Link, ...]


JOBS = (
    Job(
        _("总览"),
        (
            Place("overview:home", _("工作台"), "home", citizens=True, citizen_title=_("首页")),
            Place("overview:flow", _("数据流向"), "route"),
        ),
    ),
    Job(
        _("汇数据"),
        (
            Place("catalog:items", _("数据目录"), "list-details", citizens=True),
            Place("collection:runs", _("运行记录"), "history"),
        ),
    ),
    Job(
        _("治数据"),
        (
            Place("collection:issues", _("数据质量"), "checklist"),
            Place("catalog:elements", _("数据元标准"), "hash", citizens=True),
            Place("libraries:libraries", _("基础库"), "books"),
        ),
    ),
    Job(
        _("用数据"),
        (
            Place("libraries:look_up", _("人员企业查询"), "user-search", roles=MAY_LOOK_UP),
            Place("sharing:services", _("共享服务"), "api"),
            Place("sharing:grants", _("使用授权"), "key"),
        ),
    ),
    Job(
        _("管安全"),
        (
            Place("ledger:evidence", _("使用存证"), "fingerprint", citizens=True, citizen_title=_("谁用过我的数据")),
            Place("ledger:audit", _("操作记录"), "file-text"),
            Place("accounts:organisations", _("组织机构"), "building-bank", citizens=True),
        ),
    ),
)


def navigation(*, scope: Scope, roles: frozenset[str], path: str) -> tuple[Group, ...]:
    """Return the groups that somebody may open, with the entry that ``path`` lies under marked."""
    groups = []
    for job in JOBS:
        links = [_link(place, scope, path) for place in job.places if place.is_for(scope, roles)]
        drawn = tuple(link for link in links if link is not None)
        if drawn:
            groups.append(Group(job.title, drawn))
    return tuple(groups)


def _link(place: Place, scope: Scope, path: str) -> Link | None:
    try:
        href = reverse(place.address)
    except NoReverseMatch:
        return None
    current = path == href or (href != "/" and path.startswith(href))
    title = place.title if scope.official else place.citizen_title or place.title
    return Link(href, title, place.icon, current)
