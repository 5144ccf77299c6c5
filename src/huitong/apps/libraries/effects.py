"""What of the base libraries stands on a catalog item: those that are fused from it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.effects import Effect, Lost
from huitong.apps.libraries.selectors import libraries_fed_by


def effects_on_libraries(viewer: Viewer, lost: Lost) -> Iterator[Effect]:  # noqa: ARG001 - libraries hide nothing here
    """Say which libraries lose a source, or attributes of it, when an item loses fields or everything. One query."""
    for library in libraries_fed_by(lost.item.table):
        spec = library.as_spec()
        given = {
            one.field for attribute in spec.attributes for one in attribute.sources if one.table == lost.item.table
        }
        keys = {source.key for source in spec.sources if source.table == lost.item.table}
        if text := _text(lost, lost.fields & (given | keys)):
            yield Effect(_("基础库"), library.shown_title, reverse("libraries:library", args=[library.code]), text)


def _text(lost: Lost, fields: frozenset[str] | set[str]) -> str:
    if "cancelled" in lost.losses:
        return _("少一个数据来源")
    if "moved" in lost.losses:
        return _("仍按原表名读取，须先在库的定义里改成新表名，否则少一个数据来源")
    if "withdrawn" in lost.losses:
        return _("不予共享的数据不应再进入这个库，须由数据管理部门调整库的定义")
    if fields:
        return _("少了这些字段：%(fields)s") % {"fields": "、".join(sorted(fields))}
    return _("这个来源不再更新") if "unlinked" in lost.losses else ""
