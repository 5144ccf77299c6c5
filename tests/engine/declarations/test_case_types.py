"""A case type is refused when it names what is not there, leads nowhere, or has a clock for nobody."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.apps.case_types import REQUEST

from huitong.engine.declarations.case_checks import check_case_type
from huitong.engine.declarations.cases import Action, CaseType, Clock, FormField, State
from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.pack import Pack
from huitong.engine.declarations.save import save_pack
from huitong.foundation.errors import Terminal

replace = msgspec.structs.replace


def with_action(**more: Any) -> CaseType:
    """The sample with one more action."""
    wanted: dict[str, Any] = {"sources": ("checking",), "target": "refused", "party": "bureau", **more}
    action = Action(name=wanted.pop("name", "extra"), title="x", title_en="x", **wanted)
    return replace(REQUEST, actions=(*REQUEST.actions, action))


def with_state(name: str, turn: str) -> CaseType:
    """The sample with one more state, which ``extra`` leads to."""
    state = State(name=name, title="x", title_en="x", turn=turn)
    return replace(with_action(target=name), states=(*REQUEST.states, state))


def with_clock(**more: Any) -> CaseType:
    """The sample with one more clock."""
    wanted: dict[str, Any] = {"days": 3, "states": ("checking",), **more}
    clock = Clock(name=wanted.pop("name", "extra"), title="x", title_en="x", **wanted)
    return replace(REQUEST, clocks=(*REQUEST.clocks, clock))


def looping() -> CaseType:
    """A state from which one only comes back to itself."""
    spec = with_state("loop", "bureau")
    return replace(spec, actions=(*spec.actions, replace(spec.actions[-1], name="again", sources=("loop",))))


FIELD = FormField(name="purpose", title="x", title_en="x", kind="number")
WRONG = {
    "case_types.unknown": [
        with_action(target="nowhere"),
        with_action(sources=("nowhere",)),
        with_action(party="nobody"),
        with_action(restarts=("nothing",)),
        with_state("odd", "nobody"),
        with_clock(states=("nowhere",)),
        with_clock(party="nobody"),
        replace(REQUEST, opened_by="nobody"),
        replace(REQUEST, states=()),
    ],
    "case_types.duplicate": [with_action(name="agree"), with_clock(name="check")],
    "case_types.unreachable": [
        replace(REQUEST, states=(*REQUEST.states, State(name="lost", title="x", title_en="x"))),
    ],
    "case_types.dead_end": [with_state("stuck", "bureau")],
    "case_types.not_over": [with_action(sources=("done",))],
    "case_types.never_over": [looping()],
    "case_types.bad_clock": [
        with_clock(days=0),
        with_clock(states=()),
        with_clock(warn=4),
        with_clock(paused_in=("checking",)),
    ],
    "case_types.clock_for_nobody": [with_clock(states=("installing",)), with_clock(states=("done",))],
    "case_types.bad_field": [
        with_action(form=(FIELD,)),
        with_action(form=(replace(FIELD, name="pick", kind="choice"),)),
        with_action(form=(replace(FIELD, name="not a name"),)),
    ],
    "case_types.bad_bulk": [with_action(bulk=True, form=(replace(FIELD, name="n", required=True),))],
}


def test_the_sample_is_right() -> None:
    check_case_type(REQUEST)


@pytest.mark.parametrize(("code", "spec"), [(code, spec) for code, specs in WRONG.items() for spec in specs])
def test_what_is_wrong_is_refused(code: str, spec: CaseType) -> None:
    with pytest.raises(Terminal) as caught:
        check_case_type(spec)
    assert caught.value.code == code


def test_a_case_type_is_saved_and_loaded(tmp_path: Any) -> None:
    save_pack(Pack(name="one", case_types=(REQUEST,)), tmp_path)
    assert load_pack(tmp_path).case_types == (REQUEST,)
    broken = with_action(target="nowhere")
    save_pack(Pack(name="one", case_types=(broken,)), tmp_path)
    with pytest.raises(Terminal) as caught:
        load_pack(tmp_path)
    assert caught.value.code == "case_types.unknown"
