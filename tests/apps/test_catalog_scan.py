"""From a live source: what is recognised in real tables, that samples are masked, and the draft that comes of it."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.apps.pages import parsed
from tests.apps.town import IDS, POLICE_ROWS

from huitong.apps.accounts.models import User
from huitong.apps.catalog.models import ItemDraft
from huitong.apps.catalog.scanning import draft_many_from_source, scan_object, scan_source
from huitong.engine.declarations.load import load_pack
from huitong.engine.profiling import ColumnProfile
from huitong.engine.standards.proposing import Knowledge, propose, proposed_key, proposed_watermark, said_in
from huitong.foundation.errors import Terminal

Login = Callable[[str], User]
As = Callable[[str], Client]
PACK = load_pack("standards")
KNOWN = Knowledge({one.name: one for one in PACK.elements}, {one.name: one for one in PACK.codelists})

COLUMNS = {
    "sfzh": (IDS, "id_number"),
    "whatever": (IDS, "id_number"),
    "户主姓名": (("张三", "李四"), "person_name"),
    "xm": (("张三", "李四"), "person_name"),
    "lxdh": (("13900000001", "13800000002"), "mobile"),
    "xb": (("1", "2"), "sex"),
    "性别": (("男", "女"), "sex"),
    "gxsj": (("2026-01-02 03:04:05", "2026-02-03 04:05:06"), "updated_at"),
    "csrq": (("1990-01-02", "1991-02-03"), "birth_date"),
    "xzqh": (("341502", "341503"), "division_code"),
    "id": (("1", "2"), "record_id"),
    "备注": (("无", "有"), "remark"),
    "zzzz": (("a", "b"), ""),
}


def column(name: str, values: tuple[str, ...]) -> ColumnProfile:
    longest = max((len(value) for value in values), default=0)
    return ColumnProfile(name, "TEXT", len(values), 0, len(set(values)), values, longest)


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_recognised(name: str) -> None:
    values, element = COLUMNS[name]
    assert propose([column(name, values)], KNOWN)[0].element == element


def test_what_the_content_contradicts_is_not_proposed() -> None:
    found = propose([column("sfzh", ("甲", "乙", "丙")), column("csrq", ("红", "绿"))], KNOWN)
    assert [one.element for one in found] == ["", ""]


def test_what_the_catalog_knows_is_learned() -> None:
    plain = propose([column("qsrbh", ("A1", "A2"))], KNOWN)[0]
    learned = propose(
        [column("qsrbh", ("A1", "A2"))], Knowledge(KNOWN.elements, KNOWN.codelists, {"qsrbh": "case_number"})
    )
    assert plain.element == "" and learned[0].element == "case_number" and "known" in learned[0].reasons


def test_key_and_watermark_follow_from_the_meaning() -> None:
    columns = [column(name, COLUMNS[name][0]) for name in ("sfzh", "id", "gxsj")]
    proposals = propose(columns, KNOWN)
    assert proposed_key(columns, proposals) == ("id",) and proposed_watermark(proposals) == "gxsj"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=12), st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=8))
def test_anything_can_be_proposed_for(name: str, values: list[str]) -> None:
    found = propose([column(name, tuple(values))], KNOWN)[0]
    assert 0 <= found.confidence <= 99 and (found.element in KNOWN.elements or not found.element)


@pytest.mark.django_db
def test_a_table_becomes_a_draft(town: Path, user: Login, as_user: As) -> None:
    with sqlite3.connect(town / "police.sqlite") as connection:
        connection.execute("CREATE TABLE permit (lsh INTEGER PRIMARY KEY, sfzh TEXT, xm TEXT, sjh TEXT, zt TEXT)")
        rows = [(n, number, f"张{n}", f"1390000000{n}", None) for n, number in enumerate(IDS)]
        connection.executemany("INSERT INTO permit VALUES (?, ?, ?, ?, ?)", rows)
    connection.close()
    police = user("police")
    found = {one.name: one for one in scan_source(police, "police-db")}
    assert found["person"].item == "POLICE-01" and found["permit"].item == ""
    scan = scan_object(police, "police-db", "permit")
    meant = {one.name: one.element for one in scan.columns}
    assert (meant["sfzh"], meant["xm"], meant["sjh"], meant["zt"]) == ("id_number", "person_name", "mobile", "")
    assert scan.columns[4].empty == 1.0 and scan.columns[1].distinct == len(IDS)
    assert scan.spec.link and scan.spec.link.key in (("lsh",), ("sfzh",)) and scan.spec.provider == "police"
    client = as_user("police")
    page = client.get("/compile/scan/police-db/object/", {"object": "permit"}).content.decode()
    assert not any(number in page for number in IDS) and "张1" not in page, "samples are masked"
    answer = client.post("/compile/scan/police-db/object/", {"object": "permit"}, follow=True)
    draft = ItemDraft.objects.get()
    assert draft.origin == "source" and draft.evidence["sfzh"]["element"] == "id_number"
    assert answer.redirect_chain[-1][0] == f"/compile/{draft.pk}/basic/"
    assert "识别为 id_number" in client.get(f"/compile/{draft.pk}/fields/").content.decode()


def test_comments_name_what_columns_hide() -> None:
    said = dataclasses.replace(column("f1", ("张三", "李四")), comment="姓名：与身份证一致")
    coded = dataclasses.replace(column("f2", ("1", "2")), comment="性别（1男，2女）")
    unknown = dataclasses.replace(column("f3", ("a", "b")), comment="备用")
    found = propose([said, coded, unknown], KNOWN)
    assert [one.element for one in found] == ["person_name", "sex", ""]
    assert "comment" in found[0].reasons and said_in("性别：1男，2女") == "性别" and said_in("") == ""


def test_a_declared_key_is_believed_whatever_the_rows_say() -> None:
    first, second = column("a", ("1", "1")), column("sfzh", IDS)
    declared = [dataclasses.replace(first, key=2), dataclasses.replace(column("b", ("x", "x")), key=1), second]
    assert proposed_key(declared, propose(declared, KNOWN)) == ("b", "a")


@pytest.mark.django_db
def test_several_tables_become_drafts_at_once(town: Path, user: Login, as_user: As) -> None:
    with sqlite3.connect(town / "police.sqlite") as connection:
        for name in ("permit", "vehicle"):
            connection.execute(f"CREATE TABLE {name} (lsh INTEGER PRIMARY KEY, sfzh TEXT)")
            connection.executemany(f"INSERT INTO {name} VALUES (?, ?)", list(enumerate(IDS)))
    connection.close()
    client = as_user("police")
    page = parsed(client, "/compile/scan/police-db/")
    assert "police.sqlite" in page.text() and "${" not in page.text(), "where it is, as a reader understands it"
    assert [node.attributes["value"] for node in page.css("input[name=object]")] == ["permit", "vehicle"]
    assert "请先勾选" in client.post("/compile/scan/police-db/").text
    answer = client.post("/compile/scan/police-db/", {"object": ["permit", "vehicle", "gone"]}, follow=True)
    assert answer.redirect_chain[-1][0] == "/compile/"
    assert "已起草 2 项目录" in answer.text and "“gone”没有起草" in answer.text
    drafts = ItemDraft.objects.order_by("pk")
    assert [one.as_spec().link.object for one in drafts if one.as_spec().link] == ["permit", "vehicle"]  # type: ignore[union-attr]
    assert {one.as_spec().link.key for one in drafts} == {("lsh",)}, "the declared key"  # type: ignore[union-attr]
    with pytest.raises(Terminal) as many:
        draft_many_from_source(user("police"), source="police-db", objects=[f"t{n}" for n in range(31)])
    assert many.value.code == "catalog.too_many_objects"
    with pytest.raises(Terminal):
        draft_many_from_source(user("hr"), source="police-db", objects=["permit"])


@pytest.mark.django_db
def test_samples_of_unknown_columns_are_covered(town: Path, user: Login) -> None:
    scan = scan_object(user("police"), "police-db", "person")
    shown = [sample for one in scan.columns for sample in one.samples]
    clear = {value for row in POLICE_ROWS for value in row[:2]}
    assert not clear & set(shown)


@pytest.mark.django_db
def test_a_source_that_cannot_be_read_says_so(town: Path, as_user: As) -> None:
    (town / "police.sqlite").unlink()
    answer = as_user("police").get("/compile/scan/police-db/")
    assert answer.status_code >= 400 and "police" in answer.content.decode()
    assert as_user("police").get("/compile/scan/police-db/object/?object=nothing").status_code >= 400


@pytest.mark.django_db
def test_a_source_without_tables_leads_to_others(town: Path, as_user: As) -> None:
    (town / "police.sqlite").unlink()
    sqlite3.connect(town / "police.sqlite").close()
    onward = parsed(as_user("police"), "/compile/scan/police-db/").css_first(".empty a.button")
    assert onward is not None and onward.attributes["href"] == "/compile/scan/"


@pytest.mark.django_db
def test_foreign_sources_stay_closed(town: Path, as_user: As) -> None:
    for login, status in (("hr", 404), ("leader", 403), ("developer", 403), ("citizen", 403), ("bureau", 200)):
        assert as_user(login).get("/compile/scan/police-db/").status_code == status, login
