"""Changing, cancelling and reading the versions of a published item."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_official
from huitong.apps.catalog.compile_forms import ReasonForm
from huitong.apps.catalog.compile_views import require_compiler
from huitong.apps.catalog.confirming import MOST, confirm_items, unconfirmed_items
from huitong.apps.catalog.differing import differences
from huitong.apps.catalog.drafting import draft_cancellation, draft_change, obstacle_to_new_draft
from huitong.apps.catalog.effects import effects_of
from huitong.apps.catalog.models import CatalogItem, ItemDraft, ItemVersion
from huitong.apps.catalog.selectors import access_item, element_titles, may_draft_for, open_draft_of
from huitong.apps.declared import revived
from huitong.apps.labels import shown_problem
from huitong.engine.declarations import items
from huitong.foundation import clock
from huitong.foundation.errors import Terminal


@require_POST
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a change of an item, or go on with the one that is open."""
    draft = draft_change(require_compiler(request.user), code=code)
    return redirect("catalog:draft_step", draft.pk, "basic")


def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Show whom it touches when an item is cancelled, and ask for it with a reason."""
    user = require_compiler(request.user)
    item = access_item(user, code)
    if not may_draft_for(user, item.provider):
        raise Terminal("people.not_allowed", login=user.login)
    form = ReasonForm(request.POST or None)
    problem = obstacle_to_new_draft(item) if request.method != "POST" else None
    if request.method == "POST" and form.is_valid():
        try:
            draft = draft_cancellation(user, code=code, reason=form.cleaned_data["reason"])
        except Terminal as error:
            if error.status != HTTPStatus.CONFLICT:
                raise
            problem = error
        else:
            messages.success(request, _("撤销申请已提交数据管理部门审核。"))
            return redirect("catalog:draft", draft.pk)
    return _cancel_page(request, user, item, form, problem)


def _cancel_page(
    request: HttpRequest, user: User, item: CatalogItem, form: ReasonForm, problem: Terminal | None
) -> HttpResponse:
    """The page of a cancellation; while a draft of the item is open, that draft instead of a form to send."""
    context = {"item": item, "effects": effects_of(user, item.as_spec(), None), "form": form}
    if problem is None:
        return render(request, "catalog/cancel.html", context)
    standing = open_draft_of(item)
    seen = standing is not None and ItemDraft.objects.visible_to(user).filter(pk=standing.pk).exists()
    context |= {"problem": shown_problem(problem), "standing": standing if seen else None}
    return render(request, "catalog/cancel.html", context, status=problem.status if form.is_bound else 200)


@require_POST
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Say that an item still describes what there is."""
    confirm_items(require_compiler(request.user), codes=[code])
    messages.success(request, _("已记下：核对无误。"))
    return redirect("catalog:item", code)


def confirm_many(request: HttpRequest) -> HttpResponse:
    """List the own items, longest untouched first, and confirm those that are ticked."""
    user = require_compiler(request.user)
    provider = request.GET.get("provider", "")
    chosen = request.POST.getlist("item")
    if chosen:
        n = confirm_items(user, codes=chosen)
        messages.success(request, ngettext("已核对 %(n)d 项目录。", "已核对 %(n)d 项目录。", n) % {"n": n})
        return redirect(request.get_full_path())
    a_year_ago = clock.now() - dt.timedelta(days=365)
    items_there = unconfirmed_items(user, provider=provider)
    context = {
        "items": [(one, one.looked_at is None or one.looked_at <= a_year_ago) for one in items_there],  # type: ignore[attr-defined]
        "most": MOST,
        "unchosen": request.method == "POST",
    }
    return render(request, "catalog/confirm.html", context)


def versions(request: HttpRequest, code: str) -> HttpResponse:
    """List an item's versions, newest first, each with what it changed."""
    require_official(request.user)
    item = access_item(request.user, code)
    rows = list(ItemVersion.objects.filter(item=item).select_related("user"))
    specs = [revived(row.spec, items.CatalogItem) for row in rows]
    titles = element_titles()
    older: list[items.CatalogItem | None] = [*specs[1:], None]
    changes = [
        {"row": row, "differences": differences(before, spec, titles) if before else None}
        for row, spec, before in zip(rows, specs, older, strict=True)
    ]
    return render(request, "catalog/versions.html", {"item": item, "changes": changes})
