"""How a library's records spread over the divisions of the city: sums, no row and no person."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.selectors import home_division
from huitong.apps.collection.selectors import table_states, the_lake
from huitong.apps.declared import in_language
from huitong.apps.libraries.specs import LibraryPage
from huitong.apps.maps import Area, AreaMap
from huitong.engine.lake.lake import table_columns
from huitong.engine.lake.names import ident, table
from huitong.foundation.codes.divisions import children, division
from huitong.foundation.errors import HuitongError

ELEMENT = "division_code"


def division_map(page: LibraryPage) -> AreaMap | None:
    """Return the records of a library by county, for a map; None when it knows no division or the lake is away."""
    attribute = next((one for one in page.attributes if one.element == ELEMENT), None)
    city = home_division()
    state = next((one for one in table_states([page.table]) if one.schema == "base"), None)
    if attribute is None or state is None or not city:
        return None
    try:
        counts = dict(_counts(page.table, attribute.name, state.snapshot))
    except HuitongError:
        return None
    codes = [one.code for one in children(city)] or sorted(counts)
    areas = [Area(code, _title(code), counts[code]) for code in codes if code in counts]
    if not areas:
        return None
    elsewhere = sum(counts.values()) - sum(int(area.value or 0) for area in areas)
    note = _("按“%(attribute)s”统计；不在本市或没有填写的 %(n)s 条没有画出。")
    return AreaMap(
        name="places",
        title=_("各县区的记录"),
        above=city,
        areas=sorted(areas, key=lambda area: -(area.value or 0)),
        unit=_("条"),
        note=note % {"attribute": attribute.title, "n": f"{elsewhere:,}"} if elsewhere else "",
    )


@lru_cache(maxsize=64)
def _counts(name: str, column: str, snapshot: int) -> tuple[tuple[str, int], ...]:  # noqa: ARG001 - a new one, new counts
    """Count a golden table's rows by division. Cost: one scan of one column, once a snapshot."""
    with the_lake().reader() as con:
        if column not in table_columns(con, "base", name):
            return ()
        rows = con.execute(f"SELECT {ident(column)}, count(*) FROM {table('base', name)} GROUP BY 1").fetchall()
    return tuple((str(code or ""), int(count)) for code, count in rows)


def _title(code: str) -> str:
    found = division(code)
    return in_language(found.title, found.title_en) if found else code
