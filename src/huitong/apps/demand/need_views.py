"""Pages of one application or demand: what it asks, where it stands, what the reader may do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_official, require_user
from huitong.apps.cases.models import Case, CaseClock
from huitong.apps.cases.selectors import actions_for, case_rows, subject_of, timeline_of
from huitong.apps.cases.services import act
from huitong.apps.cases.wording import answers_in_words
from huitong.apps.declared import in_language
from huitong.apps.demand.applying import asked_of
from huitong.apps.demand.demanding import CONTEST_DAYS
from huitong.apps.demand.forms import (
    CorrectionForm,
    DemandCorrectionForm,
    DepartmentForm,
    ItemForm,
    TermsForm,
    WordsForm,
    for_offer,
    reason_field,
)
from huitong.apps.demand.models import Need
from huitong.apps.demand.selectors import access_need, departments_for, items_for, like_demands, offer_of
from huitong.apps.demand.specs import Offer
from huitong.apps.demand.suggesting import elements_of, text_of
from huitong.apps.forms import SiteForm
from huitong.apps.posted import posted_from
from huitong.apps.sharing.models import Grant
from huitong.apps.sharing.selectors import may_keep_app
from huitong.engine.declarations.cases import Action, CaseType
from huitong.foundation import clock
from huitong.foundation.errors import HuitongError, Terminal
from huitong.foundation.numbers import whole_number


@dataclass(frozen=True)
class Act:
    """A step that the reader may take: with questions of its own, with a reason, or just so."""

    name: str
    title: str
    tone: str
    form: SiteForm

    @property
    def asks(self) -> bool:
        """Whether it asks for more than words."""
        return not isinstance(self.form, WordsForm)

    @property
    def is_open(self) -> bool:
        """Whether its form is to be seen at once: something in it is wrong."""
        return bool(self.form.errors)


def application(request: HttpRequest, number: str, tried: tuple[str, SiteForm] | None = None) -> HttpResponse:
    """Show an application."""
    require_official(request.user)
    need = access_need(request.user, number, Need.Kind.APPLICATION)
    offer = _offer(request, need.case)
    acts, grant = _acts(request, need, offer, tried), need.grant
    context = _context(request, need, acts) | {
        "offer": offer,
        "asked": asked_of(need.case.data),
        "grant": grant,
        "given": grant.as_spec() if grant and need.outcome == Need.Outcome.GRANTED else None,
        "curl": _curl(request, grant) if grant else "",
        "keeps_app": bool(grant and may_keep_app(request.user, grant.app)),
        "titles": {field.name: field.title for field in offer.fields} if offer else {},
    }
    return render(request, "demand/application.html", context)


def _curl(request: HttpRequest, grant: Grant) -> str:
    """Two commands that call the service: a token first, then the call."""
    host = f"{request.scheme}://{request.get_host()}"
    token = f"TOKEN=$(curl -s -u {grant.app.code}:$SECRET -d grant_type=client_credentials {host}/gateway/token"
    token += " | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])')"
    service = f"{host}/gateway/v1/{grant.service.code}"
    call = f'curl -s -H "Authorization: Bearer $TOKEN" -H "Purpose: {grant.code}"'
    if "records" in grant.as_spec().kinds:
        return f'{token}\n{call} "{service}/records?key=KEY"'
    body = f'{{"items": [{{"key": "KEY", "values": {{"{grant.as_spec().fields[0]}": "VALUE"}}}}]}}'
    return f"{token}\n{call} -H 'Content-Type: application/json' -d '{body}' {service}/verify"


def demand(request: HttpRequest, number: str, tried: tuple[str, SiteForm] | None = None) -> HttpResponse:
    """Show a demand; to the bureau with whose remit it may be, to the department with what comes close."""
    require_official(request.user)
    need = access_need(request.user, number, Need.Kind.DEMAND)
    case, acts = need.case, _acts(request, need, None, tried)
    names = {one.name for one in acts}
    context = _context(request, need, acts) | {
        "departments": departments_for(case) if "route" in names else (),
        "close": items_for(request.user, text_of(case)) if names & {"offer", "publish"} else (),
        "like": like_demands(request.user, text_of(case), elements_of(case), but=number),
        "joiners": need.joiners.select_related("organisation"),
        "item": need.item,
    }
    return render(request, "demand/demand.html", context)


def _offer(request: HttpRequest, case: Case) -> Offer | None:
    """What it is about; None when that was removed since."""
    try:
        return offer_of(request.user, case.subject_kind, case.subject_key)
    except HuitongError:
        return None


def _context(request: HttpRequest, need: Need, acts: list[Act]) -> dict[str, object]:
    case = need.case
    spec = case.type.as_spec()
    running = CaseClock.objects.filter(case=case).exclude(state=CaseClock.State.ENDED)
    titles = {one.name: in_language(one.title, one.title_en) for one in spec.clocks}
    return {
        "need": need,
        "case": case,
        "row": case_rows([case])[0],
        "subject": subject_of(request.user, case),
        "answers": answers_in_words(type_form_only(case), case.data, case),
        "events": timeline_of(request.user, case.number),
        "clocks": [(titles.get(one.name, one.name), one) for one in running],
        "acts": acts,
        "today": clock.beijing_today(),
        "contest_days": CONTEST_DAYS,
    }


def type_form_only(case: Case) -> CaseType:
    """Return the case's type with the questions of its opening only: what was asked, not what came of it."""
    return msgspec.structs.replace(case.type.as_spec(), actions=())


