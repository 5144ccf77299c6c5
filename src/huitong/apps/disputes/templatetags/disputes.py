"""The way from a value on somebody else's page to a dispute: ``{% load disputes %}``."""

from __future__ import annotations

from django import template
from django.template.context import Context

from huitong.apps.accounts.models import User
from huitong.apps.cases.selectors import case_types
from huitong.apps.disputes.sealing import value_token
from huitong.apps.disputes.selectors import may_doubt
from huitong.apps.disputes.services import CASE_TYPE

register = template.Library()


@register.inclusion_tag("disputes/_doubt_value.html", takes_context=True)
def doubt_value(context: Context, library: str, key: str, attribute: str, title: str) -> dict[str, object]:
    """Draw the button beside a value of a look-up."""
    if not _is_declared(context):
        return {}
    return {"token": value_token(library, key, attribute), "title": title, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("disputes/_doubt_service.html", takes_context=True)
def doubt_service(context: Context, code: str) -> dict[str, object]:
    """Draw the link on a service's page, for those whose organisation gets its answers."""
    user = context["request"].user
    return {"code": code, "offered": isinstance(user, User) and _is_declared(context) and may_doubt(user, code)}


def _is_declared(context: Context) -> bool:
    """Tell whether the installation has disputes at all; asked once a page."""
    known: dict[str, object] = vars(context["request"])  # one request is one page
    if "disputes_declared" not in known:
        known["disputes_declared"] = CASE_TYPE in case_types()
    return bool(known["disputes_declared"])
