"""Differences between two versions of an item, in the words of the form, in the reader's language."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec
from django.utils.translation import gettext_lazy as _

from huitong.apps.declared import in_language
from huitong.apps.labels import LABELS, Text, label
from huitong.engine.declarations import items

Sign = Literal["+", "-", "~"]
WORDS: dict[str, Text] = {
    "title": _("目录名称"),
    "title_en": _("英文名称"),
    "classification": _("资源分类"),
    "resource_code": _("信息资源代码"),
    "resource_class": _("资源大类"),
    "category": _("分类路径"),
    "provider": _("提供部门"),
    "system": _("所属系统"),
    "table": _("表名"),
    "abstract": _("摘要"),
    "abstract_en": _("英文摘要"),
    "format": _("资源格式"),
    "format_type": _("格式类型"),
    "sharing_type": _("共享类型"),
    "sharing_condition": _("共享条件"),
    "sharing_condition_en": _("英文共享条件"),
    "sharing_basis": _("不予共享依据"),
    "sharing_basis_en": _("英文不予共享依据"),
    "sharing_method": _("共享方式"),
    "open_to_public": _("向社会开放"),
    "open_condition": _("开放条件"),
    "open_condition_en": _("英文开放条件"),
    "update_cycle": _("更新周期"),
    "published_on": _("发布日期"),
    "related": _("关联目录"),
    "column": _("来源列"),
    "name": _("字段名"),
    "element": _("数据元"),
    "required": _("必填"),
    "unique": _("唯一"),
    "guide_type": _("数据类型"),
    "length": _("数据长度"),
    "source": _("数据源"),
    "object": _("表或文件"),
    "mode": _("归集方式"),
    "key": _("主键"),
    "watermark": _("增量依据"),
    "overlap": _("回读范围"),
    "reconcile": _("键值对账"),
    "kind": _("规则类型"),
    "field": _("信息项"),
    "other": _("对比项"),
    "values": _("参数"),
    "severity": _("处理"),
}
"""What the parts of an item are called on its form."""
_KINDS = {"mode": "link_mode"}


@dataclass(frozen=True)
class Difference:
    """One part that differs: where it is ("" for the item itself), what it is called, before and after."""

    sign: Sign
    place: Text
    what: Text
    before: Text
    after: Text


Titles = Mapping[str, str]


def differences(
    before: items.CatalogItem, after: items.CatalogItem, titles: Titles | None = None
) -> tuple[Difference, ...]:
    """Return what changed from one version to the next: the item's own parts, then its link, fields and rules.

    Args:
        titles: of data elements by name, which fields without a title of their own are called by.
    """
    return (
        *_parts("", before, after, skip=("fields", "rules", "link", "code")),
        *_link(before, after),
        *_fields(before, after, titles or {}),
        *_rules(before, after),
    )


def differences_in(
    parts: Collection[str], before: items.CatalogItem, after: items.CatalogItem, titles: Titles | None = None
) -> tuple[Difference, ...]:
    """Return what differs between two states of an item in these of its parts, as :func:`differences` does of all."""
    return differences(before, with_parts(before, after, parts), titles)


def with_parts(item: items.CatalogItem, other: items.CatalogItem, parts: Collection[str]) -> items.CatalogItem:
    """Return an item with these parts as another one has them."""
    return msgspec.structs.replace(item, **{name: getattr(other, name) for name in parts})


def _parts(place: Text, before: object, after: object, skip: tuple[str, ...] = ()) -> Iterator[Difference]:
    for name in after.__struct_fields__:  # type: ignore[attr-defined]
        old, new = getattr(before, name), getattr(after, name)
        if name not in skip and old != new:
            sign: Sign = "~" if old and new else "+" if new else "-"
            yield Difference(sign, place, WORDS.get(name, name), _shown(name, old), _shown(name, new))


def _link(before: items.CatalogItem, after: items.CatalogItem) -> Iterator[Difference]:
    if before.link and after.link:
        yield from _parts(_("挂接"), before.link, after.link)
    elif after.link:
        yield Difference("+", "", _("挂接"), "", f"{after.link.source} · {after.link.object}")
    elif before.link:
        yield Difference("-", "", _("挂接"), f"{before.link.source} · {before.link.object}", "")


def _fields(before: items.CatalogItem, after: items.CatalogItem, titles: Titles) -> Iterator[Difference]:
    old = {field.std_name: field for field in before.fields}
    new = {field.std_name: field for field in after.fields}
    for name, field in new.items():
        if name not in old:
            yield Difference("+", "", _("信息项"), "", _field_title(field, titles))
        else:
            yield from _parts(_field_title(field, titles), old[name], field)
    for name, field in old.items():
        if name not in new:
            yield Difference("-", "", _("信息项"), _field_title(field, titles), "")
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        yield Difference("~", "", _("信息项顺序"), "、".join(kept), "、".join(name for name in new if name in old))


def _rules(before: items.CatalogItem, after: items.CatalogItem) -> Iterator[Difference]:
    old = {rule.code: rule for rule in before.rules}
    new = {rule.code: rule for rule in after.rules}
    for code, rule in new.items():
        if code not in old:
            yield Difference("+", "", _("检查规则"), "", in_language(rule.title, rule.title_en) or code)
        else:
            yield from _parts(code, old[code], rule)
    for code, rule in old.items():
        if code not in new:
            yield Difference("-", "", _("检查规则"), in_language(rule.title, rule.title_en) or code, "")


def _field_title(field: items.ItemField, titles: Titles) -> str:
    own = in_language(field.title, field.title_en) or titles.get(field.element, "")
    return f"{own}（{field.std_name}）" if own else field.std_name


def _shown(name: str, value: object) -> Text:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, tuple):
        return "、".join(str(one) for one in value)
    kind = _KINDS.get(name, name)
    if isinstance(value, str) and value and kind in LABELS:
        return label(kind, value).text
    return str(value) if value not in (None, 0) else ""
