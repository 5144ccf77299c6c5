"""Applying packs."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_bureau
from huitong.apps.collection.services import bind_variables
from huitong.apps.ledger.services import record_audit
from huitong.apps.packs.kinds import KINDS, specs_of
from huitong.apps.packs.models import AppliedPack
from huitong.apps.packs.selectors import export_pack, plan_pack
from huitong.apps.packs.specs import PlanResult
from huitong.engine.declarations.pack import Manifest, Pack

__all__ = ["apply_pack", "export_pack", "plan_pack"]


@transaction.atomic
def apply_pack(acting_user: User, pack: Pack, *, variables: Mapping[str, str] | None = None) -> PlanResult:
    """Make what is stored be what ``pack`` declares, in one transaction; applying it again changes nothing.

    Args:
        variables: ``${NAME}`` → value, for the locations of the pack's sources, before the pack's own defaults, and
            for good: what was given once stays until given anew. No secrets: these come from the environment of the
            process that collects.

    Returns:
        The plan that was carried out.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau applies it; what a service of a declared thing raises. Then
            nothing was changed.
    """
    require_bureau(acting_user)
    plan = plan_pack(pack)
    kinds = {kind.name: kind for kind in KINDS}
    wanted = {kind.name: specs_of(getattr(pack, kind.name), kind) for kind in KINDS}
    for change in plan.changes:
        kind = kinds[change.kind]
        if change.sign == "-":
            kind.remove(acting_user, change.code)
        else:
            kind.put(acting_user, wanted[change.kind][change.code])
    if pack.variables or variables:
        bind_variables(codes=wanted["sources"], variables=variables or {}, defaults=pack.variables)
    AppliedPack.objects.update_or_create(
        name=pack.name,
        defaults={
            "title": pack.title,
            "title_en": pack.title_en,
            "declared": {name: list(specs) for name, specs in wanted.items()},
            "variables": pack.written_variables,
            "applied_by": acting_user,
        },
    )
    if plan.changes:
        manifest = Manifest(name=pack.name, title=pack.title, title_en=pack.title_en)
        record_audit(acting_user, action="packs.apply_pack", kind="pack", target=pack.name, after=manifest)
    return plan
