"""The checks of a catalog item: how grave each is, next to which field it is shown, and its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

from huitong.apps.labels import Text


@dataclass(frozen=True)
class CheckKind:
    """One check. ``text`` may name ``%(values)s`` that the finding brings."""

    severity: Literal["error", "warning"]
    field: str
    text: Text


def _error(field: str, text: Text) -> CheckKind:
    return CheckKind("error", field, text)


def _warning(field: str, text: Text) -> CheckKind:
    return CheckKind("warning", field, text)


CHECKS: dict[str, CheckKind] = {
    "title_missing": _error("title", _("请填写目录名称。")),
    "title_is_system": _error("title", _("“%(system)s”是信息系统的名称。目录名称应说明有什么数据，例如“……登记信息”。")),
    "title_like_system": _warning("title", _("名称像是一个系统。目录名称应说明有什么数据，例如“……登记信息”。")),
    "title_taken": _error("title", _("本部门已有同名目录 %(item)s。请改名，或改为变更那一条。")),
    "title_punctuation": _warning(
        "title", _("与目录 %(item)s“%(title)s”只差标点、空格或全半角，请确认是不是同一项数据。")
    ),
    "title_en_missing": _warning("title_en", _("没有英文名称，英文界面将显示中文。")),
    "class_missing": _error("classification", _("请选择资源分类（类、项、目）。")),
    "class_incomplete": _error("classification", _("分类代码“%(code)s”不完整：类 1 位、项 2 位、目 3 位。")),
    "class_unknown": _error("classification", _("分类代码“%(code)s”不在分类表里。")),
    "class_mismatch": _error("classification", _("分类代码“%(code)s”的首位与资源分类（基础、主题、部门）不一致。")),
    "code_format": _error("resource_code", _("资源代码“%(code)s”应为“分类代码/流水号”，例如 303002/00001。")),
    "code_class": _error("resource_code", _("资源代码“%(code)s”的前段与分类代码“%(classification)s”不一致。")),
    "code_taken": _error("resource_code", _("资源代码“%(code)s”已属于目录 %(item)s。")),
    "provider_missing": _error("provider", _("请选择提供部门。")),
    "provider_code_missing": _warning("provider", _("%(provider)s还没有登记统一社会信用代码。")),
    "provider_code_wrong": _error("provider", _("%(provider)s的统一社会信用代码“%(code)s”不正确，请先更正机构登记。")),
    "abstract_missing": _error("abstract", _("请用一两句话说明数据的内容、范围和时间。")),
    "abstract_short": _warning(
        "abstract", _("摘要太短，或只重复了名称。请写明内容、范围和时间，至少 %(least)s 个字。")
    ),
    "format_method": _error("sharing_method", _("这种资源格式不能用所选的方式共享，请改选共享方式或资源格式。")),
    "format_type": _warning("format_type", _("“%(type)s”不是这种格式常见的类型（%(types)s）。")),
    "condition_missing": _error("sharing_condition", _("有条件共享必须写明共享条件。")),
    "condition_useless": _warning("sharing_condition", _("无条件共享不应再附条件：请删去条件，或改为有条件共享。")),
    "basis_missing": _error("sharing_basis", _("不予共享必须写明法律、行政法规或国家政策依据。")),
    "open_not_shared": _error("open_to_public", _("不予共享的数据不能向社会开放。")),
    "open_sensitive": _warning("open_condition", _("含 3 级及以上的信息项，开放前应脱敏：请写明开放条件。")),
    "fields_missing": _error("fields", _("请至少填写一个信息项。")),
    "field_unbound": _error("element", _("请为这个信息项选择数据元。")),
    "field_title_missing": _error("title", _("请填写信息项名称。")),
    "field_twice": _error("name", _("字段名“%(name)s”与第 %(line)s 行重复，请另起一个。")),
    "field_type": _warning("guide_type", _("数据类型 %(type)s 与数据元“%(element)s”的类型不符。")),
    "field_length": _warning("length", _("长度 %(length)s 放不下数据元要求的 %(needed)s 位。")),
    "field_repeated": _warning("element", _("“%(element)s”由%(organisation)s负责，可以共享取得：请确认是否还要采集。")),
    "table_taken": _error("table", _("表名“%(table)s”已属于目录 %(item)s。")),
    "link_key": _error("key", _("主键“%(columns)s”不在信息项的来源列里。")),
    "link_watermark": _error("watermark", _("增量归集需要指定增量依据列。")),
    "link_column": _error("fields", _("已挂接数据源，第 %(lines)s 行信息项还没有对应的来源列。")),
}
