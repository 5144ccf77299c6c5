"""What every page needs: who reads it, where they can go, in which language and colours."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_tree, personas, scope_of
from huitong.apps.accounts.specs import Persona
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.labels import Text
from huitong.apps.libraries.services import MAY_LOOK_UP
from huitong.site.figures import in_english
from huitong.site.navigation import Group, navigation

THEMES: tuple[tuple[str, Text, str], ...] = (
    ("auto", _("跟随系统"), "device"),
    ("light", _("浅色"), "sun"),
    ("dark", _("深色"), "moon"),
)
GOVERNMENT = ("人民政府", " Municipal Government", " Government")
"""Endings of a government's name: without them it is the city's."""
THEME_COOKIE = "huitong_theme"


@dataclass
class Shell:
    """The frame of a page. Its parts are worked out when the template first asks for them."""

    request: HttpRequest

    @cached_property
    def viewer(self) -> Viewer:
        """The reader; nobody when the request failed before it was known who asks."""
        return getattr(self.request, "user", None) or AnonymousUser()

    @property
    def demo(self) -> bool:
        """Whether everything shown is invented."""
        return bool(settings.HUITONG.demo)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The navigation of the reader."""
        return navigation(scope=scope_of(self.viewer), roles=self.roles, path=self.request.path)

    @cached_property
    def personas(self) -> tuple[Persona, ...]:
        """Accounts of the demo that one click steps into."""
        return personas()

    @cached_property
    def city(self) -> str:
        """The name of whose data this is: the organisation at the root."""
        roots = [node for node in organisation_tree(self.viewer) if node.depth == 0]
        if len(roots) != 1:
            return ""
        name = roots[0].title
        for ending in GOVERNMENT:
            name = name.removesuffix(ending)
        return name

    @property
    def roles(self) -> frozenset[str]:
        """The reader's roles."""
        return self.viewer.roles if isinstance(self.viewer, User) else frozenset()

    @property
    def role(self) -> str:
        """The reader's most telling role."""
        ranked = ("bureau", "leader", "data_officer", "developer", "citizen")
        return next((role for role in ranked if role in self.roles), "")

    @property
    def official(self) -> bool:
        """Whether the reader works for an organisation."""
        return scope_of(self.viewer).official

    @property
    def may_look_up(self) -> bool:
        """Whether the reader may look up people and companies."""
        return not self.roles.isdisjoint(MAY_LOOK_UP)

    @property
    def theme(self) -> str:
        """``light``, ``dark`` or ``auto``."""
        chosen = self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in {name for name, _title, _icon in THEMES} else "auto"

    @property
    def themes(self) -> tuple[tuple[str, Text, str], ...]:
        """The choices of colours."""
        return THEMES

    @property
    def english(self) -> bool:
        """Whether the page is in English."""
        return in_english()

    @property
    def address(self) -> str:
        """Where a form of the frame returns to: this page."""
        return self.request.get_full_path() if self.request.method == "GET" else self.request.path


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Put the frame into every template's context as ``shell``."""
    return {"shell": Shell(request)}
