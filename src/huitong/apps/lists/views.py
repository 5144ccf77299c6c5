"""Save and forget views of lists; both return to the list."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from huitong.apps.accounts.models import User
from huitong.apps.lists.services import remove_view, save_view
from huitong.foundation.errors import Terminal
from huitong.foundation.numbers import whole_number


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the list at ``next`` as it is filtered, ordered and cut."""
    address = urlsplit(_local(request.POST.get("next", "")))
    row = save_view(
        _user(request),
        listing=request.POST.get("listing", ""),
        title=request.POST.get("title", ""),
        path=address.path,
        query=address.query,
        is_default="default" in request.POST,
    )
    messages.success(request, gettext("视图“%(title)s”已保存。") % {"title": row.title})
    return redirect(row.href)


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
