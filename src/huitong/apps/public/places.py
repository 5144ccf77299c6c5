"""The public site's own pages as its search knows them: each with the words people use when they look for it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from huitong.apps.everyday import meant
from huitong.apps.labels import Text, in_both
from huitong.apps.public.specs import Found


@dataclass(frozen=True)
class Place:
    """One page: its address, what it is called, what is there."""

    address: str
    title: Text
    about: Text
    words: Text


PLACES = (
    Place(
        "public:mine",
        _("我的数据"),
        _("哪个单位查过您的数据、什么时候、为了什么"),
        _("谁用过我的数据 个人信息 查询记录 更正 异议"),
    ),
    Place(
        "public:services",
        _("免交材料"),
        _("部门之间自己核实、您不用再交的证明"),
        _("证明 材料 复印件 少跑腿 核验 共享服务"),
    ),
    Place("public:open", _("开放数据"), _("可以下载使用的政府数据"), _("下载 数据集 表格 文件 接口")),
    Place("public:hotline", _("热线"), _("咨询、求助、投诉、建议"), _("12345 电话 投诉 求助 举报 建议 咨询")),
    Place("public:about", _("关于本站"), _("这个网站是什么、由谁运行"), _("介绍 运行单位")),
    Place("public:privacy", _("隐私"), _("本站保存您的哪些信息"), _("个人信息保护 隐私政策 浏览记录")),
    Place("public:contact", _("联系我们"), _("怎样找到运行本站的单位"), _("电话 地址 邮箱 反馈")),
    Place("accounts:organisations", _("组织机构"), _("全市各级机构"), _("部门 单位 区县 名单")),
    Place("catalog:elements", _("数据元标准"), _("数据项的统一写法和代码"), _("标准 字段 代码 格式")),
    Place("help:home", _("帮助"), _("使用说明和词汇表"), _("说明 教程 怎么用 词汇")),
    Place("accounts:sign_in", _("登录"), _("市民和工作人员的入口"), _("账号 密码 通行密钥")),
)


def places_like(text: str) -> list[Found]:
    """Return the pages whose name or words fit ``text``, those by name first."""
    named = meant(text, PLACES, lambda place: in_both(place.title))
    worded = [place for place in PLACES if place not in named and _speaks_of(place, text)]
    return [hit for place in (*named, *worded) if (hit := _found(place)) is not None]


def _speaks_of(place: Place, text: str) -> bool:
    """Whether a page's words have ``text``: Chinese anywhere, English where a word begins. One letter is none."""
    wanted, words = text.casefold(), " ".join((*in_both(place.words), *in_both(place.about))).casefold()
    return len(wanted) > 1 and (f" {wanted}" in f" {words}" or (not wanted.isascii() and wanted in words))


def _found(place: Place) -> Found | None:
    try:
        return Found(str(place.title), str(place.about), reverse(place.address))
    except NoReverseMatch:
        return None
