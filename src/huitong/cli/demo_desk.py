"""Work on the demo city's desks: drafts of catalog items, a cancellation and IT projects in review. All invented."""

from __future__ import annotations

import msgspec

from huitong.engine.declarations.projects import Project, ProjectShare
from huitong.foundation.errors import HuitongError

ELDERLY = Project(
    title="智慧养老服务平台",
    title_en="Smart care for the elderly",
    organisation="gc-mzj",
    kind="new",
    purpose="替代即将下线的养老服务系统：高龄津贴申领、机构床位、居家服务派单一张网办理。\n"
    "不做则津贴继续靠街道手工报表，冒领难以及时发现。",
    asked=6_800_000,
    starts_on="2027-01-04",
    ends_on="2027-12-31",
    system="gc-ylxt",
    host="city_cloud",
    shares=(
        ProjectShare(
            title="高龄津贴发放信息",
            elements=("id_number", "person_name", "amount"),
        ),
        ProjectShare(
            title="养老机构床位信息", sharing_type="unconditional", elements=("organisation_name", "quantity")
        ),
    ),
    collects=("id_number", "person_name", "birth_date", "address", "marital_status", "mobile"),
)
SITE = Project(
    title="数字工地监管系统",
    title_en="Digital supervision of building sites",
    organisation="gc-zjj",
    kind="new",
    purpose="施工许可、实名制考勤、扬尘监测三项数据合在一处，发现问题自动派给监督员。",
    asked=3_200_000,
    starts_on="2027-03-01",
    ends_on="2027-10-31",
    host="own_room",
    shares=(ProjectShare(title="工地扬尘监测信息", sharing_type="unconditional", elements=("station_code", "pm10")),),
    collects=("company_name", "uscc"),
)
GRID = Project(
    title="金安区网格平台升级",
    title_en="Upgrade of Jin'an's grid platform",
    organisation="gc-sjj",
    kind="upgrade",
    purpose="与市级公共数据平台对接，网格员不再重复录入居民信息。",
    asked=1_500_000,
    system="gc-ggsj",
    host="city_cloud",
    shares=(ProjectShare(title="网格走访信息", elements=("id_number", "event_date")),),
)


def fill_desk() -> None:
    """Leave some work on the desks, when nobody has begun any yet."""
    from huitong.apps.accounts.selectors import user_by_login
    from huitong.apps.catalog.models import ItemDraft
    from huitong.apps.registry.models import Project as Row

    admin = user_by_login("admin")
    if not ItemDraft.objects.exists():
        _draft_items()
    if Row.objects.exists():
        return
    from huitong.apps.cases.services import act
    from huitong.apps.registry.services import save_project, submit_project

    for spec in (ELDERLY, SITE, GRID):
        row = submit_project(admin, project_id=save_project(admin, spec=spec).pk)
        if spec is GRID:
            act(
                admin,
                number=row.case,
                action="cut",
                version=None,
                data={"approved_amount": 980_000},
                comment="居民基本信息由市平台提供，核减采集模块 52 万元。",
            )


def _draft_items() -> None:
    """A table recognised in a live source, a change half done, and a cancellation that waits for the bureau."""
    from huitong.apps.accounts.selectors import user_by_login
    from huitong.apps.catalog.drafting import draft_cancellation, draft_change, save_draft
    from huitong.apps.catalog.scanning import draft_from_source
    from huitong.apps.catalog.selectors import access_item
    from huitong.apps.collection.reading import source_objects

    market, police, hrss = (user_by_login(login) for login in ("market", "police", "hrss"))
    try:
        name = source_objects(market, "market-register")[0].name
        draft_from_source(market, source="market-register", object_name=name)
    except HuitongError:
        pass  # the source of the demo was taken away: the other drafts still stand
    draft = draft_change(police, code="GA-003")
    spec = draft.as_spec()
    change = msgspec.structs.replace(spec, update_cycle="weekly", abstract=f"{spec.abstract}自 2027 年起按周更新。")
    save_draft(police, draft_id=draft.pk, spec=change, version=draft.version)
    if access_item(hrss, "RS-003"):
        draft_cancellation(hrss, code="RS-003", reason="失业登记已并入社会保险核心系统，由参保信息一并提供。")
