"""Catalog items (目录): the fields of the national guide of 2017 (政务信息资源目录编制指南), fields and rules."""

from __future__ import annotations

from typing import Literal

from huitong.engine.declarations.sources import Link
from huitong.engine.declarations.spec import Spec

SharingType = Literal["unconditional", "conditional", "none"]
SharingMethod = Literal["api", "exchange", "subscription", "file"]
ItemFormat = Literal["database", "spreadsheet", "document", "image", "media", "self_described", "stream", "api"]
"""The guide's six formats, and streams and interfaces, which it has no name for."""
GuideType = Literal["", "C", "N", "Y", "D", "T", "L", "M", "G", "B", "I", "F"]
"""Data types as the guide writes them: characters, number, money, date, date and time, logical, memo, general (blob),
double, integer, float."""
UpdateCycle = Literal["realtime", "daily", "weekly", "monthly", "quarterly", "yearly", "irregular"]


class ItemField(Spec, frozen=True, kw_only=True):
    """信息项.

    ``column`` is the name at the source, ``name`` the one in ``std`` (default: the element's name);
    ``element`` is the name of a data element; ``required`` and ``unique`` add rules. ``guide_type`` and ``length`` are
    the guide's data type and length where they are not those of the element.
    """

    column: str
    element: str
    name: str = ""
    title: str = ""
    title_en: str = ""
    required: bool = False
    unique: bool = False
    guide_type: GuideType = ""
    length: int = 0

    @property
    def std_name(self) -> str:
        """The column's name from ``std`` on."""
        return self.name or self.element


class Rule(Spec, frozen=True, kw_only=True):
    """A rule beyond those derived from elements.

    ``kind`` names an entry of the rule registry in ``engine/standards/rules``; ``field`` and ``other`` are std names;
    ``values`` its parameters. A row that fails a ``reject`` rule goes to quarantine, a ``flag`` is counted.
    """

    code: str
    kind: str
    field: str
    other: str = ""
    values: tuple[str, ...] = ()
    severity: Literal["reject", "flag"] = "flag"
    title: str = ""
    title_en: str = ""


class CatalogItem(Spec, frozen=True, kw_only=True):
    """目录: one information resource of one provider. ``table`` is its name in ``raw``, ``std`` and ``quarantine``."""

    code: str
    title: str
    title_en: str
    provider: str
    """Organisation code."""
    system: str = ""
    table: str
    resource_class: Literal["base", "topic", "department"] = "department"
    """基础 / 主题 / 部门 class of the guide."""
    category: str = ""
    """目 / 细目 as a path, e.g. ``人口/户籍``."""
    classification: str = ""
    """类 (1 digit), 项 (2), 目 (3) and perhaps 细目 of the guide, without separators, e.g. ``303002``."""
    resource_code: str = ""
    """信息资源代码: ``classification/sequence``; "" has it given when the item is published."""
    abstract: str = ""
    abstract_en: str = ""
    format: ItemFormat = "database"
    format_type: str = ""
    """The product or file type, e.g. ``mysql`` or ``xlsx``."""
    sharing_type: SharingType = "conditional"
    sharing_condition: str = ""
    sharing_condition_en: str = ""
    sharing_basis: str = ""
    """The law, regulation or policy that forbids sharing, for ``none``."""
    sharing_basis_en: str = ""
    sharing_method: SharingMethod = "api"
    open_to_public: bool = False
    open_condition: str = ""
    open_condition_en: str = ""
    update_cycle: UpdateCycle = "daily"
    published_on: str = ""
    """ISO date."""
    related: tuple[str, ...] = ()
    fields: tuple[ItemField, ...]
    rules: tuple[Rule, ...] = ()
    link: Link | None = None
