"""Catalog items (目录): the fields of the national guide of 2017 (政务信息资源目录编制指南), fields and rules."""

from __future__ import annotations

from typing import Literal

from huitong.engine.declarations.sources import Link
from huitong.engine.declarations.spec import Spec

SharingType = Literal["unconditional", "conditional", "none"]
SharingMethod = Literal["api", "exchange", "subscription", "file"]
UpdateCycle = Literal["realtime", "daily", "weekly", "monthly", "quarterly", "yearly", "irregular"]


class ItemField(Spec, frozen=True, kw_only=True):
    """信息项.

    ``column`` is the name at the source, ``name`` the one in ``std`` (default: the element's name);
    ``element`` is the name of a data element; ``required`` and ``unique`` add rules.
    """

    column: str
    element: str
    name: str = ""
    title: str = ""
    title_en: str = ""
    required: bool = False
    unique: bool = False

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
    abstract: str = ""
    abstract_en: str = ""
    format: Literal["database", "spreadsheet", "document", "stream", "api"] = "database"
    sharing_type: SharingType = "conditional"
    sharing_condition: str = ""
    sharing_method: SharingMethod = "api"
    open_to_public: bool = False
    open_condition: str = ""
    update_cycle: UpdateCycle = "daily"
    published_on: str = ""
    """ISO date."""
    related: tuple[str, ...] = ()
    fields: tuple[ItemField, ...]
    rules: tuple[Rule, ...] = ()
    link: Link | None = None
