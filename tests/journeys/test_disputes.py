"""A value is doubted in half a minute, answered by its department, and watched by the collection."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.apps.town import CITIZEN
from tests.journeys.test_desk import NARROW, SERIOUS, WIDE, Visit, Visitor, visit

__all__ = ["visit"]
pytestmark = pytest.mark.browser


def readable(visitor: Visitor) -> None:
    """The page before the visitor is clean for axe."""
    found = Axe().run(visitor.page, options=SERIOUS).response["violations"]
    assert not [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]


def collected(visit: Visit, size: tuple[int, int], number: str, until: str) -> Visitor:
    """The bureau has the source collected, and sees the dispute become what the collection shows."""
    bureau = visit("bureau", size)
    bureau.open("/items/CENTRE-01/")
    bureau.press("立即运行")
    for _ in range(120):
        bureau.open(f"/cases/{number}/")
        if until in (bureau.page.locator("main").text_content() or ""):
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


@pytest.mark.parametrize(("size", "mobile"), [(WIDE, "13811111100"), (NARROW, "13822222200")], ids=["wide", "narrow"])
def test_a_value_is_doubted_and_mended(visit: Visit, site_home: Path, size: tuple[int, int], mobile: str) -> None:
    police = visit("police", size)
    police.open("/look-up/")
    police.page.get_by_label("核实部门之间不一致的数据").check()
    police.page.get_by_label("号码").fill(CITIZEN)
    police.press("查询")
    police.press("有疑问 手机号码")
    police.says("这个值的来历", "138******00", "社会保险中心")
    readable(police)
    police.page.get_by_label("已经变更，没有更新").check()
    police.page.get_by_label("依据").fill("本人说早已换号")
    police.press("提交")
    police.says("待来源部门核实", "轮到", "本人说早已换号")
    readable(police)
    number = police.page.url.rstrip("/").rpartition("/")[2]

    centre = visit("centre", size)
    centre.says("等我办理", "参保人员")
    centre.open("/cases/")
    centre.page.locator(f"a[href='/cases/{number}/']").click()
    centre.page.wait_for_load_state()
    centre.press("认领")
    centre.says("社保数据员 已认领")
    centre.page.locator("#correct-comment").fill("已在业务系统更正")
    centre.press("已在源头更正")
    centre.says("已在源头更正，等待归集")
    readable(centre)

    bureau = collected(visit, size, number, "归集后仍是原值，退回")
    bureau.says("归集后仍是原值，退回", "待来源部门核实")

    centre.open(f"/cases/{number}/")
    centre.press("查看来源行")
    centre.says("查找这条记录", CITIZEN, "138")
    readable(centre)
    centre.page.get_by_role("link", name="回到办件").click()
    centre.page.wait_for_load_state()
    correct_at_the_source(site_home, mobile)
    centre.page.locator("#correct-comment").fill("已找到这条记录，换成新号码")
    centre.press("已在源头更正")
    bureau = collected(visit, size, number, "归集已看到更正")
    bureau.says("归集已看到更正", "已更正")
    readable(bureau)

    police.open("/notices/")
    police.says("已更正")
    readable(police)
