"""The guide's table as a workbook: one row an information item, an item's own columns merged over its rows.

The columns on the right are ours: what links an item to its source and binds its fields. A sheet without them is read
as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SHEET = "政务信息资源目录"
MOST_BYTES = 10_000_000
MOST_ROWS = 50_000


@dataclass(frozen=True)
class SheetColumn:
    """A column: the part of an item it holds, its two headings, other headings it is known by, its width."""

    name: str
    group: str
    title: str
    also: tuple[str, ...] = ()
    width: int = 14
    of: Literal["item", "field"] = "item"


COLUMNS: tuple[SheetColumn, ...] = (
    SheetColumn("class_1", "信息资源分类", "类", width=16),
    SheetColumn("class_2", "信息资源分类", "项", width=16),
    SheetColumn("class_3", "信息资源分类", "目", width=16),
    SheetColumn("class_4", "信息资源分类", "细目", width=10),
    SheetColumn("title", "信息资源名称", "", ("目录名称", "资源名称"), 28),
    SheetColumn("resource_code", "信息资源代码", "", ("资源代码",), 16),
    SheetColumn("provider", "信息资源提供方", "", ("提供方", "提供部门"), 24),
    SheetColumn("provider_code", "信息资源提供方代码", "", ("提供方代码", "统一社会信用代码"), 21),
    SheetColumn("abstract", "信息资源摘要", "", ("摘要",), 36),
    SheetColumn("format", "信息资源格式", "格式分类", ("资源格式", "信息资源格式"), 12),
    SheetColumn("format_type", "信息资源格式", "格式类型", (), 12),
    SheetColumn("field_title", "信息项信息", "信息项名称", ("信息项",), 20, "field"),
    SheetColumn("guide_type", "信息项信息", "数据类型", (), 12, "field"),
    SheetColumn("length", "信息项信息", "数据长度", ("长度",), 10, "field"),
    SheetColumn("sharing_type", "共享属性", "共享类型", (), 12),
    SheetColumn("sharing_condition", "共享属性", "共享条件", (), 28),
    SheetColumn("sharing_method", "共享属性", "共享方式", ("共享方式类型",), 12),
    SheetColumn("sharing_basis", "共享属性", "不予共享依据", (), 24),
    SheetColumn("open_to_public", "开放属性", "是否向社会开放", (), 12),
    SheetColumn("open_condition", "开放属性", "开放条件", (), 24),
    SheetColumn("update_cycle", "更新周期", "", (), 10),
    SheetColumn("published_on", "发布日期", "", (), 12),
    SheetColumn("related", "关联资源代码", "", ("关联及类目名称", "关联目录"), 18),
    SheetColumn("code", "平台登记", "目录编号", (), 14),
    SheetColumn("title_en", "平台登记", "英文名称", (), 24),
    SheetColumn("abstract_en", "平台登记", "英文摘要", (), 28),
    SheetColumn("sharing_condition_en", "平台登记", "英文共享条件", (), 28),
    SheetColumn("sharing_basis_en", "平台登记", "英文不予共享依据", (), 24),
    SheetColumn("open_condition_en", "平台登记", "英文开放条件", (), 24),
    SheetColumn("system", "平台登记", "所属系统", (), 22),
    SheetColumn("table", "平台登记", "表名", (), 20),
    SheetColumn("column", "平台登记", "来源列", (), 14, "field"),
    SheetColumn("name", "平台登记", "字段名", (), 18, "field"),
    SheetColumn("element", "平台登记", "数据元", (), 18, "field"),
    SheetColumn("field_title_en", "平台登记", "信息项英文名", (), 20, "field"),
    SheetColumn("required", "平台登记", "必填", (), 8, "field"),
    SheetColumn("unique", "平台登记", "唯一", (), 8, "field"),
)
"""In the guide's order; ours from 目录编号 on."""

Line = dict[str, str]
"""One row of the sheet by column name; every column is there."""