def _acts(request: HttpRequest, need: Need, offer: Offer | None, tried: tuple[str, SiteForm] | None) -> list[Act]:
    acts = []
    for action in actions_for(request.user, need.case):
        form = tried[1] if tried and tried[0] == action.name else _form(action, need.case, offer)
        acts.append(Act(action.name, in_language(action.title, action.title_en), action.tone, form))
    return acts


def _form(action: Action, case: Case, offer: Offer | None, sent: Mapping[str, object] | None = None) -> SiteForm:
    kind = _form_of(action, case, offer) or WordsForm
    if action.reason:
        kind = for_offer(kind, comment=reason_field())
    ids = f"id_{action.name}_%s"  # several actions stand on one page
    if sent is not None:
        return kind(sent, auto_id=ids)
    if issubclass(kind, TermsForm):
        return kind(auto_id=ids)
    return kind(initial=_filled(case), auto_id=ids)


def _form_of(action: Action, case: Case, offer: Offer | None) -> type[SiteForm] | None:
    demand = case.type.code == Need.Kind.DEMAND
    if action.name in ("correct", "complete"):
        if demand:
            return DemandCorrectionForm
        return for_offer(CorrectionForm, offer=offer) if offer else None
    if action.name in ("approve", "overrule") and offer:
        return for_offer(TermsForm, offer=offer, asked=asked_of(case.data))
    return {"route": DepartmentForm, "offer": ItemForm, "publish": ItemForm}.get(action.name)


def _filled(case: Case) -> dict[str, object]:
    data = dict(case.data)
    return data | {"fields_asked": data.get("fields", []), "clear_asked": data.get("clear", [])}


def _page_of_step(kind: str, number: str, action: str) -> str:  # noqa: ARG001 - the address's values
    return reverse(f"demand:{kind}", args=[number]) if kind in Need.Kind.values else ""


@posted_from(_page_of_step)
def step(request: HttpRequest, kind: str, number: str, action: str) -> HttpResponse:
    """Take a step; shows the page again with what is wrong."""
    user = require_user(request.user)
    need = access_need(user, number, kind)
    declared = next((one for one in need.case.type.as_spec().actions if one.name == action), None)
    if declared is None:
        raise Terminal("site.not_found", path=request.path)
    form = _form(declared, need.case, _offer(request, need.case), request.POST)
    page = application if kind == Need.Kind.APPLICATION else demand
    if not form.is_valid():
        return page(request, number, (action, form))
    try:
        _act(user, need, action, form, request)
    except Terminal as error:
        if error.code not in form.about and error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        form.refuse(error)
        return page(request, number, (action, form))
    messages.success(request, _("已办理。"))
    remains = Need.objects.visible_to(user).filter(pk=need.pk).exists()
    return redirect(f"demand:{kind}", number) if remains else redirect("demand:needs")


def _act(user: User, need: Need, action: str, form: SiteForm, request: HttpRequest) -> None:
    data = _answers(dict(form.cleaned_data))
    comment = str(data.pop("comment", ""))
    act(
        user,
        number=need.case.number,
        action=action,
        version=whole_number(request.POST.get("version", "")),
        data=data,
        comment=comment,
    )


def _answers(cleaned: dict[str, object]) -> dict[str, object]:
    """Clean values under the names that the case type gives them."""
    renamed = {"fields_asked": "fields", "clear_asked": "clear"}
    return {renamed.get(name, name): value for name, value in cleaned.items()}
