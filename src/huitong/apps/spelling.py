"""Whether what somebody typed fits a name: as written, or in pinyin, or by its initials."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin


def fits(title: str, text: str) -> bool:
    """Tell whether ``text`` is in ``title``, or in its pinyin, or the first letters of it: 数据目录 by ``sjml``."""
    wanted = text.casefold()
    if wanted in title.casefold():
        return True
    return wanted.isascii() and any(wanted.replace(" ", "") in spelled for spelled in _spelled(title))


def fits_any(text: str, *titles: str) -> bool:
    """Tell whether ``text`` fits one of ``titles``."""
    return any(fits(title, text) for title in titles)


@lru_cache(maxsize=4096)
def _spelled(title: str) -> tuple[str, str]:
    if title.isascii():
        return "", ""
    whole, initials = lazy_pinyin(title), lazy_pinyin(title, style=Style.FIRST_LETTER)
    return "".join(whole).lower(), "".join(initials).lower()
