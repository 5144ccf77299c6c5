"""The tour of the demo: five steps along the chain, each as somebody else, on the page where it happens.

Which step a browser is at is kept in a cookie, for stepping into an account ends the session of the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import personas, user_by_login
from huitong.apps.accounts.specs import Persona
from huitong.apps.demand.selectors import need_list
from huitong.apps.demand.specs import NeedFilter
from huitong.apps.help.specs import Step, Stop
from huitong.apps.sharing.selectors import app_list, filtered_grants, grant_row

COOKIE = "huitong_tour"
"""The number of the step, or ``done`` for those who want none of it."""
DONE = "done"
PERSON = "id_number"
"""The element that people are looked up by."""

STEPS = (
    Step(
        role="data_officer",
        within="/flow/",
        title=_("部门的数据到了"),
        text=_(
            "您现在是一个部门的数据专员。左边一列是各部门的系统，每条线是一份数据：原样归集、检查、进基础库、供服务使用。点一条线，看是哪些数据。"
        ),
    ),
    Step(
        role="data_officer",
        within="/issues/",
        title=_("数据先检查，再使用"),
        text=_(
            "不合规则的行被拦在隔离区，不会给任何人用。点开一项，看违反了哪条规则、是哪些行。在自己的系统里改好，下次归集就自动放行。"
        ),
    ),
    Step(
        role="bureau",
        within="/applications/",
        title=_("要用数据，先申请，有时限"),
        text=_(
            "您现在是数据管理部门。这件申请写明了用途、依据和要哪些项目；轮到谁、还剩几个工作日，都在最上面。审查通过，有条件共享的再由提供部门同意，才变成授权；没有授权取不到数据。"
        ),
    ),
    Step(
        role="developer",
        within="/services/",
        title=_("网关答复，并留下存证"),
        text=_(
            "您现在是应用开发人员。号码已填好，是下一步那位市民的。点“调用”：按授权遮盖的答复、数据版本、回执，一次拿到。先留证，后答复。"
        ),
    ),
    Step(
        role="citizen",
        within="/evidence/",
        title=_("市民看得到谁查过自己"),
        text=_(
            "您现在是市民。上一步点过“调用”的，就在最上面：谁、什么时候、为了什么、看了什么。不认识的，打 12345 核实。"
        ),
    ),
)


def shown_stop(cookie: str, path: str, roles: frozenset[str]) -> Stop | None:
    """Return the step that a browser is at as the strip shows it, None for those who are not on the tour.

    Args:
        cookie: value of :data:`COOKIE`, from outside.
    """
    number = number_of(cookie)
    if not number or not settings.HUITONG.demo:
        return None
    step = STEPS[number - 1]
    here = step.role in roles and path.startswith(step.within)
    return Stop(number, len(STEPS), step.title, step.text, here)


def number_of(text: str) -> int:
    """Return the number of a step, 0 for anything else."""
    return int(text) if text in {str(number) for number in range(1, len(STEPS) + 1)} else 0


def guides_of_tour() -> tuple[tuple[Step, Persona | None], ...]:
    """Return the steps, each with the account of the demo that it is taken as."""
    people = {persona.role: persona for persona in reversed(personas())}
    return tuple((step, people.get(step.role)) for step in STEPS)


def address_of(number: int, user: User) -> str:
    """Return the page of a step for the account it is taken as, with the place to look at.

    Where the demo has nothing of the kind the list stands in, which says so itself.
    """
    places: Mapping[int, Callable[[User], str]] = {3: _application, 4: _service}
    if number in places:
        return places[number](user)
    return {1: reverse("overview:flow"), 2: f"{reverse('collection:issues')}#list-issues"}.get(
        number, f"{reverse('ledger:evidence')}#list-evidence"
    )


def _application(user: User) -> str:
    for wanted in (NeedFilter(kind="application", time="waiting"), NeedFilter(kind="application")):
        if rows := need_list(user, wanted, size=1).rows:
            return reverse("demand:application", args=[rows[0].number])
    return reverse("demand:needs")


def _service(user: User) -> str:
    """A service that the developer may look people up in, with the citizen of the tour filled in."""
    own = {app.code for app in app_list(user)}
    for grant in filtered_grants(user, state="active"):
        row = grant_row(grant)
        if row.in_force and row.app in own and "records" in row.kinds and grant.service.as_spec().key == PERSON:
            asked = {"grant": row.code, "key": _citizen()}
            return f"{reverse('sharing:service', args=[row.service])}?{urlencode(asked)}#try"
    return reverse("sharing:services")


def _citizen() -> str:
    login = next((persona.login for persona in personas() if persona.role == "citizen"), "")
    return user_by_login(login).person if login else ""
