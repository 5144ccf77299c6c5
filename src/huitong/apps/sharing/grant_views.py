"""What may be done about a grant from its page. Each answers by going back to it."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.selectors import require_user
from huitong.apps.sharing import views
from huitong.apps.sharing.grant_forms import GRANT_STEPS, ChangeForm, ReasonForm
from huitong.apps.sharing.selectors import access_grant
from huitong.apps.sharing.services import change_grant, resume_grant, revoke_grant, suspend_grant
from huitong.foundation.errors import Terminal

_STEPS = {
    "suspend": (suspend_grant, _("授权已暂停，网关在几秒内停止答复。")),
    "resume": (resume_grant, _("授权已恢复，网关在几秒内恢复答复。")),
    "revoke": (revoke_grant, _("授权已收回，网关在几秒内停止答复。")),
}

_STANDING = ("sharing.item_not_shared", "sharing.field_gone")
"""Why a grant stays suspended: said where its resumption was asked for."""
_OF_CHANGE = ("sharing.changed_meanwhile", "sharing.change_widens")


@require_POST
def move(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """Suspend, resume or revoke a grant."""
    if step not in _STEPS:
        raise Terminal("site.not_found", path=request.path)
    service, said = _STEPS[step]
    user, form = require_user(request.user), ReasonForm(step, GRANT_STEPS[step], request.POST)
    if not form.is_valid():
        return views.grant(request, code, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        service(user, grant=code, reason=form.cleaned_data["reason"])
    except Terminal as error:
        if error.code not in _STANDING:
            raise
        form.refuse(error)
        return views.grant(request, code, form, error.status)
    messages.success(request, said)
    return redirect("sharing:grant", code)


@require_POST
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Narrow a grant; shows it again with what is wrong."""
    user = require_user(request.user)
    form = ChangeForm(request.POST, grant=access_grant(user, code))
    if not form.is_valid():
        return views.grant(request, code, form)
    asked = form.cleaned_data
    try:
        change_grant(user, grant=code, digest=asked["digest"], change=form.change(), reason=asked["reason"])
    except Terminal as error:
        if error.code not in _OF_CHANGE:
            raise
        form.refuse(error)
        return views.grant(request, code, form, error.status)
    messages.success(request, _("变更已生效，网关在几秒内按新内容答复。"))
    return redirect("sharing:grant", code)
