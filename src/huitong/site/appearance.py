"""How a reader wants pages to look: colours, size of type, contrast, density. Kept in cookies, without signing in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from huitong.apps.labels import Text


@dataclass(frozen=True)
class Way:
    """One way a page may look."""

    value: str
    title: Text
    icon: str


@dataclass(frozen=True)
class Choice:
    """Ways to choose from; the first is what readers get who never chose."""

    name: str
    title: Text
    ways: Sequence[Way]

    @property
    def cookie(self) -> str:
        """The cookie that keeps the choice."""
        return f"huitong_{self.name}"

    def chosen(self, request: HttpRequest) -> str:
        """Return the reader's way; the usual one when the cookie holds nonsense."""
        asked = request.COOKIES.get(self.cookie, "")
        return asked if asked in {way.value for way in self.ways} else self.ways[0].value


@dataclass(frozen=True)
class ShownChoice:
    """A choice with what the reader has chosen, as the menu draws it."""

    choice: Choice
    value: str


THEME = Choice(
    "theme",
    _("颜色"),
    (
        Way("auto", _("跟随系统"), "sun-moon"),
        Way("light", _("浅色"), "sun"),
        Way("dark", _("深色"), "moon"),
    ),
)
TEXT = Choice(
    "text",
    _("字号"),
    (
        Way("normal", _("标准"), "letter-case"),
        Way("large", _("大字"), "text-size"),
        Way("largest", _("特大字"), "text-increase"),
    ),
)
CONTRAST = Choice(
    "contrast",
    _("对比度"),
    (Way("normal", _("标准"), "contrast"), Way("high", _("高对比"), "contrast-2")),
)
DENSITY = Choice(
    "density",
    _("列表行距"),
    (
        Way("normal", _("宽松"), "baseline-density-medium"),
        Way("compact", _("紧凑"), "baseline-density-small"),
    ),
)
CHOICES = (THEME, TEXT, CONTRAST, DENSITY)


def shown_choices(request: HttpRequest) -> tuple[ShownChoice, ...]:
    """Return every choice with the reader's way."""
    return tuple(ShownChoice(choice, choice.chosen(request)) for choice in CHOICES)
