"""The State Council's notice, as published, gives the days that everybody else's calendar has."""

from __future__ import annotations

import datetime as dt

import pytest

from huitong.foundation.calendar import seeded_calendar
from huitong.foundation.calendar_notice import read_notice

OF_2026 = """国务院办公厅关于2026年
部分节假日安排的通知
国办发明电〔2025〕7号

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、
2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
国务院办公厅
2025年11月4日
"""


def test_the_notice_of_2026_gives_the_official_days() -> None:
    notice = read_notice(OF_2026, 2026)
    assert (notice.number, notice.doubts) == ("国办发明电〔2025〕7号", ())
    calendar = seeded_calendar()
    start = dt.date(2026, 1, 1)
    plain = type(calendar)((), ()).with_changes(notice.days)
    for ahead in range(365):
        day = start + dt.timedelta(days=ahead)
        assert plain.is_working(day) == calendar.is_working(day), day
    assert {entry.note for entry in notice.days if not entry.working} == {
        "元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节",
    }  # fmt: skip


def test_a_holiday_may_begin_in_the_year_before_and_cross_a_month() -> None:
    notice = read_notice(
        "一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。\n二、春节：1月28日至2月4日放假，共8天。", 2023
    )
    days = [entry.day for entry in notice.days]
    assert days[:3] == [dt.date(2022, 12, 31), dt.date(2023, 1, 1), dt.date(2023, 1, 2)]
    assert (days[3], days[-1], len(days), notice.doubts) == (dt.date(2023, 1, 28), dt.date(2023, 2, 4), 11, ())


def test_what_does_not_fit_is_doubted() -> None:
    text = "一、元旦：1月1日（周四）至3日（周日）放假调休，共4天。2月30日上班。\n二、春节：3月5日至3月1日放假。"
    kinds = [doubt.kind for doubt in read_notice(text, 2027).doubts]
    assert kinds == ["weekday", "count", "date", "date"], "2027-01-01 is a Friday, and three days are not four"
    assert read_notice("没有日期的话。", 2027).days == ()


OF_2024 = """国务院办公厅关于2024年部分节假日安排的通知
国办发明电〔2023〕7号
一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。
"""


def reads_as_published(text: str, year: int) -> bool:
    notice, official = read_notice(text, year), seeded_calendar()
    plain = type(official)((), ()).with_changes(notice.days)
    start = dt.date(year, 1, 1)
    days = [start + dt.timedelta(days=ahead) for ahead in range(365)]
    return not notice.doubts and all(plain.is_working(day) == official.is_working(day) for day in days)


def test_advice_to_rest_on_the_eve_is_no_day_off() -> None:
    assert reads_as_published(OF_2024, 2024), "9 February 2024 was worked"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("。1月4日（周日）上班", "。\n1月4日（周日）上班"),
        ("共3天。1月4日（周日）上班", "共3天\n1月4日（周日）上班"),
        ("共3天。1月4日", "共3天，1月4日"),
        ("放假调休，共3天。1月4日", "放假调休，1月4日"),
        ("共3天。1月4日（周日）上班", "共3天；1月4日（周日）照常上班"),
        ("（周四）至3日", "（周四）～3日"),
        ("（周四）至3日", "（周四）–3日"),
        ("（周四）至3日", "（周四）——3日"),
        ("一、元旦", "1.元旦"),
        ("一、元旦", "（一）元旦"),
        ("一、元旦", "元旦"),
        ("四、劳动节", "劳动节"),
    ],
)
def test_other_ways_to_write_it_down_say_the_same(old: str, new: str) -> None:
    assert old in OF_2026
    assert reads_as_published(OF_2026.replace(old, new), 2026)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1月1日（周四）至3日（周六）放假。", "outside"),
        ("2026年1月1日至3日\n放假，共3天。", "outside"),
        ("一、元旦：1月1日至3日放假，4日休息日上班。", "unclear"),
        ("一、元旦：1月1日放假，至3日。", "unclear"),
        ("一、元旦：1月1日至3日放假，4日（周日）。", "unclear"),
        ("一、元旦：1月1日至3日放假。4日起上班。1月4日不放假。", "unclear"),
        ("一、元旦：1月1—3日放假。", "date"),
        ("一、元旦：1月1日、2日放假，2月1/3日上班。", "unclear"),
        ("一、元旦：一月一日放假。", "unclear"),
        ("一、元旦：另行通知。", "unclear"),
        ("一、元旦：1月1日放假。\n二、春节：1月1日上班。", "twice"),
        ("一、元旦：1月2日公休日调至12月31日，1月3日上班。", "unclear"),
        ("周六上班。\n一、元旦：1月1日放假。", "outside"),
    ],
)
def test_what_may_be_read_wrongly_is_doubted(text: str, kind: str) -> None:
    assert kind in {doubt.kind for doubt in read_notice(text, 2026).doubts}


@pytest.mark.parametrize(
    "sentence",
    ["周六上班", "星期天照常上班", "下周六、周日上班", "周末休息", "次日上班", "1月4日（周日）上班，周六上班",
     "1月4日（周日）上班，下周六照常上班", "周六上班，1月4日（周日）上班", "除夕休息"],
)  # fmt: skip
@pytest.mark.parametrize("holiday", ["", "1月1日（周四）至3日（周六）放假调休，共3天。"])
def test_an_order_without_its_date_is_told_with_its_sentence(holiday: str, sentence: str) -> None:
    notice = read_notice(f"一、元旦：{holiday}{sentence}。\n二、清明节：4月4日（周六）至6日（周一）放假，共3天。", 2026)
    assert [(doubt.kind, doubt.text) for doubt in notice.doubts] == [("undated", sentence)]
    assert dt.date(2026, 4, 6) in {entry.day for entry in notice.days}, "the rest is read"


def test_what_surrounds_the_holidays_is_no_doubt() -> None:
    before = "发布日期：2025年11月04日\n根据2024年11月10日修订的《全国年节及纪念日放假办法》，通知如下。\n"
    assert reads_as_published(before + OF_2026, 2026)
