"""What every page needs: who reads it, where they can go, in which language and colours."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import cached_property

from huitong.apps.accounts.desks import Post, looks_at_departments, posts_of
from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_tree, personas, scope_of
from huitong.apps.accounts.specs import OrganisationNode, Persona
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.help.selectors import help_address, shown_stop
from huitong.apps.help.specs import Stop
from huitong.apps.help.tour import COOKIE as TOUR_COOKIE
from huitong.apps.libraries.services import MAY_LOOK_UP
from huitong.apps.notices.selectors import unread_count
from huitong.site.appearance import CONTRAST, DENSITY, TEXT, THEME, ShownChoice, shown_choices
from huitong.site.figures import in_english
from huitong.site.navigation import Group, Link, navigation
from huitong.site.public_places import foot_links, public_links

GOVERNMENT = ("人民政府", " Municipal Government", " Government")
"""Endings of a government's name: without them it is the city's."""


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

    @property
    def offers_tour(self) -> bool:
        """Whether this browser is still offered the tour of the demo."""
        return self.demo and TOUR_COOKIE not in self.request.COOKIES

    @cached_property
    def stop(self) -> Stop | None:
        """Where this browser is on the tour of the demo."""
        return shown_stop(self.request.COOKIES.get(TOUR_COOKIE, ""), self.request.path, self.roles)

    @cached_property
    def help(self) -> str:
        """Where the guide of the reader's role tells about this page."""
        return help_address(self.role, self.request.path)

    @property
    def layout(self) -> str:
        """The template around a page that officials and the public share: ``{% extends shell.layout %}``."""
        return "site/desk.html" if self.official else "site/public.html"

    @cached_property
    def public_links(self) -> tuple[Link, ...]:
        """The navigation of the public site."""
        return public_links(self.request.path)

    @cached_property
    def foot_links(self) -> tuple[Link, ...]:
        """What stands at the foot of the public site."""
        return foot_links(self.request.path)

    @cached_property
    def personas(self) -> tuple[Persona, ...]:
        """Accounts of the demo that one click steps into."""
        return personas()

    @cached_property
    def tree(self) -> tuple[OrganisationNode, ...]:
        """Every organisation, each after its superior."""
        return organisation_tree(self.viewer)

    @cached_property
    def posts(self) -> tuple[Post, ...]:
        """The posts that the reader may choose from, where there are several."""
        return posts_of(self.viewer) if isinstance(self.viewer, User) else ()

    @property
    def departments(self) -> tuple[OrganisationNode, ...]:
        """What the reader may look at alone instead of the whole city."""
        chooses = isinstance(self.viewer, User) and looks_at_departments(self.viewer)
        return tuple(node for node in self.tree if node.depth) if chooses else ()

    @cached_property
    def city(self) -> str:
        """The name of whose data this is: the organisation at the root."""
        roots = [node for node in self.tree if node.depth == 0]
        if len(roots) != 1:
            return ""
        name = roots[0].title
        for ending in GOVERNMENT:
            name = name.removesuffix(ending)
        return name

    @cached_property
    def unread(self) -> int:
        """How many notices the reader has not read."""
        return unread_count(self.viewer)

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
        return THEME.chosen(self.request)

    @property
    def text(self) -> str:
        """``normal``, ``large`` or ``largest`` type."""
        return TEXT.chosen(self.request)

    @property
    def contrast(self) -> str:
        """``normal`` or ``high``."""
        return CONTRAST.chosen(self.request)

    @property
    def density(self) -> str:
        """``normal`` or ``compact`` lists."""
        return DENSITY.chosen(self.request)

    @cached_property
    def appearance(self) -> tuple[ShownChoice, ...]:
        """The choices of how pages look, with the reader's."""
        return shown_choices(self.request)

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
