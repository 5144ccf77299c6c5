"""A value is doubted in half a minute, answered by its department, and watched by the collection."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.apps.town import CITIZEN
from tests.journeys.axe import violations
from tests.journeys.test_desk import BOTH, Visit, Visitor, Word, visit

__all__ = ["visit"]
pytestmark = pytest.mark.browser


def readable(visitor: Visitor) -> None:
    """The page before the visitor is clean for axe."""
    assert violations(visitor.page) == []


def collected(visit: Visit, number: str, until: Word) -> Visitor:
    """The bureau has the source collected, and sees the dispute become what the collection shows."""
    bureau = visit("bureau")
    bureau.open("/items/CENTRE-01/")
    bureau.press(("立即运行", "Run now"))
    for _ in range(120):
        bureau.open(f"/cases/{number}/")
        if bureau.say(until) in (bureau.page.locator("main").text_content() or ""):
            break
        bureau.page.wait_for_timeout(500)
    return bureau


def correct_at_the_source(site_home: Path, mobile: str) -> None:
    """The centre writes another number into its own file."""
    (file,) = (site_home / "town").rglob("insured.csv")
    with file.open(encoding="gb18030", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    with file.open("w", encoding="gb18030", newline="") as lines:
        csv.writer(lines).writerows([header, *([a, b, mobile] if a == CITIZEN else [a, b, c] for a, b, c in rows)])


@BOTH
def test_a_value_is_doubted_and_mended(visit: Visit, site_home: Path) -> None:
    police = visit("police")
    police.open("/look-up/")
    police.page.get_by_label(
        police.say(("核实部门之间不一致的数据", "Settle data on which departments disagree"))
    ).check()
    police.page.locator("[name=key]").fill(CITIZEN)
    police.click("form:has([name=key]) button.button-main")
    police.press(("有疑问 手机号码", "Doubt it Mobile number"))
    police.says(("这个值的来历", "Where this value comes from"), "138******00", ("社会保险中心", "Insurance Centre"))
    readable(police)
    police.page.get_by_label(police.say(("已经变更，没有更新", "It is out of date"))).check()
    police.page.locator("main [name=statement]").fill("本人说早已换号")
    police.click("form:has([name=statement]) button.button-main")
    answering = ("待来源部门核实", "With the source department")
    police.says(answering, ("轮到", "Turn of"), "本人说早已换号")
    readable(police)
    number = police.page.url.rstrip("/").rpartition("/")[2]

    centre = visit("centre")
    centre.says(("等我办理", "Waiting for me"), ("参保人员", "Insured people"))
    centre.open("/cases/")
    centre.click(f"a[href='/cases/{number}/']")
    centre.press(("认领", "Claim"))
    centre.says(("社保数据员 已认领", "claimed by 社保数据员"))
    corrected = ("已在源头更正", "Corrected at the source")
    centre.page.locator("#correct-comment").fill("已在业务系统更正")
    centre.press(corrected)
    centre.says(("已在源头更正，等待归集", "Corrected at the source, waiting for a collection"))
    readable(centre)

    same = ("归集后仍是原值，退回", "Still the same after a collection")
    bureau = collected(visit, number, same)
    bureau.says(same, answering)

    centre.open(f"/cases/{number}/")
    centre.press(("查看来源行", "Show the source row"))
    centre.says(("查找这条记录", "Find this record"), CITIZEN, "138")
    readable(centre)
    centre.follow(("回到办件", "Back to the case"))
    correct_at_the_source(site_home, "13822222200" if centre.english else "13811111100")
    centre.page.locator("#correct-comment").fill("已找到这条记录，换成新号码")
    centre.press(corrected)
    shown = ("归集已看到更正", "Shown by a collection")
    bureau = collected(visit, number, shown)
    bureau.says(shown, ("已更正", "Corrected"))
    readable(bureau)

    police.open("/notices/")
    police.says(("已更正", "Corrected"))
    readable(police)
