"""Reads the State Council's notice of holidays as it is published: which days are off, which are worked instead.

The notices keep one form: a numbered paragraph a holiday, ``1月1日（周四）至3日（周六）放假调休，共3天。
1月4日（周日）上班。``; the weekdays and the number of days in it are checked against the dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from huitong.foundation.calendar import CalendarDay

_NUMBER = re.compile(r"国办发明电\s*[〔[【（(]\s*(\d{4})\s*[〕\]】）)]\s*(\d+)\s*号")
_BEGINS = r"(?:[（(]?[一二三四五六七八九十]+[）)、.．]+|[（(]?\d{1,2}[）)、.．]+)\s*"
_HOLIDAY = re.compile(rf"^(?:{_BEGINS}([^：:]{{2,12}})|([^：:，。；\d]{{0,9}}(?:节|元旦|除夕)))[：:](.*)$")
_DAY = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\s*[（(]([^）)]*)[）)])?")
_ORDER = r"放假(?:调休)?|调休上班|补休|休息|上班"
_TOKEN = re.compile(rf"(?P<day>{_DAY.pattern})|共?\s*(?P<count>\d+)\s*天|(?P<order>{_ORDER})")
_MATTERS = re.compile(rf"{_ORDER}|调休|连休|公休")
_ADVICE = "鼓励"
"""Begins what a notice wishes and does not order: “鼓励……安排职工在除夕（2月9日）休息” left that day of 2024 worked."""
_TO = re.compile(r"\s*(?:至|到|[—–－─~～-]+)\s*")
_AND = re.compile(r"\s*[、，,和及与]?\s*")
_THEN = re.compile(r"[\s，,]*(?:正常|照常)?")
_UNREAD = re.compile(r"\d|[一二三四五六七八九十]+[月日]")
_WEEK = "一二三四五六日"
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天末]")
_LONGEST = 20
"""Days: no holiday was ever longer; what seems so was read wrongly."""


@dataclass(frozen=True)
class Doubt:
    """Something of the notice that does not fit, or may have been read wrongly.

    ``kind`` is ``date``, ``weekday``, ``count``, ``year``, ``unclear`` (a sentence of another form), ``undated`` (an
    order without its date: “周六上班”), ``outside`` (days before the first holiday's paragraph) or ``twice`` (a day
    both off and worked).
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Notice:
    """What a notice says. ``doubts`` must be settled before it counts."""

    number: str
    days: tuple[CalendarDay, ...]
    doubts: tuple[Doubt, ...]


def read_notice(text: str, year: int) -> Notice:
    """Read a notice of ``year``, pasted whole or in part; words that are no dates are passed over.

    A sentence about days off or worked is read only in the notices' own form; every other form is doubted.

    Args:
        text: as published; each holiday begins a line with its numeral, or with its name and a colon.
        year: the year that dates without one lie in.
    """
    number = _NUMBER.search(text)
    before, holidays = _holidays(re.sub(r"《[^》]*》", "", text))
    found: dict[date, CalendarDay] = {}
    doubts = _outside(before)
    for name, words in holidays:
        entries = list(_holiday(name, words, year, doubts))
        doubts += [Doubt("twice", e.day.isoformat()) for e in entries if found.get(e.day, e).working != e.working]
        found |= {entry.day: entry for entry in entries}
    doubts += [Doubt("year", day.isoformat()) for day in found if abs(day.year - year) > 1]
    days = tuple(found[day] for day in sorted(found))
    return Notice(f"国办发明电〔{number[1]}〕{number[2]}号" if number else "", days, tuple(doubts))


