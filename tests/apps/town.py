"""A town small enough to know by heart: two departments, one of them with a centre below it, nine people, some dirt."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

from huitong.engine.declarations.elements import CodeEntry, CodeList, Element
from huitong.engine.declarations.items import CatalogItem, ItemField, Rule
from huitong.engine.declarations.libraries import Attribute, AttributeInput, Library, LibrarySource
from huitong.engine.declarations.pack import Pack
from huitong.engine.declarations.people import Organisation, System, User
from huitong.engine.declarations.sharing import ConsumerApp, Grant, RowFilter, Service
from huitong.engine.declarations.sources import Link, Source
from huitong.foundation.codes.id_number import complete

PASSWORD = "town-password-1"
SECRET = "town-app-secret-1"

IDS = tuple(complete(f"341502199001{number:02d}1{number}1") for number in range(1, 10))
"""ID numbers of the town's people; ``IDS[8]`` is in the insurance centre's list only."""
BROKEN = IDS[0][:-1] + ("0" if IDS[0][-1] != "0" else "1")
"""Fails the checksum."""
CITIZEN = IDS[0]

POLICE_ROWS = [
    *((number, f"张{index}", "1" if index % 2 else "2", f"1390000000{index}") for index, number in enumerate(IDS[:8])),
    (BROKEN, "李坏", "1", "13900000099"),
]
CENTRE_ROWS = [
    *((number, f"张{index}", f"1380000000{index}") for index, number in enumerate(IDS)),
]

ORGANISATIONS = (
    Organisation(code="town", title="小镇人民政府", title_en="Town Government", kind="government", division="341500"),
    Organisation(code="data", title="数据资源管理局", title_en="Data Bureau", kind="bureau", superior="town"),
    Organisation(code="police", title="公安局", title_en="Police", short="公安", superior="town"),
    Organisation(code="hr", title="人力资源和社会保障局", title_en="Human Resources", short="人社", superior="town"),
    Organisation(code="centre", title="社会保险中心", title_en="Insurance Centre", kind="subcentre", superior="hr"),
)
USERS = (
    User(login="bureau", name="局长", organisation="data", role="bureau", password=PASSWORD),
    User(login="leader", name="市领导", organisation="town", role="leader", password=PASSWORD),
    User(login="police", name="公安数据员", organisation="police", role="data_officer", password=PASSWORD),
    User(login="hr", name="人社数据员", organisation="hr", role="data_officer", password=PASSWORD),
    User(login="centre", name="社保数据员", organisation="centre", role="data_officer", password=PASSWORD),
    User(login="developer", name="人社开发", organisation="hr", role="developer", password=PASSWORD),
    User(login="citizen", name="张0", role="citizen", person=CITIZEN, password=PASSWORD),
)
ELEMENTS = (
    Element(
        code="DE01001",
        name="id_number",
        title="公民身份号码",
        title_en="Citizen ID number",
        normalisers=("half_width", "no_spaces", "upper", "id_upgrade"),
        checks=("id_number",),
        level=4,
        mask="id_number",
    ),
    Element(code="DE01002", name="person_name", title="姓名", title_en="Name", level=3, mask="name"),
    Element(code="DE01003", name="sex", title="性别", title_en="Sex", codelist="sex"),
    Element(code="DE01007", name="mobile", title="手机号码", title_en="Mobile number", level=3, mask="mobile"),
)
SEX = CodeList(
    name="sex",
    title="性别",
    entries=(
        CodeEntry(code="1", title="男性", title_en="Male"),
        CodeEntry(code="2", title="女性", title_en="Female"),
    ),
)
PERSON = CatalogItem(
    code="POLICE-01",
    title="户籍人口",
    title_en="Registered residents",
    provider="police",
    system="police-sys",
    table="police_person",
    abstract="全市户籍人口基本信息",
    published_on="2026-01-05",
    fields=(
        ItemField(column="sfzh", element="id_number", required=True),
        ItemField(column="xm", element="person_name"),
        ItemField(column="xb", element="sex"),
        ItemField(column="sjh", element="mobile"),
    ),
    rules=(Rule(code="name_given", kind="required", field="person_name"),),
    link=Link(source="police-db", object="person", key=("sfzh",)),
)
INSURED = CatalogItem(
    code="CENTRE-01",
    title="参保人员",
    title_en="Insured people",
    provider="centre",
    table="centre_insured",
    open_to_public=True,
    related=("POLICE-01",),
    fields=(
        ItemField(column="身份证号", element="id_number", required=True),
        ItemField(column="姓名", element="person_name"),
        ItemField(column="手机", element="mobile"),
    ),
    link=Link(source="centre-files", object="insured.csv", key=("身份证号",)),
)
UNLINKED = CatalogItem(
    code="HR-01",
    title="职业技能证书",
    title_en="Skill certificates",
    provider="hr",
    table="hr_certificate",
    fields=(ItemField(column="sfzh", element="id_number"),),
)
POPULATION = Library(
    code="population",
    title="人口库",
    title_en="Population library",
    table="population",
    key="id_number",
    key_element="id_number",
    sources=(
        LibrarySource(table="police_person", key="id_number"),
        LibrarySource(table="centre_insured", key="id_number"),
    ),
    attributes=(
        Attribute(
            name="person_name",
            element="person_name",
            sources=(
                AttributeInput(table="police_person", field="person_name"),
                AttributeInput(table="centre_insured", field="person_name"),
            ),
        ),
        Attribute(name="sex", element="sex", sources=(AttributeInput(table="police_person", field="sex"),)),
        Attribute(
            name="mobile",
            element="mobile",
            sources=(
                AttributeInput(table="centre_insured", field="mobile"),
                AttributeInput(table="police_person", field="mobile"),
            ),
        ),
    ),
)
RESIDENT = Service(
    code="resident",
    title="人口信息查询",
    title_en="Resident query",
    provider="police",
    table="base.population",
    key="id_number",
    fields=("id_number", "person_name", "sex", "mobile"),
    items=("POLICE-01", "CENTRE-01"),
)
INSURANCE = Service(
    code="insurance",
    title="参保查询",
    title_en="Insurance query",
    provider="centre",
    table="std.centre_insured",
    key="id_number",
    fields=("id_number", "person_name"),
    kinds=("verify",),
    items=("CENTRE-01",),
)
APP = ConsumerApp(code="hr-app", title="人社经办", title_en="HR desk", organisation="hr", secret=SECRET)
POLICE_APP = ConsumerApp(code="police-app", title="警务通", title_en="Police desk", organisation="police")
GRANT = Grant(
    code="hr-resident",
    app="hr-app",
    service="resident",
    purpose="核验参保人身份",
    purpose_en="Verify who is insured",
    legal_basis="社会保险法",
    fields=("id_number", "person_name", "mobile"),
    clear=("person_name",),
    row_filter=(RowFilter(field="sex", values=("1", "2")),),
    quota=100,
    valid_from="2026-01-01",
)
POLICE_GRANT = Grant(
    code="police-insurance",
    app="police-app",
    service="insurance",
    purpose="侦查取证",
    legal_basis="刑事诉讼法",
    fields=("id_number",),
    kinds=("verify",),
)

PACK = Pack(
    name="town",
    title="小镇",
    title_en="Town",
    organisations=ORGANISATIONS,
    systems=(System(code="police-sys", title="户籍系统", title_en="Household system", organisation="police"),),
    users=USERS,
    elements=ELEMENTS,
    codelists=(SEX,),
    sources=(
        Source(
            code="police-db",
            title="户籍库",
            organisation="police",
            system="police-sys",
            kind="sqlite",
            location="${town}/police.sqlite",
        ),
        Source(code="centre-files", title="社保台账", organisation="centre", kind="csv", location="${town}/centre"),
    ),
    items=(PERSON, INSURED, UNLINKED),
    libraries=(POPULATION,),
    services=(RESIDENT, INSURANCE),
    apps=(APP, POLICE_APP),
    grants=(GRANT, POLICE_GRANT),
)


def build_town(folder: Path) -> None:
    """Write the departments' systems: a database of the police, a spreadsheet export of the centre."""
    (folder / "centre").mkdir(parents=True, exist_ok=True)
    write_police(folder, POLICE_ROWS)
    with (folder / "centre" / "insured.csv").open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("身份证号", "姓名", "手机"))
        writer.writerows(CENTRE_ROWS)


def write_police(folder: Path, rows: list[tuple[str, str, str, str]]) -> None:
    """Replace what the police have."""
    file = folder / "police.sqlite"
    file.unlink(missing_ok=True)
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE person (sfzh TEXT, xm TEXT, xb TEXT, sjh TEXT)")
        connection.executemany("INSERT INTO person VALUES (?, ?, ?, ?)", rows)
    connection.close()
