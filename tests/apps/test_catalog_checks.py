"""The guide's checks: one item that breaks each, in both languages, and the demo's items, which break none."""

from __future__ import annotations

import dataclasses
import re

import msgspec
import pytest
from django.utils import translation

from huitong.apps.accounts.models import User
from huitong.apps.accounts.services import put_organisation
from huitong.apps.catalog.check_kinds import CHECKS
from huitong.apps.catalog.checking import METHODS, AnswersFor, Surroundings, check_item, plain, surroundings
from huitong.apps.catalog.classes import next_resource_code
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.services import cancel_item, put_codelist, put_item
from huitong.engine.declarations.elements import CodeEntry, CodeList
from huitong.engine.declarations.items import CatalogItem as Item
from huitong.engine.declarations.items import ItemField
from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.people import Organisation
from huitong.engine.declarations.sources import Link
from huitong.foundation.codes import uscc
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db

CLASSES = CodeList(
    name="catalog_class",
    title="分类",
    entries=(
        CodeEntry(code="3", title="部门信息资源"),
        CodeEntry(code="303", title="政府", parent="3"),
        CodeEntry(code="303001", title="公安", parent="303"),
        CodeEntry(code="1", title="基础信息资源"),
    ),
)
GOOD = Item(
    code="NEW-01",
    title="居住证签发信息",
    title_en="Residence permits",
    provider="police",
    table="police_permit",
    classification="303001",
    resource_code="303001/00009",
    abstract="公安机关签发的居住证，2016 年起。",
    sharing_type="conditional",
    sharing_condition="经同意后使用",
    fields=(
        ItemField(column="sfzh", element="id_number", title="身份证号", guide_type="C", length=18),
        ItemField(column="xm", element="person_name", title="姓名"),
    ),
    link=Link(source="police-db", object="permit", key=("sfzh",)),
)
BROKEN: dict[str, dict[str, object]] = {
    "title_missing": {"title": " "},
    "title_is_system": {"title": "户籍系统"},
    "title_like_system": {"title": "居住证管理平台"},
    "title_taken": {"title": "户籍人口"},
    "title_punctuation": {"title": "户籍（人口）"},
    "title_en_missing": {"title_en": ""},
    "class_missing": {"classification": "", "resource_code": ""},
    "class_incomplete": {"classification": "303", "resource_code": ""},
    "class_unknown": {"classification": "303999", "resource_code": ""},
    "class_mismatch": {"resource_class": "base"},
    "code_format": {"resource_code": "303001-1"},
    "code_class": {"resource_code": "303002/00001"},
    "code_taken": {"resource_code": "303001/00001"},
    "provider_missing": {"provider": ""},
    "provider_code_missing": {"provider": "hr"},
    "provider_code_wrong": {"provider": "data"},
    "abstract_missing": {"abstract": ""},
    "abstract_short": {"abstract": "居住证"},
    "format_method": {"format": "image", "sharing_method": "api"},
    "format_type": {"format_type": "mp4"},
    "condition_missing": {"sharing_condition": ""},
    "condition_useless": {"sharing_type": "unconditional"},
    "basis_missing": {"sharing_type": "none"},
    "open_not_shared": {"sharing_type": "none", "sharing_basis": "户口登记条例", "open_to_public": True},
    "open_sensitive": {"open_to_public": True},
    "fields_missing": {"fields": (), "link": None},
    "field_unbound": {"fields": (ItemField(column="a", element="", name="a", title="甲"),), "link": None},
    "field_title_missing": {"fields": (ItemField(column="a", element="", name="a"),), "link": None},
    "field_twice": {"fields": (GOOD.fields[0], GOOD.fields[0])},
    "field_type": {"fields": (msgspec.structs.replace(GOOD.fields[0], guide_type="D"),)},
    "field_length": {"table": "x", "fields": (ItemField(column="sfzh", element="mobile", length=5),)},
    "field_repeated": {"fields": (*GOOD.fields, ItemField(column="xb", element="sex"))},
    "table_taken": {"table": "police_person"},
    "link_key": {"link": Link(source="police-db", object="permit", key=("lsh",))},
    "link_watermark": {"link": Link(source="police-db", object="permit", key=("sfzh",), mode="incremental")},
    "link_column": {"fields": (*GOOD.fields, ItemField(column="", element="sex"))},
}


