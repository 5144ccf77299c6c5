"""The working calendar's pages: a year at a glance, one day set by hand, the year's notice entered."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.selectors import require_bureau, require_official, working_calendar
from huitong.apps.accounts.services import enter_calendar_notice, set_calendar_day
from huitong.apps.accounts.specs import NoticeTaken
from huitong.apps.cases.titles import TitleWords
from huitong.apps.forms import DateField, Group, SiteForm
from huitong.apps.labels import language
from huitong.apps.registry.calendar import (
    FIRST,
    LAST,
    last_recount,
    moved_deadlines,
    provisional_deadlines,
    require_year,
    year_of,
)
from huitong.apps.tables import Cell, Column, Empty, Table, plain_table
from huitong.foundation import clock
from huitong.foundation.calendar import CalendarDay
from huitong.foundation.calendar_notice import Doubt, Notice, read_notice
from huitong.foundation.numbers import whole_number


class DayForm(SiteForm):
    """One day, set by hand."""

    day = DateField(label=_("日期"))
    working = forms.ChoiceField(
        label=_("这一天"), choices=[("0", _("休息")), ("1", _("上班"))], widget=forms.RadioSelect, initial="0"
    )
    note = forms.CharField(label=_("原因"), max_length=200, required=False, help_text=_("例如“抗洪停工”"))

    def clean_day(self) -> object:
        """Days far away are mistakes in typing."""
        day = self.cleaned_data["day"]
        if not FIRST <= day.year <= LAST:
            raise forms.ValidationError(
                _("日期要在 %(first)d 年到 %(last)d 年之间。"), params={"first": FIRST, "last": LAST}
            )
        return day


class NoticeForm(SiteForm):
    """A year's notice, pasted; its number is read out of it where it is there."""

    text = forms.CharField(
        label=_("通知正文"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("整篇粘贴即可，例如“一、元旦：1月1日（周五）至3日（周日）放假，共3天。”"),
    )  # fmt: skip
    number = forms.CharField(label=_("文号"), max_length=200, required=False, help_text=_("正文里有的会自动读出"))
    groups: ClassVar = (Group("", ("text", "number")),)


def year(request: HttpRequest) -> HttpResponse:
    """Show a year at a glance; the bureau edits it."""
    require_official(request.user)
    wanted = whole_number(request.GET.get("year", ""))
    number = min(max(clock.beijing_today().year if wanted is None else wanted, FIRST), LAST)
    bureau = request.user.has_role("bureau")  # type: ignore[union-attr]
    return render(request, "registry/calendar.html", _context(request, number) | {"bureau": bureau})


def _context(request: HttpRequest, number: int) -> dict[str, object]:
    picked = request.GET.get("day", "")
    found = year_of(number)
    return {
        "year": found,
        "today": clock.beijing_today(),
        "off": found.marked("off"),
        "made_up": found.marked("made_up"),
        "weekdays": [(name, str(name)[-1] if language() == "zh" else str(name)[:2]) for name in _WEEKDAYS],
        "previous": number - 1 if number > FIRST else 0,
        "following": number + 1 if number < LAST else 0,
        "waiting": provisional_deadlines(request.user) if not found.official else 0,
        "recount": last_recount(number),
        "moved": _moved(request),
        "day_form": DayForm(initial={"day": picked}),
        "notice_form": NoticeForm(),
    }


def _moved(request: HttpRequest) -> Table | None:
    rows = moved_deadlines(request.user)
    if not rows:
        return None
    columns = (
        Column("case", _("办件"), head=True),
        Column("before", _("原期限"), "date"),
        Column("after", _("现期限"), "date"),
        Column("at", _("重算时间"), "time"),
    )
    words = TitleWords([row.case for row in rows])
    cells = [
        (
            Cell(words.of(row.case), href=reverse("cases:case", args=[row.case.number]), note=row.case.number),
            Cell(row.data.get("before", "")),
            Cell(row.data.get("due_on", "")),
            Cell(row.at),
        )
        for row in rows
    ]
    return plain_table(_("移动了的期限"), columns, cells, Empty(""))


@require_POST
def set_day(request: HttpRequest) -> HttpResponse:
    """Set one day by hand."""
    user = require_bureau(request.user)
    form = DayForm(request.POST)
    if not form.is_valid():
        number = clock.beijing_today().year
        return render(request, "registry/calendar.html", _context(request, number) | {"bureau": True, "day_form": form})
    said = form.cleaned_data
    set_calendar_day(user, day=said["day"], working=said["working"] == "1", note=said["note"])
    messages.success(request, _("已保存。经过这一天的期限正在重算。"))
    return redirect(f"{reverse('registry:calendar')}?year={said['day'].year}")


@require_POST
def notice(request: HttpRequest, number: int) -> HttpResponse:
    """Read a pasted notice and show what it says; sent a second time it counts."""
    user = require_bureau(request.user)
    require_year(number)
    form = NoticeForm(request.POST)
    read: Notice | None = None
    if form.is_valid():
        read = read_notice(form.cleaned_data["text"], number)
        named = form.cleaned_data["number"] or read.number
        if "confirm" in request.POST and named and read.days and not read.doubts:
            _tell(request, number, enter_calendar_notice(user, year=number, notice=named, days=read.days))
            return redirect(f"{reverse('registry:calendar')}?year={number}")
        form = _marked(NoticeForm({"text": form.cleaned_data["text"], "number": named}), read)
    context = {"year": number, "form": form, "read": read, "table": _read_table(read) if read else None}
    return render(request, "registry/calendar_notice.html", context)


def _marked(form: NoticeForm, read: Notice) -> NoticeForm:
    """Say at its field what does not fit in a notice, and what is missing."""
    for one in read.doubts:
        form.add_error("text", gettext("%(why)s：%(text)s") % {"why": DOUBTS[one.kind], "text": one.text})
    if not read.days and not read.doubts:
        form.add_error("text", _("没有读出日期，请粘贴通知的正文。"))
    if not form["number"].value():
        form.add_error("number", _("没有读出文号，请填写。"))
    return form


def _tell(request: HttpRequest, year: int, taken: NoticeTaken) -> None:
    said = ngettext("%(n)d 天与原来不同", "%(n)d 天与原来不同", taken.changed) % {"n": taken.changed}
    messages.success(request, gettext("%(year)d 年已正式生效，%(said)s。") % {"year": year, "said": said})
    if taken.kept:
        days = gettext("、").join(day.isoformat() for day in taken.kept)
        messages.warning(request, gettext("这些天是手工设定的，和通知不同，仍按手工设定：%(days)s。") % {"days": days})


DOUBTS = {
    "date": _("没有这个日期，或先后颠倒"),
    "weekday": _("星期和日期对不上"),
    "count": _("天数和日期对不上"),
    "year": _("不在这一年前后"),
    "unclear": _("这句话的写法读不准，请改成“几月几日放假”“几月几日上班”"),
    "undated": _("有放假或上班的安排没有写明日期；请补上“几月几日”，或删去这句，生效后再手工设定那一天"),
    "outside": _("不在“一、元旦：”这样的段落里，没有读"),
    "twice": _("同一天既放假又上班"),
}


def doubts_text(doubts: tuple[Doubt, ...]) -> str:
    """Return what does not fit, in one line."""
    return gettext("；").join(f"{DOUBTS[one.kind]}：{one.text}" for one in doubts)


def _read_table(read: Notice) -> Table:
    known = working_calendar()
    columns = (
        Column("day", _("日期"), "date", head=True),
        Column("holiday", _("节日")),
        Column("kind", _("安排"), "badge"),
        Column("before", _("目前")),
    )
    cells = [_read_cells(one, known.is_working(one.day)) for one in read.days]
    return plain_table(_("读出的安排"), columns, cells, Empty(_("没有读出日期"), _("请粘贴通知的正文。")))


def _read_cells(one: CalendarDay, working: bool) -> tuple[Cell, ...]:
    words = {True: _("上班"), False: _("休息")}
    changes = working != one.working
    return (
        Cell(one.day, note=_WEEKDAYS[one.day.weekday()]),
        Cell(one.note),
        Cell(words[one.working], tone="warn" if one.working else "good"),
        Cell(words[working], note=_("将改变") if changes else ""),
    )


_WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
