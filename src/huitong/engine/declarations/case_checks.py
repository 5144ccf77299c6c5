"""A case type is checked when read: nothing undeclared or out of reach, no dead end, no clock for nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from huitong.engine.declarations.cases import SYSTEM, CaseType, Clock, FormField
from huitong.foundation.errors import Terminal


def check_case_type(spec: CaseType) -> None:
    """Check one case type by itself.

    Raises:
        Terminal: ``case_types.duplicate``, ``case_types.unknown`` (state, party or clock), ``case_types.unreachable``,
            ``case_types.dead_end`` (a state where nobody can act though it is somebody's turn), ``case_types.not_over``
            (actions lead on from a state that ends the case), ``case_types.never_over`` (no way leads to an end),
            ``case_types.bad_clock``, ``case_types.clock_for_nobody``, ``case_types.bad_field``,
            ``case_types.bad_bulk``.
    """
    _check_names(spec)
    for where, kind, name in _named(spec):
        if name not in _known(spec)[kind]:
            raise Terminal("case_types.unknown", case_type=spec.code, where=where, kind=kind, name=name)
    _check_graph(spec)
    for clock in spec.clocks:
        _check_clock(spec, clock)
    _check_forms(spec)


def _known(spec: CaseType) -> dict[str, set[str]]:
    parties = {party.name for party in spec.parties}
    return {
        "state": {state.name for state in spec.states},
        "party": parties,
        "turn": {*parties, SYSTEM, ""},
        "actor": {*parties, SYSTEM},
        "clock": {clock.name for clock in spec.clocks},
    }


def _check_names(spec: CaseType) -> None:
    lists = {
        "state": [state.name for state in spec.states],
        "action": [action.name for action in spec.actions],
        "party": [*(party.name for party in spec.parties), SYSTEM],
        "clock": [clock.name for clock in spec.clocks],
    }
    for kind, names in lists.items():
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise Terminal("case_types.duplicate", case_type=spec.code, kind=kind, name=twice[0])
    if not spec.states:
        raise Terminal("case_types.unknown", case_type=spec.code, where="states", kind="state", name="")


def _named(spec: CaseType) -> Iterator[tuple[str, str, str]]:
    """What names (``actions/accept``), the kind of what is named, and its name."""
    yield "opened_by", "party", spec.opened_by
    yield from ((f"states/{state.name}", "turn", state.turn) for state in spec.states)
    for action in spec.actions:
        where = f"actions/{action.name}"
        yield where, "actor", action.party
        yield from ((where, "state", name) for name in (*action.sources, action.target))
        yield from ((where, "clock", name) for name in action.restarts)
    for clock in spec.clocks:
        where = f"clocks/{clock.name}"
        yield from ((where, "state", name) for name in (*clock.states, *clock.paused_in))
        if clock.party:
            yield where, "party", clock.party


def _check_graph(spec: CaseType) -> None:
    forward = {state.name: {action.target for action in spec.actions_in(state.name)} for state in spec.states}
    reached = _closure({spec.states[0].name}, forward)
    for state in spec.states:
        actors = {action.party for action in spec.actions_in(state.name)}
        if state.name not in reached:
            raise Terminal("case_types.unreachable", case_type=spec.code, state=state.name)
        if state.turn and state.turn not in actors:
            raise Terminal("case_types.dead_end", case_type=spec.code, state=state.name, party=state.turn)
        if not state.turn and actors:
            raise Terminal("case_types.not_over", case_type=spec.code, state=state.name)
    backward: dict[str, set[str]] = {state.name: set() for state in spec.states}
    for source, targets in forward.items():
        for target in targets:
            backward[target].add(source)
    ending = _closure({state.name for state in spec.states if not state.turn}, backward)
    for state in spec.states:
        if state.name not in ending:
            raise Terminal("case_types.never_over", case_type=spec.code, state=state.name)


def _closure(start: set[str], edges: dict[str, set[str]]) -> set[str]:
    reached, left = set(start), list(start)
    while left:
        new = edges[left.pop()] - reached
        reached |= new
        left.extend(new)
    return reached


def _check_clock(spec: CaseType, clock: Clock) -> None:
    overlap = set(clock.states) & set(clock.paused_in)
    if not clock.states or overlap or clock.days < 1 or clock.extend < 0 or not 0 <= clock.warn < clock.days + 1:
        raise Terminal("case_types.bad_clock", case_type=spec.code, clock=clock.name)
    for name in (*clock.states, *clock.paused_in):
        turn = spec.state(name).turn
        if not turn or (name in clock.states and turn == SYSTEM and not clock.party):
            raise Terminal("case_types.clock_for_nobody", case_type=spec.code, clock=clock.name, state=name)


def _check_forms(spec: CaseType) -> None:
    known: dict[str, FormField] = {}
    for form in (spec.form, *(action.form for action in spec.actions)):
        for field in form:
            wrong_choices = bool(field.choices) != (field.kind in ("choice", "choices"))
            other = known.setdefault(field.name, field)
            if wrong_choices or other.kind != field.kind or not field.name.isidentifier():
                raise Terminal("case_types.bad_field", case_type=spec.code, field=field.name)
    for action in spec.actions:
        if action.bulk and any(field.required for field in action.form):
            raise Terminal("case_types.bad_bulk", case_type=spec.code, action=action.name)
