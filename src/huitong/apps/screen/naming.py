"""Names as short as a wall needs them: everything on it is of this city, so no name repeats the city's."""

from __future__ import annotations

from huitong.apps.accounts.models import Organisation
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.screen.specs import Named


class Names:
    """Names things of one city."""

    def __init__(self, root: Organisation | None) -> None:
        zh = root.title.removesuffix("人民政府") if root else ""
        en = root.title_en.removesuffix(" Government").removesuffix(" Municipal") if root else ""
        self.city = Named(zh, en or zh)

    def organisation(self, row: Organisation | None) -> Named:
        """The short names; without one, the English title less the city's name and the word for an office."""
        if row is None:
            return Named("", "")
        zh = row.short or row.title
        english = row.title_en.removeprefix(f"{self.city.en} ").removesuffix(" Bureau").removesuffix(" Government")
        return Named(zh, row.short_en or english.replace(" and ", " & ") or zh)

    def county(self, row: Organisation) -> Named:
        """Without the word for its kind in English."""
        named = self.organisation(row)
        return Named(named.zh, named.en.removesuffix(" County").removesuffix(" District"))

    def item(self, row: CatalogItem) -> Named:
        """Its title."""
        return Named(row.title, row.title_en or row.title)
