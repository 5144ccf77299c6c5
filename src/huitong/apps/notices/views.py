"""Pages of notices: what one was told; where organisations' own programs are told."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_tree, require_bureau, require_signed_in
from huitong.apps.forms import SiteForm
from huitong.apps.labels import Text
from huitong.apps.notices.addresses import HOURS, asked_address
from huitong.apps.notices.models import OutboxMessage
from huitong.apps.notices.selectors import (
    access_notice,
    notice_list,
    outbox_counts,
    outbox_list,
    unread_count,
    webhook_list,
)
from huitong.apps.notices.services import (
    ask_mail_address,
    confirm_mail_address,
    forget_mail_address,
    mark_read,
    put_webhook,
    renew_webhook_key,
    resend,
)
from huitong.apps.tables import page_number
from huitong.apps.tabs import Tab
from huitong.foundation.errors import Terminal

STATES: dict[str, Text] = {
    "given_up": _("没有送达"),
    "waiting": _("等待发送"),
    "sent": _("已送达"),
}


class WebhookForm(SiteForm):
    """Which organisation's program is told, and where."""

    about = {"notices.bad_address": "url", "people.not_found": "organisation"}
    organisation = forms.ChoiceField(label=_("机构"))
    url = forms.CharField(
        label=_("回调地址"),
        max_length=500,
        help_text=_("以 https:// 开头。每次通知都带签名，对方用密钥核对。"),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    active = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [(one.code, one.title) for one in organisation_tree(user)]  # type: ignore[attr-defined]


class MailForm(SiteForm):
    """Where the reader is told by mail."""

    about = {"notices.bad_mail": "address"}

    address = forms.CharField(
        label=_("电子邮箱"),
        max_length=254,
        required=False,
        help_text=_("同样的通知也发到这里，先发一封确认邮件；留空则只在页面上告诉您。"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def notices(request: HttpRequest) -> HttpResponse:
    """List what the reader was told, newest first."""
    user = require_signed_in(request.user)
    return _notices_page(request, user, MailForm(initial={"address": user.email}))


def _notices_page(request: HttpRequest, user: User, form: MailForm, status: int = HTTPStatus.OK) -> HttpResponse:
    only_new = request.GET.get("new") == "1"
    page = notice_list(user, unread=only_new, number=page_number(request))
    context = {"page": page, "only_new": only_new, "unread": unread_count(user), "address": user.email}
    context |= {"mail_off": not settings.HUITONG.smtp_url, "mail_form": form}
    return render(request, "notices/notices.html", context, status=status)


def follow(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Go where a notice leads, and count it as read."""
    user = require_signed_in(request.user)
    notice = access_notice(user, notice_id)
    mark_read(user, notices=[notice.pk])
    return redirect(notice.href)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Count everything as read."""
    user = require_signed_in(request.user)
    mark_read(user)
    messages.success(request, gettext("已全部标为已读。"))
    return redirect("notices:notices")


@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """Ask to confirm where the reader is told by mail; an empty address needs no confirmation."""
    user = require_signed_in(request.user)
    form = MailForm(request.POST)
    if not form.is_valid():
        return _notices_page(request, user, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    address = form.cleaned_data["address"]
    try:
        if not address:
            forget_mail_address(user)
            messages.success(request, gettext("不再发邮件，只在页面上告诉您。"))
        elif address == user.email:
            messages.info(request, gettext("邮箱没有改变。"))
        else:
            ask_mail_address(user, address=address)
            said = {"address": address, "hours": HOURS}
            messages.success(
                request, gettext("确认邮件已发往 %(address)s，%(hours)d 小时内点开其中的链接后生效。") % said
            )
    except Terminal as error:
        form.refuse(error)
        return _notices_page(request, user, form, error.status)
    return redirect("notices:notices")


def confirm_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether the address is the reader's; only a press of the button counts, for mail filters open links."""
    user = require_signed_in(request.user)
    if request.method == "POST":
        confirm_mail_address(user, token=token)
        messages.success(request, gettext("邮件通知地址已生效。"))
        return redirect("notices:notices")
    return render(request, "notices/confirm_mail.html", {"address": asked_address(user, token)})


def outbox(request: HttpRequest) -> HttpResponse:
    """List what is on its way out and what did not arrive."""
    user = require_bureau(request.user)
    asked = request.GET.get("state", "given_up")
    state = asked if asked in OutboxMessage.State.values else ""
    counts, address = outbox_counts(user), reverse("notices:outbox")
    names = {**STATES, "all": _("全部")}
    tabs = [Tab(names[one], f"{address}?state={one}", one == (state or "all"), counts.get(one)) for one in names]
    page = outbox_list(user, state=state, number=page_number(request))
    context = {"page": page, "tabs": tabs, "state": state, "given_up": counts["given_up"], "names": STATES}
    context["mail_off"] = not settings.HUITONG.smtp_url
    return render(request, "notices/outbox.html", context)


@require_POST
def resend_one(request: HttpRequest, message_id: int) -> HttpResponse:
    """Send one message again."""
    resend(require_bureau(request.user), message=message_id)
    messages.success(request, gettext("已放回发件箱，马上再发。"))
    return redirect("notices:outbox")


@require_POST
def resend_all(request: HttpRequest) -> HttpResponse:
    """Send everything again that was given up."""
    done = resend(require_bureau(request.user))
    messages.success(request, gettext("%(n)d 条已放回发件箱。") % {"n": done})
    return redirect("notices:outbox")


def webhooks(request: HttpRequest) -> HttpResponse:
    """List the webhooks and how their messages fared."""
    user = require_bureau(request.user)
    return _webhooks_page(request, user, WebhookForm(user=user))


def _webhooks_page(request: HttpRequest, user: User, form: WebhookForm, key: str = "", whose: str = "") -> HttpResponse:
    context = {"form": form, "rows": webhook_list(user), "key": key, "whose": whose}
    response = render(request, "notices/webhooks.html", context)
    if key:
        response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def put(request: HttpRequest) -> HttpResponse:
    """Set a webhook."""
    user = require_bureau(request.user)
    form = WebhookForm(request.POST, user=user)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            put_webhook(user, organisation=asked["organisation"], url=asked["url"], active=asked["active"])
        except Terminal as error:
            form.refuse(error)
        else:
            messages.success(request, gettext("已保存。请为它签发密钥并交给对方。"))
            return redirect("notices:webhooks")
    return _webhooks_page(request, user, form)


@require_POST
def renew_key(request: HttpRequest, organisation: str) -> HttpResponse:
    """Give a webhook a new key and show it, once."""
    user = require_bureau(request.user)
    key = renew_webhook_key(user, organisation=organisation)
    return _webhooks_page(request, user, WebhookForm(user=user), key, organisation)
