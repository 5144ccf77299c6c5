"""Commands of the palette: what the reader may do from any page, found by name, pinyin or an English word.

Two commands take what to do it to: ``运行 户籍`` runs an item, ``申请 户籍`` applies for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.urls import reverse
from django.utils.translation import gettext as _

from huitong.apps.accounts.desks import looks_at_departments, posts_of
from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_tree, scope_of
from huitong.apps.catalog.searching import suggested_items
from huitong.apps.catalog.selectors import items_by_code, may_compile
from huitong.apps.collection.selectors import may_run
from huitong.apps.demand.demanding import department_of
from huitong.apps.labels import label
from huitong.apps.spelling import fits_any
from huitong.site.appearance import CHOICES
from huitong.site.figures import in_english
from huitong.site.hits import MOST, Hit, Hits

RUN, APPLY = ("运行", "yunxing", "yx", "run"), ("申请", "shenqing", "sq", "apply")


def commands(user: User, text: str) -> Hits:
    """Return what ``user`` may do that ``text`` fits; for no text the commonest."""
    offered = _commonest(user) if not text else _fitting(user, text)
    return Hits(_("可以做的事"), "player-play", list(islice(offered, 2 * MOST)))


def _commonest(user: User) -> Iterator[Hit]:
    yield from _leave_desk(user)
    yield from _begin(user)
    yield _language()
    yield _sign_out()


def _fitting(user: User, text: str) -> Iterator[Hit]:
    for verb, offered in ((RUN, _runs), (APPLY, _applications)):
        about = _object_of(text, verb)
        if about:
            yield from offered(user, about)
    plain = (*_leave_desk(user), *_posts(user), *_begin(user), *_looks(), _language(), _sign_out())
    yield from (hit for hit in plain if fits_any(text, hit.title, f"{hit.note} {hit.title}", f"{hit.name} {hit.value}"))
    if looks_at_departments(user):
        nodes = (node for node in organisation_tree(user) if node.depth and fits_any(text, node.title, node.short))
        desk = reverse("accounts:choose_desk")
        yield from (
            Hit(_("只看：%(name)s") % {"name": node.short}, desk, _("切换部门"), "desk", f"only:{node.code}")
            for node in islice(nodes, 3)
        )


def _object_of(text: str, verb: tuple[str, ...]) -> str:
    """What a verb is said of: ``运行 户籍`` → ``户籍``; "" where the text does not begin with the verb and a space."""
    first, _space, rest = text.partition(" ")
    return rest if first.casefold() in verb else ""


def _runs(user: User, about: str) -> Iterator[Hit]:
    found = suggested_items(user, about)
    known = items_by_code([one.code for one in found])
    mine = (one for one in found if one.code in known and may_run(user, known[one.code]))
    for one in islice(mine, 3):
        title = _("立即运行：%(title)s") % {"title": one.title}
        yield Hit(title, reverse("collection:start_run", args=[one.code]), one.provider, "run", "1")


def _applications(user: User, about: str) -> Iterator[Hit]:
    if not scope_of(user).official or department_of(user) is None:
        return
    for one in islice(suggested_items(user, about), 3):
        title = _("申请使用：%(title)s") % {"title": one.title}
        yield Hit(title, reverse("demand:begin", args=["item", one.code]), one.provider)


def _begin(user: User) -> Iterator[Hit]:
    note = _("新建")
    if user.has_role("bureau"):
        yield Hit(
            _("立即运行全部（归集、检查、融合、发布）"), reverse("overview:run_everything"), _("运行"), "run", "all"
        )
    if scope_of(user).official and department_of(user) is not None:
        yield Hit(_("申请使用数据"), reverse("sharing:services"), note)
        yield Hit(_("登记需求"), reverse("demand:new_demand"), note)
        yield Hit(_("登记消费方应用"), reverse("sharing:register_app"), note)
    if may_compile(user):
        yield Hit(_("新建目录草稿"), reverse("catalog:new_draft"), note)
        yield Hit(_("登记信息系统"), reverse("registry:new_system"), note)
        yield Hit(_("申报信息化项目"), reverse("registry:new_project"), note)


def _looks() -> Iterator[Hit]:
    address = reverse("site:appearance")
    for choice in CHOICES:
        for way in choice.ways:
            yield Hit(f"{choice.title}：{way.title}", address, _("显示设置"), choice.name, way.value)


def _language() -> Hit:
    if in_english():
        return Hit("切换到中文", reverse("set_language"), _("语言"), "language", "zh-hans")
    return Hit("Switch to English", reverse("set_language"), _("语言"), "language", "en")


def _sign_out() -> Hit:
    return Hit(_("退出登录"), reverse("accounts:sign_out"), _("账号"), "sign", "out")


def _leave_desk(user: User) -> Iterator[Hit]:
    if user.post is not None or user.department is not None:
        title = _("看全市") if user.department is not None else _("看全部职务")
        yield Hit(title, reverse("accounts:choose_desk"), _("切换部门"), "desk", "")


def _posts(user: User) -> Iterator[Hit]:
    for post in posts_of(user):
        if not post.current:
            role = str(label("role", post.role).text)
            title = _("以“%(name)s · %(role)s”的职务办理") % {"name": post.organisation, "role": role}
            yield Hit(title, reverse("accounts:choose_desk"), _("切换部门"), "desk", post.value)
