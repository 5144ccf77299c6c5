"""The town with its ways of applying and demanding: case types of the standards, authorities, remits, short steps."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from huitong.apps.accounts.models import User
from huitong.apps.accounts.services import system_user
from huitong.apps.cases.models import Case
from huitong.apps.cases.services import act, put_case_type
from huitong.apps.demand.services import file_demand, put_authority, put_remit, submit_application
from huitong.apps.demand.specs import Asked, Wanted
from huitong.engine.declarations.cases import CaseType
from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.remits import Authority, Remit

UNTIL = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=300)).isoformat()
ASKED = Asked(
    purpose="发放技能补贴前核对身份",
    legal_basis="《社会保险法》第七十四条",
    matter="技能补贴",
    audience="补贴审核岗",
    fields=("id_number", "person_name"),
    clear=("person_name",),
    kinds=("records",),
    volume=200,
    until=UNTIL,
    app="hr-app",
)
WANTED = Wanted(
    what="补办身份证的进度", matter="就业登记", elements=("id_number", "sex"), wanted="办理状态、预计完成日期"
)


@lru_cache
def case_types() -> dict[str, CaseType]:
    """The two ways, as the standards declare them."""
    return {one.code: one for one in load_pack("standards").case_types}


def set_up() -> None:
    """Declare what applications and demands need."""
    system = system_user()
    for code in ("application", "demand"):
        put_case_type(system, spec=case_types()[code])
    for element, organisation, identifier in (
        ("id_number", "police", True),
        ("person_name", "police", False),
        ("sex", "police", False),
        ("mobile", "centre", False),
    ):
        put_authority(
            system, spec=Authority(element=element, organisation=organisation, basis="条例", identifier=identifier)
        )
    put_remit(system, spec=Remit(organisation="police", words=("身份证", "户籍", "居住证")))
    put_remit(system, spec=Remit(organisation="hr", words=("就业", "技能", "参保")))


def apply_for(user: User, asked: Asked = ASKED, kind: str = "service", key: str = "resident") -> Case:
    """Send an application."""
    return submit_application(user, subject_kind=kind, subject_key=key, asked=asked)


def demand_of(user: User, wanted: Wanted = WANTED, title: str = "居民身份证办理进度") -> Case:
    """File a demand."""
    return file_demand(user, title=title, wanted=wanted)


def step(user: User, case: Case, action: str, comment: str = "理由", **data: object) -> Case:
    """Take a step, whatever the version."""
    return act(user, number=case.number, action=action, version=None, data=data, comment=comment)


def terms(**changes: object) -> dict[str, object]:
    """An approval of what was asked, but for ``changes``."""
    given: dict[str, object] = {
        "granted_fields": list(ASKED.fields),
        "granted_clear": list(ASKED.clear),
        "granted_kinds": list(ASKED.kinds),
        "granted_quota": ASKED.volume,
        "granted_until": ASKED.until,
    }
    return given | changes
