"""A small invented city for the tests of the pages: declared through services, its numbers written straight to rows."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.utils import timezone

from huitong.apps.accounts.services import put_organisation, put_user, system_user
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.services import put_element, put_item
from huitong.apps.collection.models import QualityIssue, QualityResult, Run, TableState
from huitong.apps.collection.services import put_source
from huitong.apps.ledger.models import EvidenceRecord, EvidenceSubject, MeterDay
from huitong.apps.ledger.selectors import subject_of
from huitong.apps.libraries.services import put_library
from huitong.apps.sharing.services import put_app, put_grant, put_service
from huitong.engine.declarations.elements import Element
from huitong.engine.declarations.items import CatalogItem as Item
from huitong.engine.declarations.items import ItemField, Rule
from huitong.engine.declarations.libraries import Attribute, AttributeInput, Library, LibrarySource
from huitong.engine.declarations.people import Organisation, User
from huitong.engine.declarations.sharing import ConsumerApp, Grant, Service
from huitong.engine.declarations.sources import Link, Source

CITIZEN = "341502199003074515"

DEPARTMENTS = (
    ("police", "公安局", "Public Security Bureau", 182_310, 181_902, 408),
    ("civil", "民政局", "Civil Affairs Bureau", 41_204, 40_871, 333),
    ("hrss", "人力资源和社会保障局", "Human Resources and Social Security Bureau", 96_400, 96_120, 280),
    ("medical", "医疗保障局", "Medical Insurance Bureau", 88_051, 88_051, 0),
    ("fund", "住房公积金管理中心", "Housing Fund Centre", 30_500, 29_910, 590),
    ("market", "市场监督管理局", "Market Supervision Bureau", 12_404, 12_392, 12),
    ("tax", "税务局", "Tax Bureau", 25_000, 24_990, 10),
    ("estate", "不动产登记中心", "Real Estate Registration Centre", 44_120, 43_001, 1_119),
    ("housing", "住房和城乡建设局", "Housing and Construction Bureau", 9_800, 9_790, 10),
    ("urban", "城市管理局", "Urban Management Bureau", 3_120, 3_120, 0),
    ("ecology", "生态环境局", "Ecology Bureau", 70_080, 69_950, 130),
    ("statistics", "统计局", "Statistics Bureau", 0, 0, 0),
)

ELEMENTS = (
    ("DE01001", "id_number", "公民身份号码", "Citizen ID number", 4, "id_number"),
    ("DE01002", "person_name", "姓名", "Name", 3, "name"),
    ("DE01007", "mobile", "手机号码", "Mobile number", 3, "mobile"),
    ("DE02006", "address", "地址", "Address", 3, "address"),
    ("DE03001", "uscc", "统一社会信用代码", "Unified social credit code", 1, ""),
    ("DE03002", "company_name", "企业名称", "Company name", 1, ""),
)


def build_city(items_each: int = 2) -> None:
    """Make the whole city: who there is, what they have, what ran, who used it."""
    acting = system_user()
    put_organisation(
        acting,
        spec=Organisation(
            code="city", title="皋城市人民政府", title_en="Gaocheng City", short="皋城市", kind="government"
        ),
    )
    put_organisation(
        acting,
        spec=Organisation(
            code="bureau",
            title="皋城市数据资源管理局",
            title_en="Gaocheng Data Bureau",
            short="数据局",
            kind="bureau",
            superior="city",
        ),
    )
    for code, title, english, *_rows in DEPARTMENTS:
        put_organisation(
            acting,
            spec=Organisation(
                code=code, title=f"皋城市{title}", title_en=english, short=title, superior="city", division="341500"
            ),
        )
    for code, name, title, english, level, mask in ELEMENTS:
        put_element(
            acting,
            spec=Element(
                code=code,
                name=name,
                title=title,
                title_en=english,
                level=level,
                mask=mask,
                checks=(name,) if name in ("id_number", "mobile", "uscc") else (),
            ),
        )  # type: ignore[arg-type]
    _people()
    for department in DEPARTMENTS:
        _items(department, items_each)
    _libraries()
    _sharing()
    _history()


def _people() -> None:
    acting = system_user()
    people = (
        ("bureau", "陈主任", "Director Chen", "bureau", "bureau", ""),
        ("leader", "王市长", "Mayor Wang", "city", "leader", ""),
        ("officer", "李专员", "Officer Li", "civil", "data_officer", ""),
        ("developer", "赵工", "Engineer Zhao", "fund", "developer", ""),
        ("citizen", "周小明", "Zhou Xiaoming", "", "citizen", CITIZEN),
    )
    for login, name, english, organisation, role, person in people:
        spec = User(
            login=login,
            name=name,
            name_en=english,
            organisation=organisation,
            role=role,
            password=f"{login}-demo-2026",
            person=person,
        )  # type: ignore[arg-type]
        put_user(acting, spec=spec)


def _items(department: tuple[str, str, str, int, int, int], count: int) -> None:
    acting = system_user()
    code, title, english, raw, passed, held = department
    put_source(
        acting,
        spec=Source(
            code=f"{code}-db", title=f"{title}业务库", organisation=code, kind="sqlite", location=f"/data/{code}.sqlite"
        ),
    )
    for number in range(1, count + 1):
        linked = number == 1
        fields = (
            ItemField(column="SFZH", element="id_number", required=True, unique=True),
            ItemField(column="XM", element="person_name", required=True),
            ItemField(column="SJH", element="mobile"),
            ItemField(column="DZ", element="address", title="登记地址", title_en="Registered address"),
        )
        rules = (
            Rule(
                code="address_given",
                kind="required",
                field="address",
                severity="flag",
                title="地址应当填写",
                title_en="Address should be given",
            ),
        )
        link = Link(source=f"{code}-db", object="T_MAIN", mode="incremental", key=("SFZH",), watermark="GXSJ")
        spec = Item(
            code=f"3415-{code}-{number:03d}",
            title=f"{title}登记信息（{number}）",
            title_en=f"{english} register {number}",
            provider=code,
            table=f"{code}_{number}",
            category="人口/登记",
            abstract=f"{title}在办理业务中形成的登记信息。",
            abstract_en=f"Registrations made by the {english}.",
            sharing_type=("unconditional", "conditional", "none")[number % 3],
            open_to_public=number == 2,
            published_on="2026-03-01",
            fields=fields,
            rules=rules,
            link=link if linked else None,
        )  # type: ignore[arg-type]
        put_item(acting, spec=spec)
        if linked and raw:
            _filled(spec.code, spec.table, raw, passed, held)


def _filled(code: str, table: str, raw: int, passed: int, held: int) -> None:
    now = timezone.now()
    for schema, rows in (("raw", raw), ("std", passed), ("quarantine", held)):
        TableState.objects.create(schema=schema, name=table, rows=rows, snapshot=7, changed_at=now)
    item = CatalogItem.objects.get(code=code)
    item.link_state = "failing" if code.startswith("3415-tax") else "live"
    item.save()
    common = {"item": item, "organisation": item.provider, "target": code, "started_at": now - dt.timedelta(minutes=9)}
    finished = now - dt.timedelta(minutes=8, seconds=12)
    Run.objects.create(
        kind="collect",
        state="done",
        finished_at=finished,
        counts={"read": raw, "inserted": raw, "rows": raw},
        lake_run=item.pk,
        snapshot=7,
        **common,
    )
    check = Run.objects.create(
        kind="check",
        state="done",
        finished_at=finished,
        counts={"inserted": passed, "rows": passed, "rejected": held},
        snapshot=8,
        **common,
    )
    if item.link_state == "failing":
        Run.objects.create(
            kind="collect",
            state="failed",
            finished_at=finished,
            error="source.unreachable",
            error_parameters={"source": "tax-db", "reason": "timed out"},
            **common,
        )
    if held:
        issue = QualityIssue.objects.create(
            item=item,
            organisation=item.provider,
            rule="id_number.checksum",
            severity="reject",
            state="open",
            failed=held,
            total=raw,
            opened_at=now - dt.timedelta(days=3),
            checked_at=now,
        )
        QualityResult.objects.create(issue=issue, run=check, at=now, failed=held, total=raw)


def _libraries() -> None:
    sources = ("police_1", "civil_1", "hrss_1")
    inputs = tuple(AttributeInput(table=table, field="person_name") for table in sources)
    where = tuple(AttributeInput(table=table, field="address") for table in sources)
    spec = Library(
        code="population",
        title="人口基础库",
        title_en="Population library",
        table="population",
        key="id_number",
        key_element="id_number",
        sources=tuple(LibrarySource(table=table, key="id_number") for table in sources),
        attributes=(
            Attribute(name="name", element="person_name", sources=inputs),
            Attribute(name="address", element="address", policy="latest", sources=where),
        ),
        abstract="以公民身份号码为准，合并多个部门的人口信息。",
        abstract_en="One record a person, joined by citizen ID number.",
    )
    put_library(system_user(), spec=spec)
    for name, rows in (("population", 190_233), ("population_conflict", 1_204)):
        TableState.objects.create(schema="base", name=name, rows=rows, snapshot=9, changed_at=timezone.now())


def _sharing() -> None:
    acting = system_user()
    put_service(
        acting,
        spec=Service(
            code="population",
            title="人口信息查询",
            title_en="Population look-up",
            provider="bureau",
            table="base.population",
            key="id_number",
            fields=("id_number", "name", "address"),
            abstract="按身份号码查询或核验人口信息。",
            abstract_en="Look up or verify a person by ID number.",
        ),
    )
    put_service(
        acting,
        spec=Service(
            code="marriage",
            title="婚姻登记核验",
            title_en="Marriage verification",
            provider="civil",
            table="std.civil_1",
            key="id_number",
            fields=("id_number", "person_name"),
            items=("3415-civil-001",),
            kinds=("verify",),
        ),
    )
    put_app(
        acting,
        spec=ConsumerApp(
            code="fund-desk",
            title="公积金提取审核",
            title_en="Fund withdrawal desk",
            organisation="fund",
            secret="a-demo-secret-of-the-fund",
        ),
    )
    put_grant(
        acting,
        spec=Grant(
            code="G-2026-001",
            app="fund-desk",
            service="population",
            purpose="审核住房公积金提取",
            purpose_en="Examine fund withdrawals",
            legal_basis="住房公积金管理条例",
            fields=("name", "address"),
            quota=5000,
            valid_from="2026-01-01",
            valid_to="2030-12-31",
        ),
    )
    put_grant(
        acting,
        spec=Grant(
            code="G-2026-002",
            app="fund-desk",
            service="marriage",
            purpose="核验婚姻状况",
            purpose_en="Verify marital status",
            legal_basis="住房公积金管理条例",
            fields=("person_name",),
            kinds=("verify",),
            valid_to="2026-02-01",
        ),
    )


def _history() -> None:
    from huitong.apps.accounts.models import Organisation as Row

    fund, civil, bureau = (Row.objects.get(code=code) for code in ("fund", "civil", "bureau"))
    now = timezone.now()
    for number in range(1, 31):
        refused = number % 9 == 0
        record = EvidenceRecord.objects.create(
            chain="gateway-1",
            seq=number,
            at=now - dt.timedelta(minutes=5 * number),
            day=timezone.localdate(now),
            app="fund-desk",
            service="population",
            grant="G-2026-001",
            kind="records",
            purpose="审核住房公积金提取",
            legal_basis="住房公积金管理条例",
            case=f"TQ-{number:04d}",
            operator="zhang",
            fields=["name", "address"],
            asked=1,
            answered=0 if refused else 1,
            outcome="gateway.quota_exceeded" if refused else "ok",
            snapshot=9,
            hash=hashlib.sha256(str(number).encode()).hexdigest(),
            consumer=fund,
            provider=bureau,
        )
        if number == 3:
            EvidenceSubject.objects.create(record=record, subject=subject_of(CITIZEN), found=True)
    MeterDay.objects.create(
        day=timezone.localdate(now),
        chain="gateway-1",
        app="fund-desk",
        service="population",
        granted=True,
        calls=27,
        asked=27,
        answered=27,
        consumer=fund,
        provider=bureau,
    )
    MeterDay.objects.create(
        day=timezone.localdate(now),
        chain="gateway-1",
        app="fund-desk",
        service="marriage",
        granted=True,
        calls=4,
        asked=4,
        answered=4,
        consumer=fund,
        provider=civil,
    )
