"""What the pages of assessment call quarters, values and the columns of facts, in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huitong.apps.declared import in_language
from huitong.apps.labels import Label, Text, label
from huitong.engine.assessment.period import period_of
from huitong.engine.assessment.tables import column_words

STATES: Mapping[str, Label] = {
    "preview": Label(_("预览"), "warn", "clock"),
    "frozen": Label(_("已定稿，待发布"), "info", "lock"),
    "published": Label(_("已发布"), "good", "circle-check"),
}
PEERS: Mapping[str, Text] = {"department": _("市直部门"), "county": _("各县区")}
DESCRIPTIONS: Mapping[str, Text] = {
    "title": _("名称"),
    "abstract": _("摘要"),
    "category": _("分类"),
    "format": _("格式"),
    "sharing_type": _("共享类型"),
    "sharing_method": _("共享方式"),
    "sharing_condition": _("共享条件"),
    "sharing_basis": _("不予共享依据"),
    "classification": _("资源分类"),
    "resource_code": _("信息资源代码"),
    "update_cycle": _("更新周期"),
    "fields": _("信息项"),
    "published_on": _("发布日期"),
}
COMPUTED: Mapping[str, Text] = {
    "updates_due": _("应更新次数"),
    "updates_kept": _("按时次数"),
    "calls_answered": _("答复次数"),
    "services": _("共享服务"),
}
"""Columns that statements of the shipped indicators work out; others are shown by their own name."""
_LABELLED = frozenset({"link_state", "sharing_type", "update_cycle", "severity"})


def quarter_title(code: str) -> str:
    """Return ``2026 年第 3 季度``, in English ``Q3 2026``."""
    period = period_of(code)
    return gettext("%(year)d 年第 %(number)d 季度") % {"year": period.year, "number": period.number}


def value_text(value: float, unit: str) -> str:
    """Return an indicator's value with its unit: two decimals at most."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    if unit == "percent":
        return f"{text}%"
    return gettext("%(number)s 天") % {"number": text} if unit == "days" else text


def number_text(value: float) -> str:
    """Return a count, or a number with two decimals at most."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def column_title(name: str) -> Text:
    """Return what a column of facts is called."""
    if name in COMPUTED:
        return COMPUTED[name]
    words = column_words().get(name)
    return in_language(words.title, words.title_en.split(":")[0].split(";")[0]) if words else name


def cell_text(name: str, value: object) -> str | int | float | dt.date | Text | None:
    """Return a value of a fact as a table shows it."""
    if name == "missing" and value:
        return gettext("、").join(str(DESCRIPTIONS.get(one, one)) for one in str(value).split(","))
    if name in _LABELLED and value:
        return label(name, str(value)).text
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, int | float | dt.date | str) or value is None:
        return value
    return str(value)
