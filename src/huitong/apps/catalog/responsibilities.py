"""共享责任清单: who answers for which data, how it is shared, and how much of it is linked; by department."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q

from huitong.apps.accounts.models import Organisation
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.declared import in_language

ORDERS = ("title", "items", "linked", "rate")


@dataclass(frozen=True)
class DepartmentLine:
    """What one department has in the catalog."""

    code: str
    title: str
    kind: str
    items: int
    unconditional: int
    conditional: int
    withheld: int
    open: int
    linked: int
    failing: int

    @property
    def rate(self) -> float:
        """挂接率: linked items among all, 0 to 1."""
        return self.linked / self.items if self.items else 0.0


def department_lines(viewer: Viewer, *, order: str = "title") -> tuple[DepartmentLine, ...]:
    """Return a line for every department that has items, in order of the tree or by a figure, greatest first.

    One query, and those of the viewer's scope.
    """
    shared = CatalogItem.objects.visible_to(viewer).current().order_by()
    rows = (
        shared.values("provider__code", "provider__kind")
        .annotate(
            path=F("provider__path"),
            zh=F("provider__title"),
            en=F("provider__title_en"),
            total=Count("pk"),
            free=Count("pk", filter=Q(sharing_type="unconditional")),
            conditional=Count("pk", filter=Q(sharing_type="conditional")),
            withheld=Count("pk", filter=Q(sharing_type="none")),
            public=Count("pk", filter=Q(open_to_public=True)),
            bound=Count("pk", filter=~Q(link_state="none")),
            failing=Count("pk", filter=Q(link_state="failing")),
        )
        .order_by("path")
    )
    lines = [
        DepartmentLine(
            code=row["provider__code"],
            title=in_language(row["zh"], row["en"]),
            kind=row["provider__kind"],
            items=row["total"],
            unconditional=row["free"],
            conditional=row["conditional"],
            withheld=row["withheld"],
            open=row["public"],
            linked=row["bound"],
            failing=row["failing"],
        )
        for row in rows
    ]
    name = order.removeprefix("-")
    if name in ORDERS[1:]:
        lines.sort(key=lambda line: getattr(line, name), reverse=order.startswith("-"))
    return tuple(lines)


def total_of(lines: tuple[DepartmentLine, ...]) -> DepartmentLine:
    """Return the sum of all departments."""
    names = ("items", "unconditional", "conditional", "withheld", "open", "linked", "failing")
    return DepartmentLine("", "", "", **{name: sum(getattr(line, name) for line in lines) for name in names})


def items_of_department(viewer: Viewer, organisation: Organisation) -> tuple[CatalogItem, ...]:
    """Return a department's items in order of class and code. One query, and those of the viewer's scope."""
    rows = CatalogItem.objects.visible_to(viewer).current().filter(provider=organisation).select_related("system")
    return tuple(rows.order_by("classification", "code"))