@pytest.fixture
def around(town: object, system: User) -> Surroundings:
    """The town with a classification, and credit codes of which one is wrong."""
    put_codelist(system, spec=CLASSES)
    for code, number in (("police", uscc.complete("11341500", "MB0G0003")), ("data", "11341500MB0G0003X0")):
        spec = Organisation(code=code, title=code, title_en=code, superior="town", uscc=number)
        put_organisation(system, spec=spec)
    person = CatalogItem.objects.get(code="POLICE-01").as_spec()
    put_item(system, spec=msgspec.structs.replace(person, classification="303001"))
    known = surroundings()
    mobile = msgspec.structs.replace(known.elements["mobile"], max_length=11, checks=("mobile",))
    answers = {"sex": AnswersFor("hr", "人社"), "person_name": AnswersFor("police", "公安")}
    return dataclasses.replace(known, elements={**known.elements, "mobile": mobile}, authorities=answers)


def test_every_check_is_broken_here() -> None:
    assert set(BROKEN) == set(CHECKS)


def test_a_good_item_has_no_findings(around: Surroundings) -> None:
    assert check_item(GOOD, around) == ()


@pytest.mark.parametrize("code", BROKEN)
def test_each_check_finds_what_breaks_it(code: str, around: Surroundings) -> None:
    found = {one.code: one for one in check_item(msgspec.structs.replace(GOOD, **BROKEN[code]), around)}
    assert code in found
    for language in ("zh-hans", "en"):
        with translation.override(language):
            text = str(found[code].text)
            for value in found[code].values.values():
                text = text.replace(str(value), "")
        assert "%" not in text
        assert bool(re.search("[\u3400-\u9fff]{4,}", text)) == (language == "zh-hans"), text


def test_an_element_is_named_in_the_readers_language(around: Surroundings) -> None:
    repeated = msgspec.structs.replace(GOOD, fields=(*GOOD.fields, ItemField(column="xb", element="sex")))
    with translation.override("en"):
        found = next(one for one in check_item(repeated, around) if one.code == "field_repeated")
        assert "Sex" in str(found.text) and "性别" not in str(found.text)


def test_errors_come_before_warnings(around: Surroundings) -> None:
    severities = [one.severity for one in check_item(msgspec.structs.replace(GOOD, title_en="", abstract=""), around)]
    assert severities == ["error", "warning"]


def test_names_differ_by_punctuation_only() -> None:
    assert plain("企业（法人）登记 信息") == plain("企业(法人)登记信息") == "企业法人登记信息"


def test_sequences_count_on_within_a_class(around: Surroundings, system: User) -> None:
    assert CatalogItem.objects.get(code="POLICE-01").resource_code == "303001/00001"
    row = put_item(system, spec=GOOD)
    assert row.resource_code == "303001/00009" and next_resource_code("303001") == "303001/00010"
    again = put_item(system, spec=msgspec.structs.replace(GOOD, title="改名", resource_code=""))
    assert again.resource_code == "303001/00009", "an item keeps the code it was given"
    cancel_item(system, code="NEW-01")
    assert next_resource_code("303001") == "303001/00010", "a sequence is never used twice"
    with pytest.raises(Terminal) as refused:
        put_item(system, spec=msgspec.structs.replace(GOOD, code="NEW-02", table="other", resource_code="303001/00001"))
    assert refused.value.code == "catalog.code_taken"


def test_the_demo_has_no_error() -> None:
    pack = load_pack("demo")
    around = Surroundings(
        classes={
            one.code: one  # type: ignore[misc]
            for codelist in pack.codelists
            if codelist.name.startswith("catalog_class")
            for one in codelist.entries
        },
        organisations={one.code: (one.title, one.uscc) for one in pack.organisations},
        systems={plain(one.title): one.title for one in pack.systems},
        titles={},
        resource_codes={},
        tables={},
        elements={one.name: one for one in pack.elements},
    )
    found = {(item.code, one.code, str(one.text)) for item in pack.items for one in check_item(item, around)}
    assert found == set()
    assert {item.format for item in pack.items} <= set(METHODS)
