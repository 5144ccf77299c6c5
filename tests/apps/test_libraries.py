"""Look-ups of a person: with a purpose, masked, with evidence first."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from pytest_django import DjangoAssertNumQueries
from tests.apps.town import BROKEN, CITIZEN, IDS

from huitong.apps.accounts.models import User
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.ledger.selectors import subject_of, who_used
from huitong.apps.ledger.services import import_evidence
from huitong.apps.libraries import services
from huitong.apps.libraries.records import Claim, FoundRecord, masked_values
from huitong.apps.libraries.selectors import library_by_code, library_list, library_page
from huitong.apps.libraries.services import look_up
from huitong.engine.declarations.libraries import Attribute, AttributeInput
from huitong.engine.evidence.segments import ledger_folder
from huitong.foundation.codes.id_number import complete
from huitong.foundation.errors import HuitongError, Terminal, Transient

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
PURPOSE = "核验公租房申请人"
NOBODY = complete("34150219990909111")


def evidence(home: Path) -> list[dict[str, object]]:
    """What the desk has put on disk."""
    files = sorted(ledger_folder(home).glob("desk-0/*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_record_is_masked_and_every_value_has_its_source(user: Login, home: Path, run_town: None) -> None:
    record = look_up(user("police"), library="population", key=f" {CITIZEN.lower()} ", purpose=PURPOSE, case="A-1")
    assert record.found and record.key == f"{CITIZEN[:6]}{'*' * 11}{CITIZEN[-1]}"
    values = {value.name: value for value in record.values}
    assert (values["person_name"].value, values["person_name"].masked) == ("张*", True)
    assert (values["sex"].value, values["sex"].masked) == ("女性", False), "a code, by its title"
    mobile = values["mobile"]
    assert (mobile.value, mobile.source_item, mobile.provider_title) == ("138******00", "CENTRE-01", "社会保险中心")
    assert mobile.run and mobile.collected_at and mobile.collected_at.tzinfo
    assert [(claim.table, claim.value, claim.chosen) for claim in mobile.conflicts] == [
        ("centre_insured", "138******00", True),
        ("police_person", "139******00", False),
    ]
    assert not any(CITIZEN in str(value) for value in record.values)
    (line,) = evidence(home)
    assert line["hash"] == record.receipt
    assert (line["operator"], line["consumer"], line["service"], line["purpose"], line["case"]) == (
        "police", "desk:police", "library:population", PURPOSE, "A-1"
    )  # fmt: skip
    assert line["subjects"] == [subject_of(CITIZEN)] and CITIZEN not in json.dumps(line)


def test_the_citizen_sees_who_looked(user: Login, run_town: None) -> None:
    look_up(user("police"), library="population", key=CITIZEN, purpose=PURPOSE)
    look_up(user("police"), library="population", key=IDS[3], purpose=PURPOSE)
    import_evidence()
    rows = who_used(user("citizen")).rows
    assert [(row.operator, row.purpose, row.consumer_title) for row in rows] == [("police", PURPOSE, "公安")]


def test_asking_for_nobody_leaves_evidence_too(user: Login, home: Path, run_town: None) -> None:
    record = look_up(user("bureau"), library="population", key=NOBODY, purpose=PURPOSE)
    assert not record.found and record.values == ()
    (line,) = evidence(home)
    assert line["absent"] == [subject_of(NOBODY)] and "subjects" not in line


def test_refusals_leave_nothing(user: Login, home: Path, run_town: None) -> None:
    expected: dict[str, Callable[[], object]] = {
        "libraries.purpose_missing": lambda: look_up(user("police"), library="population", key=CITIZEN, purpose=" 查 "),
        "libraries.key_missing": lambda: look_up(user("police"), library="population", key=" ", purpose=PURPOSE),
        "libraries.key_wrong": lambda: look_up(user("police"), library="population", key="123", purpose=PURPOSE),
        "people.not_allowed": lambda: look_up(user("developer"), library="population", key=CITIZEN, purpose=PURPOSE),
        "people.not_found": lambda: look_up(user("citizen"), library="population", key=CITIZEN, purpose=PURPOSE),
    }
    for code, call in expected.items():
        with pytest.raises(Terminal) as error:
            call()
        assert error.value.code == code
    assert evidence(home) == []


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("123", "不是 18 位"),
        (BROKEN, "校验码不符"),
        ("991502199001010011", "省级代码不存在"),
        (f"{CITIZEN[:-2]}AB", "字符"),
    ],
)
def test_a_number_that_cannot_exist_is_not_looked_up(user: Login, home: Path, key: str, reason: str) -> None:
    with pytest.raises(Terminal) as error:
        look_up(user("police"), library="population", key=key, purpose=PURPOSE)
    assert error.value.code == "libraries.key_wrong" and reason in error.value.detail()
    assert evidence(home) == []


def test_a_wrong_number_that_the_library_has_is_found(
    user: Login, home: Path, run_town: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An item may let wrong numbers pass: whoever has one must be found to have it put right."""
    kept = FoundRecord(key=BROKEN, snapshot=1, golden={"mobile": "13812340000"})
    monkeypatch.setattr(
        "huitong.apps.libraries.services.find_record", lambda spec, key: kept if key == BROKEN else FoundRecord(key, 1)
    )
    assert look_up(user("police"), library="population", key=f" {BROKEN}", purpose=PURPOSE).found
    (line,) = evidence(home)
    assert line["subjects"] == [subject_of(BROKEN)]
    with pytest.raises(Terminal):
        look_up(user("police"), library="population", key="123", purpose=PURPOSE)
    assert len(evidence(home)) == 1


