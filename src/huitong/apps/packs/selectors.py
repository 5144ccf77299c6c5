"""Reads of packs: what applying one would change, and everything declared as one pack."""

from __future__ import annotations

from huitong.apps.packs.kinds import KINDS, Kind, is_current, specs_of
from huitong.apps.packs.models import AppliedPack
from huitong.apps.packs.specs import Change, PlanResult
from huitong.engine.declarations.pack import Pack
from huitong.engine.declarations.spec import Spec


def plan_pack(pack: Pack) -> PlanResult:
    """Return what applying ``pack`` would change, in the order it would: new and changed things, then those gone.

    A thing is gone when an earlier state of this pack declared it and neither this state nor another applied pack
    does; what was made on pages stays. One query a kind, and one a changed thing.
    """
    ours = AppliedPack.objects.filter(name=pack.name).first()
    others = [row.declared for row in AppliedPack.objects.exclude(name=pack.name)]
    puts: list[Change] = []
    gone: list[Change] = []
    for kind in KINDS:
        wanted = specs_of(getattr(pack, kind.name), kind)
        known = kind.stored()
        changed = [code for code, spec in wanted.items() if code in known and not is_current(kind, spec, known[code])]
        before = _declared_by_code(kind) if changed else {}
        for code, spec in wanted.items():
            if code not in known:
                puts.append(Change("+", kind.name, code))
            elif code in changed:
                puts.append(Change("~", kind.name, code, _different(kind, before.get(code), spec)))
        declared_before = ours.declared.get(kind.name, ()) if ours else ()
        elsewhere = {code for declared in others for code in declared.get(kind.name, ())}
        gone.extend(
            Change("-", kind.name, code)
            for code in declared_before
            if code not in wanted and code in known and code not in elsewhere
        )
    return PlanResult(pack=pack.name, changes=(*puts, *reversed(gone)))


def _declared_by_code(kind: Kind) -> dict[str, Spec]:
    return {kind.code(spec): spec for spec in kind.declared()}


def _different(kind: Kind, before: Spec | None, after: Spec) -> tuple[str, ...]:
    public = kind.public(after)
    names = tuple(name for name in public.__struct_fields__ if getattr(before, name, None) != getattr(public, name))
    return names or ("secret",)


def export_pack(name: str = "") -> Pack:
    """Return everything declared as one pack: equal to what was applied, but for passwords and secrets.

    Variables are those that the applied packs were written with, not what they stand for on this machine.

    Args:
        name: of the pack; defaults to that of the pack last applied, or ``export``.
    """
    packs = list(AppliedPack.objects.order_by("applied_at"))
    applied = packs[-1] if packs else None
    parts = {kind.name: kind.declared() for kind in KINDS}
    return Pack(
        name=name or (applied.name if applied else "export"),
        title=applied.title if applied else "",
        title_en=applied.title_en if applied else "",
        written_variables={name: value for one in packs for name, value in one.variables.items()},
        **parts,  # type: ignore[arg-type]
    )
