"""Samples for the gallery of what whole pages draw: the city's flow, and what was found."""

from __future__ import annotations

import datetime as dt
import re

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from huitong.apps.overview.specs import CityFlow, CityTotals, DepartmentFlow, FlowEdge, LibraryFlow, ServiceFlow
from huitong.apps.overview.views import flow_drawing
from huitong.site.hits import Hit, Hits

AT = dt.datetime(2024, 3, 12, 9, 30, tzinfo=dt.UTC)


def sample_flow() -> SafeString:
    """Draw a city of three departments, a library and a service; what is invented leads nowhere but to its sample."""
    return mark_safe(re.sub(r'href="[^"]*"', 'href="#flows"', flow_drawing(_sample_city())))


def _sample_city() -> CityFlow:
    departments = (
        DepartmentFlow("police", _("公安局"), 3, 3, 0, 52_310, 52_290, 20, 1, AT),
        DepartmentFlow("civil", _("民政局"), 2, 1, 1, 8_114, 8_114, 0, 0, AT),
        DepartmentFlow("estate", _("自然资源和规划局"), 4, 2, 0, 31_007, 30_950, 57, 2, AT),
    )
    edges = (
        FlowEdge("department-library", "police", "population", 52_290),
        FlowEdge("department-library", "civil", "population", 8_114),
        FlowEdge("library-service", "population", "resident", 1_204),
        FlowEdge("department-service", "estate", "estate_check", 310),
    )
    return CityFlow(
        departments=departments,
        libraries=(LibraryFlow("population", _("人口基础库"), "base.population", 52_300, 41),),
        services=(
            ServiceFlow("resident", _("居民信息查询"), "base.population", 3, 87, 1_204),
            ServiceFlow("estate_check", _("不动产核验"), "std.estate", 1, 12, 310),
        ),
        edges=edges,
        totals=CityTotals(
            departments=3,
            items=9,
            linked=6,
            raw_rows=91_431,
            std_rows=91_354,
            quarantine_rows=77,
            library_rows=52_300,
            libraries=1,
            services=2,
            grants=4,
            open_issues=3,
            calls_today=99,
            calls_30_days=1_514,
        ),
        as_of=AT,
    )


def sample_hits() -> tuple[Hits, ...]:
    """Return what the palette found: a page and two catalog items."""
    items = (Hit(_("户籍人口"), "#palettes", "340000-police-001"), Hit(_("婚姻登记"), "#palettes", "340000-civil-001"))
    return (
        Hits(_("页面"), "layout-list", (Hit(_("数据目录"), "#palettes"),)),
        Hits(_("数据目录"), "list-details", items),
    )