def test_a_number_is_found_however_it_is_written(user: Login, run_town: None) -> None:
    for written in (
        f"{CITIZEN[:6]} {CITIZEN[6:14]} {CITIZEN[14:]}",
        "".join(chr(ord(one) + 0xFEE0) for one in CITIZEN),
    ):
        assert look_up(user("police"), library="population", key=written, purpose=PURPOSE).found


def test_values_that_look_alike_when_masked_are_told_apart(run_town: None) -> None:
    library = library_by_code("population").as_spec()
    claims = (Claim("centre_insured", "13812340000"), Claim("police_person", "13856780000"), Claim("x", "13812340000"))
    found = FoundRecord(
        key=CITIZEN,
        snapshot=1,
        golden={"mobile": "13812340000"},
        sources={"mobile": "centre_insured"},
        claims={"mobile": claims},
    )
    mobile = next(one for one in masked_values(library, found) if one.name == "mobile")
    assert len({one.value for one in mobile.conflicts}) == 1, "masked they look alike"
    assert [(one.chosen, one.same) for one in mobile.conflicts] == [(True, True), (False, False), (False, True)]


def test_two_uses_of_one_element_have_names_of_their_own(run_town: None) -> None:
    library = library_by_code("population").as_spec()
    CatalogItem.objects.get(code="POLICE-01").fields.filter(name="mobile").update(title="联系手机", title_en="Contact")
    other = Attribute(
        name="contact", element="mobile", sources=(AttributeInput(table="police_person", field="mobile"),)
    )
    two = msgspec.structs.replace(library, attributes=(*library.attributes, other))
    titles = {one.name: one.title for one in masked_values(two, FoundRecord(key=CITIZEN, snapshot=1))}
    assert (titles["mobile"], titles["contact"]) == ("手机号码", "联系手机")


def test_without_evidence_nothing_is_shown(
    user: Login, system: User, monkeypatch: pytest.MonkeyPatch, run_town: None
) -> None:

    def full_disk(_: object) -> None:
        raise Transient("evidence.unwritable", reason="disk full")

    monkeypatch.setattr(services, "record_use", full_disk)
    with pytest.raises(HuitongError) as error:
        look_up(user("police"), library="population", key=CITIZEN, purpose=PURPOSE)
    assert error.value.code == "evidence.unwritable"


def test_a_library_that_was_never_fused_has_nobody(user: Login) -> None:
    assert not look_up(user("bureau"), library="population", key=CITIZEN, purpose=PURPOSE).found


def test_pages(user: Login, system: User, django_assert_num_queries: DjangoAssertNumQueries, run_town: None) -> None:
    viewer = user("centre")
    assert viewer.scope.official
    with django_assert_num_queries(4):
        (page,) = library_list(viewer)
    assert (page.rows, page.conflicts, page.key_title) == (9, 8, "公民身份号码")
    mobile = next(attribute for attribute in page.attributes if attribute.name == "mobile")
    assert [(one.item, one.provider_title) for one in mobile.inputs] == [
        ("CENTRE-01", "社会保险中心"),
        ("POLICE-01", "公安"),
    ]
    assert library_page(viewer, "population") == page
    assert library_list(user("citizen")) == ()
