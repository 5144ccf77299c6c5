"""What the demo city's departments have asked of each other: told through the services, each step on its own day."""

from __future__ import annotations

import datetime as dt
from importlib import resources
from typing import TYPE_CHECKING

import msgspec
import yaml

from huitong.engine.declarations.spec import Spec
from huitong.foundation import clock

if TYPE_CHECKING:
    from huitong.apps.cases.models import Case


class Taken(Spec, frozen=True, kw_only=True):
    """A step that somebody took. ``granted_days`` in ``data`` becomes the day on which a grant ends."""

    ago: int
    by: str
    step: str
    comment: str = ""
    data: dict[str, object] = {}


class JoinedBy(Spec, frozen=True, kw_only=True):
    """Somebody whose department needs the same."""

    ago: int
    by: str
    matter: str


class Told(Spec, frozen=True, kw_only=True):
    """An application for a service or an item, or a demand under its title."""

    application: dict[str, str] = {}
    demand: str = ""
    by: str
    asked: dict[str, object]
    ago: int
    steps: tuple[Taken, ...] = ()
    joined: tuple[JoinedBy, ...] = ()


def remember_needs() -> None:
    """Let the needs of the pack have happened. Does nothing when there are needs already."""
    from huitong.apps.cases.services import advance_clocks
    from huitong.apps.demand.models import Need
    from huitong.apps.sharing.services import advance_grants

    if Need.objects.exists():
        return
    file = resources.files("huitong") / "packs" / "demo" / "needs.yaml"
    told = msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), tuple[Told, ...])
    for one in sorted(told, key=lambda one: -one.ago):
        _tell(one)
    advance_clocks()
    advance_grants()


def _tell(one: Told) -> None:
    from huitong.apps.accounts.selectors import user_by_login
    from huitong.apps.cases.services import act
    from huitong.apps.demand.services import join_demand

    with clock.pretending(_moment(one.ago, 9)):
        case = _opened(one)
    later: list[Taken | JoinedBy] = [*one.steps, *one.joined]
    for step in sorted(later, key=lambda step: -step.ago):
        with clock.pretending(_moment(step.ago, 15)):
            user = user_by_login(step.by)
            if isinstance(step, JoinedBy):
                join_demand(user, number=case.number, matter=step.matter)
            else:
                data = _dated(step.data, "granted_days", "granted_until")
                act(user, number=case.number, action=step.step, version=None, data=data, comment=step.comment)


def _opened(one: Told) -> Case:
    from huitong.apps.accounts.selectors import user_by_login
    from huitong.apps.demand.services import file_demand, submit_application
    from huitong.apps.demand.specs import Asked, Wanted

    user = user_by_login(one.by)
    if one.demand:
        return file_demand(user, title=one.demand, wanted=msgspec.convert(one.asked, Wanted))
    ((kind, key),) = one.application.items()
    asked = msgspec.convert(_dated(one.asked, "days", "until"), Asked)
    return submit_application(user, subject_kind=kind, subject_key=key, asked=asked)


def _moment(ago: int, hour: int) -> dt.datetime:
    """An hour of the day that lies so many working days before today."""
    from huitong.apps.accounts.selectors import working_calendar

    day = working_calendar().add_working_days(clock.beijing_today(), -ago).day
    return dt.datetime.combine(day, dt.time(hour, 20), tzinfo=clock.BEIJING).astimezone(dt.UTC)


def _dated(data: dict[str, object], days: str, name: str) -> dict[str, object]:
    """A number of days after the day it is, as a date."""
    left = {key: value for key, value in data.items() if key != days}
    if days in data:
        left[name] = (clock.beijing_today() + dt.timedelta(days=int(str(data[days])))).isoformat()
    return left
