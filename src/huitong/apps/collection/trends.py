"""How collection and quality went over time: what the charts are drawn from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.charts import Chart, Series
from huitong.apps.collection.models import DayChanges, Run

DAYS = 14
CHECKS = 30
_CHANGES = ("inserted", "updated", "deleted")


@dataclass(frozen=True)
class Changes:
    """Rows that collection changed on one Beijing day."""

    day: dt.date
    inserted: int = 0
    updated: int = 0
    deleted: int = 0


@dataclass(frozen=True)
class CheckPoint:
    """One check of an item: rows that passed and rows that were held back."""

    run: int
    at: dt.datetime
    passed: int
    rejected: int


def changes_by_day(viewer: Viewer, *, days: int = DAYS) -> tuple[Changes, ...]:
    """Return what collection changed on each of the last ``days`` days, oldest first, as the viewer may see. One query.

    Grows with providers and days, not with runs.
    """
    today = timezone.localdate()
    rows = DayChanges.objects.visible_to(viewer).filter(day__gt=today - dt.timedelta(days=days), day__lte=today)
    sums = rows.order_by().values_list("day").annotate(*(Sum(name) for name in _CHANGES))
    found = {day: Changes(day, *changed) for day, *changed in sums}
    wanted = (today - dt.timedelta(days=back) for back in reversed(range(days)))
    return tuple(found.get(day) or Changes(day) for day in wanted)


def checks_of_item(viewer: Viewer, code: str, *, most: int = CHECKS) -> tuple[CheckPoint, ...]:
    """Return an item's last checks that the viewer may see, oldest first. One query."""
    done = Run.objects.visible_to(viewer).filter(kind=Run.Kind.CHECK, target=code, state=Run.State.DONE)
    points = [
        CheckPoint(run.pk, run.finished_at, run.typed_counts.rows, run.typed_counts.rejected)
        for run in done[:most]
        if run.finished_at is not None
    ]
    return tuple(reversed(points))


def changes_chart(viewer: Viewer) -> Chart:
    """Return the rows that collection changed, day by day, as a chart."""
    days = changes_by_day(viewer)
    return Chart(
        name="changes",
        title=_("每天归集的变化"),
        note=_("近 14 天，按归集完成的时间"),
        label=_("日期"),
        labels=[each.day.strftime("%m-%d") for each in days],
        series=(
            Series(_("新增"), [each.inserted for each in days], "azurite"),
            Series(_("更新"), [each.updated for each in days], "gamboge"),
            Series(_("删除"), [each.deleted for each in days], "cinnabar"),
        ),
        unit=_("行"),
        stacked=True,
    )


def pass_rate_chart(viewer: Viewer, code: str) -> Chart | None:
    """Return the share of an item's rows that passed, check by check, as a chart; None where there was no check."""
    points = [each for each in checks_of_item(viewer, code) if each.passed + each.rejected]
    if not points:
        return None
    return Chart(
        name="pass-rate",
        title=_("合格率"),
        note=_("最近 30 次检查"),
        label=_("检查时间"),
        labels=[timezone.localtime(each.at).strftime("%m-%d %H:%M") for each in points],
        hrefs=[reverse("collection:run", args=[each.run]) for each in points],
        series=(
            Series(_("合格率"), [round(100 * p.passed / (p.passed + p.rejected), 2) for p in points], "malachite"),
        ),
        unit="%",
        shape="area",
        percent=True,
    )
