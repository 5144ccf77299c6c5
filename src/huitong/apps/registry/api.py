"""``/api/systems``: the register of information systems and their exchange."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema

from huitong.apps.accounts.selectors import require_official
from huitong.apps.api_auth import caller
from huitong.apps.registry.selectors import island_map
from huitong.apps.registry.specs import Exchange, IslandMap, SystemRow

router = Router(tags=["registry"])


class IslandMapOut(Schema):
    """The systems and who uses whose data."""

    systems: list[SystemRow]
    exchanges: list[Exchange]


@router.get("", response=IslandMapOut, operation_id="list_systems", summary="List systems and their exchange")
def list_systems(request: HttpRequest) -> IslandMap:
    """List the systems that the caller may see; ``connection`` tells the islands."""
    viewer = caller(request)
    require_official(viewer)
    return island_map(viewer)
