"""Pictures of the screen as the largest cities would give them, and of a city that has only just begun."""

from __future__ import annotations

import datetime as dt

from huitong.apps.screen.drawing import LANES, bar, lane_path, lane_width, lane_y
from huitong.apps.screen.selectors import LANGUAGES, draw
from huitong.apps.screen.specs import (
    County,
    Freshness,
    Lane,
    LateCase,
    LateItem,
    Minute,
    Named,
    Picture,
    Work,
    WorstIssue,
)

NOW = dt.datetime(2026, 11, 26, 3, 4, 5, tzinfo=dt.UTC)
LONG_AGO = NOW - dt.timedelta(days=400)
OFFICES = (
    Named("人力资源和社会保障局", "Human Resources and Social Security"),
    Named("市场监管局", "Market Supervision"),
    Named("住房公积金管理中心", "Housing Provident Fund Management Centre"),
    Named("公安局", "Public Security"),
)
THINGS = (
    Named("基本医疗保险参保人员和待遇支付明细信息", "Members of the basic medical insurance and what was paid to them"),
    Named("常住人口登记信息", "Register of residents"),
    Named("空气质量小时监测数据", "Hourly air quality"),
)
COUNTIES = ("341502", "341503", "341504", "341522", "341523", "341524", "341525")


def full(moved: int = 0) -> Picture:
    """Every list full, every number long; ``moved`` rows on each lane since the picture before."""
    lanes = tuple(_lane(index, moved) for index in range(LANES))
    calls = [1_633 * (index % 7) for index in range(30)]
    return Picture(
        as_of=NOW,
        city=Named("小镇", "Town"),
        division="341500",
        lanes=lanes,
        others=46,
        rows=5_473_000_000,
        moved_today=36_400_000,
        items=2_412,
        linked=2_078,
        passed=5_199_350_000,
        held=273_650_000,
        issues=1_234,
        worst_issues=tuple(
            WorstIssue(f"X-{n}", THINGS[n], OFFICES[n], failed) for n, failed in enumerate((9_876_543, 54_321, 1))
        ),
        library_rows=883_000_000,
        calls_today=2_353_611,
        minutes=tuple(Minute(NOW, n, *bar(i, 30, n, max(calls))) for i, n in enumerate(calls)),
        freshness=Freshness(
            on_time=2_066,
            late=4,
            never=8,
            worst=tuple(
                LateItem(f"X-{n}", THINGS[n], OFFICES[n], "daily", NOW - dt.timedelta(days=400)) for n in range(3)
            ),
        ),
        work=Work(
            open=10_000,
            late=4,
            worst=tuple(
                LateCase(f"YS-2026-{n:06d}", THINGS[n], OFFICES[n], dt.date(2026, 11, 20 + n)) for n in range(3)
            ),
        ),
        counties=tuple(
            County(code, Named("霍邱县", "Shucheng County"), 123_456_789 // n, 6 - min(n, 5), n)
            for n, code in enumerate(COUNTIES, start=1)
        ),
    )


def _lane(index: int, moved: int) -> Lane:
    rows = 1_234_567_890 // (index + 1)
    return Lane(
        code=f"d{index}",
        title=OFFICES[index % len(OFFICES)],
        rows=rows,
        moved_today=12_345_678,
        moved_now=moved,
        held=98_765,
        failing=index % 3,
        path=lane_path(lane_y(index, LANES)),
        width=lane_width(rows, 1_234_567_890),
    )


def drawn(picture: Picture) -> dict[str, str]:
    """As the stream sends it, by language."""
    return {name: draw(picture, language) for name, language in LANGUAGES.items()}
