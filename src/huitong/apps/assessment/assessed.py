"""Who is assessed: departments and counties, each with everything below it. The bureau does not assess itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from huitong.apps.accounts.visibility import Viewer, scope_of

if TYPE_CHECKING:
    from huitong.apps.accounts.models import Organisation, User

PEERS = ("department", "county")
"""Kinds of organisations that are assessed, each ranked among its own kind."""


@dataclass(frozen=True)
class OwnUnits:
    """What a viewer may look into: the assessed organisations of the own units, and those units."""

    assessed: frozenset[str]
    """Codes of assessed organisations."""
    units: frozenset[str] | None
    """Codes of the units whose rows may be read; None for everybody's."""


def assessed_of_units(organisations: Iterable[Organisation]) -> dict[str, Organisation]:
    """Return who is assessed for each organisation, by its code: the topmost department or county it belongs to.

    Organisations that belong to none, such as the bureau, are left out.

    Args:
        organisations: all of them, each after its superior.
    """
    by_path: dict[str, Organisation] = {}
    found: dict[str, Organisation] = {}
    for unit in organisations:
        superior = by_path.get(unit.path.removesuffix(f"{unit.code}/"))
        assessed = superior or (unit if unit.kind in PEERS else None)
        if assessed:
            by_path[unit.path] = found[unit.code] = assessed
    return found


def own_units(viewer: Viewer) -> OwnUnits:
    """Return what ``viewer`` may look into. One query, and those of the viewer's scope."""
    from huitong.apps.accounts.selectors import all_organisations  # this module is read while models are being loaded

    scope = scope_of(viewer)
    if not scope.official:
        return OwnUnits(frozenset(), frozenset())
    organisations = all_organisations()
    assessed = assessed_of_units(organisations)
    if scope.everything:
        return OwnUnits(frozenset(top.code for top in assessed.values()), None)
    units = frozenset(unit.code for unit in organisations if unit.pk in scope.organisations)
    return OwnUnits(frozenset(assessed[unit].code for unit in units if unit in assessed), units)


def spoken_for(user: User) -> frozenset[str]:
    """Return the assessed organisations that ``user`` answers for as a data officer, by code: a right, not a sight.

    One query more than :meth:`~huitong.apps.accounts.models.User.answers_in`, none where that is empty.
    """
    from huitong.apps.accounts.selectors import all_organisations  # this module is read while models are being loaded

    own = user.answers_in("data_officer")
    if not own:
        return frozenset()
    organisations = all_organisations()
    assessed = assessed_of_units(organisations)
    return frozenset(assessed[unit.code].code for unit in organisations if unit.pk in own and unit.code in assessed)
