"""Pages of disputes: half a minute from a doubted value to the department it comes from."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_official, require_signed_in
from huitong.apps.cases.forms import AnswersForm
from huitong.apps.cases.selectors import case_types
from huitong.apps.disputes.rows import show_row
from huitong.apps.disputes.selectors import doubted, may_doubt, trace_of_service, trace_of_token
from huitong.apps.disputes.services import CASE_TYPE, open_dispute
from huitong.apps.disputes.tracing import Trace
from huitong.apps.forms import SiteForm
from huitong.apps.labels import language
from huitong.apps.posted import posted_from
from huitong.apps.sharing.selectors import service_page
from huitong.apps.sharing.specs import ServicePage
from huitong.engine.declarations.cases import FormField
from huitong.foundation.errors import Terminal

ASKED = ("doubt", "statement")
"""What people fill in; the rest of the case type's form is the trace."""


class WhichForm(SiteForm):
    """Of which answer of a service: about whom, and which field."""

    key = forms.CharField(max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    field = forms.ChoiceField(label=_("数据项"))

    def __init__(self, *args: object, service: ServicePage, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].label = service.key_title
        offered = [(one.name, one.title) for one in service.fields if not one.is_key]
        self.fields["field"].choices = offered  # type: ignore[attr-defined]


def _declared() -> tuple[FormField, ...]:
    spec = case_types().get(CASE_TYPE)
    if spec is None:
        raise Terminal("people.not_found", kind="case type", code=CASE_TYPE)
    return tuple(field for field in spec.form if field.name in ASKED)


@posted_from(lambda: reverse("libraries:look_up"))
def of_value(request: HttpRequest) -> HttpResponse:
    """Ask what is wrong about a value of a look-up, then send it. The button that leads here says which value."""
    require_official(request.user)
    user = require_signed_in(request.user)
    token = request.POST.get("token", "")
    trace = trace_of_token(user, token)
    sent = "doubt" in request.POST or "statement" in request.POST
    form = AnswersForm(request.POST if sent else None, case_type=CASE_TYPE, declared=_declared())
    answer = _opened(request, user, trace, form) if sent and form.is_valid() else None
    if answer is not None:
        return answer
    return _page(request, {"form": form, "token": token, "value": doubted(trace)})


@posted_from(lambda number: reverse("cases:case", args=[number]))
def source_row(request: HttpRequest, number: str) -> HttpResponse:
    """Show the doubted row to its own department. A post: looking leaves evidence."""
    user = require_signed_in(request.user)
    response = render(request, "disputes/row.html", {"row": show_row(user, number=number)})
    response.headers["Cache-Control"] = "no-store"
    return response


def of_service(request: HttpRequest, code: str) -> HttpResponse:
    """Ask which answer of a service is wrong and why, then send it."""
    require_official(request.user)
    user = require_signed_in(request.user)
    service = service_page(user, code)
    if not may_doubt(user, code):
        raise Terminal("people.not_allowed", login=user.login)
    data = request.POST if request.method == "POST" else None
    which = WhichForm(data, service=service)
    form = AnswersForm(data, case_type=CASE_TYPE, declared=_declared())
    if request.method == "POST" and which.is_valid() and form.is_valid():
        asked = which.cleaned_data
        try:
            trace = trace_of_service(user, service=code, key=asked["key"], field=asked["field"])
        except Terminal as error:
            which.add_error("key", f"{error.detail(language())} {error.hint(language())}")
        else:
            answer = _opened(request, user, trace, form)
            if answer is not None:
                return answer
    return _page(request, {"form": form, "which": which, "service": service})


def _opened(request: HttpRequest, user: User, trace: Trace, form: AnswersForm) -> HttpResponse | None:
    """Open the case and go to it; None when the statement must be mended first."""
    answers = form.answers
    try:
        case = open_dispute(user, trace=trace, doubt=str(answers["doubt"]), statement=str(answers["statement"]))
    except Terminal as error:
        if error.code != "disputes.unmasked":
            raise
        form.add_error("statement", f"{error.detail(language())} {error.hint(language())}")
        return None
    messages.success(request, gettext("已转给来源部门核实，您会收到结果。"))
    return redirect("cases:case", case.number)


def _page(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    response = render(request, "disputes/dispute.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
