"""How a service was used over time, as a chart."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from huitong.apps.charts import Chart, Series
from huitong.apps.sharing.specs import ServicePage

DAYS = 30


def calls_chart(page: ServicePage) -> Chart | None:
    """Return a service's calls, day by day, answered and refused; None where there was not one."""
    if not page.usage:
        return None
    today, known = timezone.localdate(), {point.day: point for point in page.usage}
    days = [today - dt.timedelta(days=back) for back in reversed(range(DAYS))]
    refused = [known[day].refused if day in known else 0 for day in days]
    calls = [known[day].calls if day in known else 0 for day in days]
    evidence = reverse("ledger:evidence")
    return Chart(
        name="calls",
        title=_("每天调用"),
        note=_("近 30 天，北京时间；和计量一致"),
        label=_("日期"),
        labels=[day.strftime("%m-%d") for day in days],
        hrefs=[f"{evidence}?{urlencode({'service': page.code, 'since': str(day), 'until': str(day)})}" for day in days],
        series=(
            Series(_("已答复"), [all_ - no for all_, no in zip(calls, refused, strict=True)], "azurite"),
            Series(_("被拒绝"), refused, "cinnabar"),
        ),
        unit=_("次"),
        stacked=True,
    )
