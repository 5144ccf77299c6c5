"""What the states of applications and demands mean: told to the case engine when the site starts."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext

from huitong.apps.accounts.services import system_user
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.cases import registry
from huitong.apps.cases.models import Case
from huitong.apps.cases.titles import subject_names
from huitong.apps.catalog.models import DataElement
from huitong.apps.demand.applying import ask_provider, check_correction, check_opening
from huitong.apps.demand.demanding import check_department, check_item, route_demand
from huitong.apps.demand.granting import (
    check_conditional,
    check_terms,
    check_unconditional,
    grant_application,
    is_conditional,
    is_unconditional,
)
from huitong.apps.demand.models import Need
from huitong.apps.demand.needs import note_need
from huitong.apps.demand.offers import offer_of
from huitong.apps.demand.telling import tell_joiners
from huitong.apps.sharing.models import ConsumerApp
from huitong.apps.sharing.selectors import service_names
from huitong.foundation.errors import Terminal

APPLICATION_STATES = (
    *("checking", "correcting", "answering", "completing", "refused", "contested", "granted", "closed", "withdrawn"),
)
DEMAND_STATES = (*("routing", "correcting", "answering", "refused", "contested", "fulfilled", "closed", "withdrawn"),)


def register() -> None:
    """Register everything; doing it again changes nothing."""
    subject_names("service", service_names)
    registry.may_open(Need.Kind.APPLICATION, check_opening)
    for action in ("correct", "complete"):
        registry.guard(Need.Kind.APPLICATION, action, check_correction)
    registry.guard(Need.Kind.APPLICATION, "grant_now", check_unconditional)
    registry.guard(Need.Kind.APPLICATION, "pass_on", check_conditional)
    registry.offered_where(Need.Kind.APPLICATION, "grant_now", is_unconditional)
    registry.offered_where(Need.Kind.APPLICATION, "pass_on", is_conditional)
    for action in ("approve", "overrule"):
        registry.guard(Need.Kind.APPLICATION, action, check_terms)
    for field in ("fields", "clear", "granted_fields", "granted_clear"):
        registry.form_options(Need.Kind.APPLICATION, field, _field_options)
    registry.form_options(Need.Kind.APPLICATION, "app", _app_options)
    registry.guard(Need.Kind.DEMAND, "route", check_department)
    for action in ("offer", "publish"):
        registry.guard(Need.Kind.DEMAND, action, check_item)
    registry.form_options(Need.Kind.DEMAND, "elements", _element_options)
    registry.on_entering(Need.Kind.DEMAND, "answering", route_demand)
    for state in ("answering", "granted"):
        registry.on_entering(Need.Kind.APPLICATION, state, ask_provider)
    for state in APPLICATION_STATES:
        registry.on_entering(Need.Kind.APPLICATION, state, note_need)
    for state in DEMAND_STATES:
        registry.on_entering(Need.Kind.DEMAND, state, note_need)
    for state in ("fulfilled", "refused", "closed", "withdrawn"):
        registry.on_entering(Need.Kind.DEMAND, state, tell_joiners)
    registry.on_entering(Need.Kind.APPLICATION, "granted", _granted)
    registry.subject_link("service", _service_link)
    registry.subject_link("item", _item_link)


def _granted(user: object, case: Case) -> None:
    grant = grant_application(user, case)  # type: ignore[arg-type]
    Need.objects.filter(case=case).update(grant=grant, service=grant.service)


def _field_options(case: Case | None, data: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """The fields of what a case is about. While it is being opened they are checked by what it is opened with."""
    if case is None:
        return tuple((str(name), str(name)) for key in ("fields", "clear") for name in _listed(data.get(key)))
    try:
        offer = offer_of(system_user(), case.subject_kind, case.subject_key)
    except Terminal:  # removed since: the timeline still shows what was asked
        return tuple((str(name), str(name)) for value in case.data.values() for name in _listed(value))
    return tuple((field.name, field.title) for field in offer.fields)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _app_options(case: Case | None, data: Mapping[str, object]) -> tuple[tuple[str, str], ...]:  # noqa: ARG001
    code = str(data.get("app", ""))
    row = ConsumerApp.objects.filter(code=code).first()
    return ((code, row.shown_title if row else code),)


def _element_options(case: Case | None, data: Mapping[str, object]) -> tuple[tuple[str, str], ...]:  # noqa: ARG001
    return tuple((row.name, row.shown_title) for row in DataElement.objects.all())


def _service_link(viewer: Viewer, key: str) -> registry.Link | None:
    return _link(viewer, "service", key, reverse("sharing:service", args=[key]))


def _item_link(viewer: Viewer, key: str) -> registry.Link | None:
    return _link(viewer, "item", key, reverse("catalog:item", args=[key]))


def _link(viewer: Viewer, kind: str, key: str, href: str) -> registry.Link:
    try:
        return registry.Link(offer_of(viewer, kind, key).title, href)
    except Terminal:
        return registry.Link(gettext("%(code)s（已移除）") % {"code": key})
