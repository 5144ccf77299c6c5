"""What a user may see, worked out once a request: everything, or the rows of certain organisations, or their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from django.contrib.auth.models import AnonymousUser

if TYPE_CHECKING:
    from huitong.apps.accounts.models import User

Viewer: TypeAlias = "User | AnonymousUser"

OFFICIALS = frozenset({"bureau", "leader", "data_officer", "developer"})
SEE_EVERYTHING = frozenset({"bureau", "leader"})


@dataclass(frozen=True)
class Scope:
    """What one viewer may see."""

    everything: bool
    """The bureau and leaders."""
    official: bool
    """Anybody who works for an organisation: sees the registry and the whole catalog."""
    organisations: frozenset[int]
    """Ids of the organisations whose own rows are visible: those of the memberships, and all below them."""
    roots: frozenset[int]
    """Of these, the ones that are below none of the others: what stands in their queues is all one sees."""
    user: int | None
    """Id of the signed-in user."""
    person: str
    """ID number of a citizen's account."""
    only: frozenset[int] | None = None
    """Ids of a department and all below it, where somebody who sees everything has chosen to look at it alone."""

    @property
    def limit(self) -> frozenset[int] | None:
        """Ids of the organisations whose rows lists show; None for all. Tells what is seen, never what is allowed."""
        return self.only if self.everything else self.organisations


NOBODY = Scope(everything=False, official=False, organisations=frozenset(), roots=frozenset(), user=None, person="")


def scope_of(viewer: Viewer) -> Scope:
    """Return what ``viewer`` may see; kept on the user, so that a request asks the database once."""
    if isinstance(viewer, AnonymousUser) or not viewer.is_active:
        return NOBODY
    return viewer.scope
