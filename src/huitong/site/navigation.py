"""The desk's navigation: by the job somebody has to do, and only what that person may open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

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
            Place("screen:screen", _("城市运行大屏"), "chart-bar", roles=("leader", "bureau")),
        ),
    ),
    Job(
        _("办事项"),
        (
            Place("cases:queue", _("办件中心"), "inbox", citizens=True, citizen_title=_("我的办件")),
            Place("notices:notices", _("通知"), "bell", citizens=True),
        ),
    ),
    Job(
        _("汇数据"),
        (
            Place("catalog:items", _("数据目录"), "list-details", citizens=True),
            Place("catalog:drafts", _("目录编制"), "pencil"),
            Place("catalog:responsibilities", _("共享责任清单"), "checklist"),
            Place("collection:runs", _("运行记录"), "history"),
        ),
    ),
    Job(
        _("管家底"),
        (
            Place("registry:systems", _("信息系统"), "database"),
            Place("registry:islands", _("孤岛地图"), "affiliate"),
            Place("registry:projects", _("信息化项目"), "file-text"),
            Place("accounts:organisations", _("组织机构"), "building-bank", citizens=True),
            Place("registry:calendar", _("工作日历"), "clock", roles=("bureau",)),
        ),
    ),
    Job(
        _("治数据"),
        (
            Place("collection:issues", _("数据质量"), "checklist"),
            Place("catalog:elements", _("数据元标准"), "hash", citizens=True),
            Place("demand:sources", _("一数一源"), "git-branch"),
            Place("libraries:libraries", _("基础库"), "books"),
        ),
    ),
    Job(
        _("用数据"),
        (
            Place("demand:needs", _("供需对接"), "send"),
            Place("libraries:look_up", _("人员企业查询"), "user-search", roles=MAY_LOOK_UP),
            Place("sharing:services", _("共享服务"), "api"),
            Place("sharing:grants", _("使用授权"), "key"),
            Place("sharing:apps", _("消费方应用"), "id"),
        ),
    ),
    Job(
        _("评成效"),
        (Place("assessment:home", _("考核"), "file-certificate"),),
    ),
    Job(
        _("管安全"),
        (
            Place("ledger:evidence", _("使用存证"), "fingerprint", citizens=True, citizen_title=_("谁用过我的数据")),
            Place("ledger:audit", _("操作记录"), "file-text"),
            Place("accounts:users", _("用户账号"), "users", roles=("bureau",)),
            Place("notices:webhooks", _("通知回调"), "send", roles=("bureau",)),
            Place("notices:outbox", _("发件箱"), "inbox", roles=("bureau",)),
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


@cache
def _address(name: str) -> str:
    """The address of a place; "" in an installation that does not have it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _link(place: Place, scope: Scope, path: str) -> Link | None:
    href = _address(place.address)
    if not href:
        return None
    current = path == href or (href != "/" and path.startswith(href))
    title = place.title if scope.official else place.citizen_title or place.title
    return Link(href, title, place.icon, current)
