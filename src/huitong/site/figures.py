"""Numbers, times and durations as the pages write them, in the language of the request."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huitong.apps.labels import language

_SHORT = {
    "zh": ((10**8, 10**8, "亿"), (10**5, 10**4, "万")),
    "en": ((10**9, 10**9, "B"), (10**6, 10**6, "M"), (10**5, 10**3, "K")),
}
"""Per language: from which number on, divided by what, called what."""


def in_english() -> bool:
    """Tell whether the request is answered in English."""
    return language() == "en"


def grouped(value: float | str | None) -> str:
    """Return ``value`` with its thousands set apart: ``1,234,567``; a dash for nothing, a text as it is."""
    if value is None:
        return "—"
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def short(value: float | None) -> tuple[str, str]:
    """Return ``value`` in three or four digits and its unit: ``("124.1", "万")``, in English ``("1.24", "M")``."""
    if value is None:
        return "—", ""
    for least, size, unit in _SHORT[language()]:
        if abs(value) >= least:
            scaled = value / size
            decimals = 0 if abs(scaled) >= 1000 else 1 if abs(scaled) >= 10 else 2
            return f"{scaled:,.{decimals}f}", unit
    return grouped(int(value)), ""


def percent(part: float | None, whole: float | None) -> str:
    """Return ``part`` of ``whole`` in percent; never ``100%`` when something is missing, nor ``0%`` when not."""
    if not whole or part is None:
        return "—"
    share = 100 * part / whole
    if part != whole and share > 99.99:
        return "99.99%"
    if part and share < 0.01:
        return "<0.01%"
    return f"{share:.2f}".rstrip("0").rstrip(".") + "%"


def beijing(moment: datetime.datetime | None) -> str:
    """Return ``moment`` as Beijing time to the minute; without the year when it is this year's."""
    if moment is None:
        return "—"
    here = timezone.localtime(moment)
    return here.strftime("%m-%d %H:%M" if here.year == timezone.localtime().year else "%Y-%m-%d %H:%M")


def duration(seconds: float | None) -> str:
    """Return a length of time in the two units that matter."""
    if seconds is None:
        return "—"
    if seconds < 1:
        return _("%(number)d 毫秒") % {"number": round(seconds * 1000)}
    if seconds < 60:
        return _("%(number)s 秒") % {"number": f"{seconds:.1f}".removesuffix(".0")}
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return _("%(minutes)d 分 %(seconds)d 秒") % {"minutes": minutes, "seconds": rest}
    return _("%(hours)d 小时 %(minutes)d 分") % {"hours": minutes // 60, "minutes": minutes % 60}


def ago(moment: datetime.datetime | None) -> str:
    """Return how long ago ``moment`` was, in its largest unit."""
    if moment is None:
        return _("从未")
    seconds = max(0, int((timezone.now() - moment).total_seconds()))
    if seconds < 60:
        return _("刚刚")
    if seconds < 3600:
        number = seconds // 60
        return ngettext("%(number)d 分钟前", "%(number)d 分钟前", number) % {"number": number}
    if seconds < 86_400:
        number = seconds // 3600
        return ngettext("%(number)d 小时前", "%(number)d 小时前", number) % {"number": number}
    number = seconds // 86_400
    return ngettext("%(number)d 天前", "%(number)d 天前", number) % {"number": number}