def _holidays(text: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The lines before the first holiday, and each holiday's name and words.

    A paragraph may have been broken into lines by copying, at the end of a sentence too: every line up to the next
    holiday belongs to it. What follows the last one names no day that is off or worked.
    """
    before: list[str] = []
    holidays: list[tuple[str, str]] = []
    for raw in text.splitlines():
        line = raw.strip()
        begun = _HOLIDAY.match(line)
        if begun:
            holidays.append(((begun[1] or begun[2]).strip(), begun[3]))
        elif holidays:
            name, words = holidays[-1]
            holidays[-1] = name, words + line
        else:
            before.append(line)
    return before, holidays


def _outside(lines: list[str]) -> list[Doubt]:
    sentences = [words for line in lines for words in _sentences(line)]
    doubts = [Doubt("outside", words) for words in sentences if _names_days(words) and _MATTERS.search(words)]
    broken = re.search(rf"(?:{_DAY.pattern}){_THEN.pattern}(?:{_ORDER})", "".join(lines))
    return doubts or ([Doubt("outside", broken[0])] if broken else [])


def _names_days(words: str) -> bool:
    return bool(_DAY.search(words) or _WEEKDAY.search(words))


def _sentences(words: str) -> list[str]:
    return [one.strip() for one in re.split(r"[。；;]", words) if one.strip()]


def _holiday(name: str, words: str, year: int, doubts: list[Doubt]) -> Iterator[CalendarDay]:
    known, read = len(doubts), False
    for sentence in _sentences(words):
        if not _MATTERS.search(sentence) or _ADVICE in sentence:
            continue
        reading = _Sentence(year)
        for days, order in reading.orders(sentence):
            read = True
            yield from (CalendarDay(day, working=order.endswith("上班"), note=name) for day in days)
        doubts += reading.doubts
    if not read and len(doubts) == known:
        doubts.append(Doubt("unclear", f"{name}：{words}"[:100]))


class _Sentence:
    """One sentence in reading: days, what they are counted to be, and what is ordered for them, in that order."""

    def __init__(self, year: int) -> None:
        self.doubts: list[Doubt] = []
        self._year = year
        self._days: list[date] = []
        self._order = ""
        self._last: date | None = None
        self._clear = True
        self._dated = True

    def orders(self, words: str) -> Iterator[tuple[list[date], str]]:
        """Give the days of each order; ``doubts`` is whole when all were taken."""
        end = 0
        for match in _TOKEN.finditer(words):
            gap, end = words[end : match.start()], match.end()
            self._clear &= not _UNREAD.search(gap)
            if match["day"]:
                self._take(match["day"], gap)
            elif match["count"]:
                self._check(int(match["count"]), words)
            elif self._ordered(match["order"], gap):
                yield self._days, match["order"]
        if not self._clear or _UNREAD.search(words[end:]) or (self._days and not self._order):
            self.doubts.append(Doubt("unclear", words))
        elif not self._dated:
            self.doubts.append(Doubt("undated", words))

    def _take(self, text: str, gap: str) -> None:
        day = _day(text, self._last, self._year, self.doubts)
        if day is None:
            return
        reaches = _TO.fullmatch(gap) is not None
        if self._order:
            self._clear &= not reaches
            self._days, self._order, reaches = [], "", False
        if reaches and self._last:
            self._days += _through(self._last, day, self.doubts)
        else:
            self._clear &= not self._days or _AND.fullmatch(gap) is not None
            self._days.append(day)
        self._last = day

    def _check(self, count: int, words: str) -> None:
        if self._days and count != len(self._days):
            self.doubts.append(Doubt("count", words))

    def _ordered(self, order: str, gap: str) -> bool:
        """Whether the order is for the days just read; a second one on the same days must not contradict it.

        Words before a second order would name other days than those: “1月4日（周日）上班，下周六上班”.
        """
        if not self._days:
            self._dated &= bool(self.doubts)  # a day that is no date was told already
            return False
        follows = _THEN.fullmatch(gap) is not None
        if not self._order:
            self._order = order
            self._clear &= follows
            return True
        self._clear &= self._order.endswith("上班") == order.endswith("上班") and "不" not in gap
        self._dated &= follows
        return False


def _day(text: str, last: date | None, year: int, doubts: list[Doubt]) -> date | None:
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    month = int(match[2]) if match[2] else last.month if last else 0
    in_year = int(match[1]) if match[1] else last.year if last else year
    try:
        day = date(in_year, month, int(match[3]))
    except ValueError:
        doubts.append(Doubt("date", text))
        return None
    said = re.search(r"(?:周|星期)([一二三四五六日天])", match[4] or "")
    if said and _WEEK[day.weekday()] != said[1].replace("天", "日"):
        doubts.append(Doubt("weekday", text))
    return day


def _through(first: date, last: date, doubts: list[Doubt]) -> list[date]:
    if not first < last <= first + timedelta(days=_LONGEST):
        doubts.append(Doubt("date", f"{first.isoformat()} – {last.isoformat()}"))
        return []
    return [first + timedelta(days=ahead) for ahead in range(1, (last - first).days + 1)]
