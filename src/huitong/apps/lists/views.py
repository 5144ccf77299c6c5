"""Save and forget views of lists; both return to the list."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.models import User
from huitong.apps.forms import SiteForm
from huitong.apps.lists.services import remove_view, save_view
from huitong.foundation.errors import Terminal
from huitong.foundation.numbers import whole_number


class ViewForm(SiteForm):
    """What a view is called, and whether its list opens with it."""

    about = {"lists.view_untitled": "title"}

    listing = forms.CharField(required=False, widget=forms.HiddenInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("视图名称"), max_length=60)
    default = forms.BooleanField(label=_("打开这个列表时先看它"), required=False)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the list at ``next`` as it is filtered, ordered and cut; asks again where that cannot be."""
    user, target = _user(request), _local(request.POST.get("next", ""))
    address, form = urlsplit(target), ViewForm(request.POST)
    if not form.is_valid():
        return _asked_again(request, form, target, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        row = save_view(
            user,
            listing=form.cleaned_data["listing"],
            title=form.cleaned_data["title"],
            path=address.path,
            query=address.query,
            is_default=form.cleaned_data["default"],
        )
    except Terminal as error:
        if not error.code.startswith("lists."):
            raise
        form.refuse(error)
        return _asked_again(request, form, target, error.status)
    messages.success(request, gettext("视图“%(title)s”已保存。") % {"title": row.title})
    return redirect(row.href)


def _asked_again(request: HttpRequest, form: ViewForm, back: str, status: int) -> HttpResponse:
    return render(request, "lists/save.html", {"form": form, "back": back}, status=status)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Forget a view and show the whole list."""
    remove_view(_user(request), view=whole_number(request.POST.get("view", "")) or 0)
    messages.success(request, gettext("视图已删除。"))
    return redirect(urlsplit(_local(request.POST.get("next", ""))).path + "?view=0")


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Terminal("people.sign_in_needed")
    return request.user


def _local(address: str) -> str:
    if not address.startswith("/") or not url_has_allowed_host_and_scheme(address, None):
        raise Terminal("site.bad_request")
    return address
