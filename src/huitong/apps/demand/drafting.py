"""An application as it is written: steps whose entries are kept with its draft, so that there may be several."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import User
from huitong.apps.demand.applying import asked_of
from huitong.apps.demand.forms import AppForm, CheckForm, PurposeForm, ScopeForm, for_offer
from huitong.apps.demand.models import Draft, Need
from huitong.apps.demand.services import keep_draft
from huitong.apps.demand.specs import Asked, Offer
from huitong.apps.sharing.models import Grant
from huitong.apps.sharing.selectors import app_list
from huitong.apps.steps import Step, Steps
from huitong.foundation import clock

USUAL = dt.timedelta(days=365)
"""How long data is asked for unless somebody says otherwise."""


class DraftSteps(Steps):
    """The steps of one draft."""

    def __init__(self, request: HttpRequest, user: User, draft: Draft, offer: Offer, step: str = "") -> None:
        self.draft, self.user = draft, user
        self.page = reverse("demand:draft", args=[draft.pk])
        own = user.organisation.shown_short if user.organisation else ""
        apps = [(app.code, app.title) for app in app_list(user) if app.active and app.organisation == own]
        if draft.renews is not None:
            apps = [one for one in apps if one[0] == draft.renews.app.code]
        steps = (
            Step("purpose", _("用途和依据"), PurposeForm),
            Step("scope", _("要哪些数据"), for_offer(ScopeForm, offer=offer)),
            Step("app", _("由谁调用"), for_offer(AppForm, apps=apps)),
            Step("check", _("核对提交"), CheckForm),
        )
        super().__init__(request, f"draft:{draft.pk}", steps, step)

    def keep(self) -> None:
        """Keep what was sent for the step shown with the draft."""
        sent = self.request.POST.copy()
        sent.pop("csrfmiddlewaretoken", None)
        self.draft = keep_draft(self.user, draft=self.draft.pk, step=self.current.name, entered=sent.urlencode())

    def _kept(self) -> dict[str, str]:
        kept: dict[str, str] = self.draft.steps
        return kept


def asked_from(values: Mapping[str, Any], renews: str = "") -> Asked:
    """Return what the steps' clean values ask for."""
    return Asked(
        purpose=values["purpose"],
        legal_basis=values["legal_basis"],
        matter=values["matter"],
        audience=values["audience"],
        fields=tuple(values["fields_asked"]),
        clear=tuple(values["clear_asked"]),
        kinds=tuple(values["kinds"]),
        volume=values["volume"],
        since=values["since"].isoformat() if values.get("since") else "",
        until=values["until"].isoformat(),
        app=values["app"],
        renews=renews,
    )


def initial_scope(offer: Offer) -> dict[str, object]:
    """The least: the key by which one asks, and the first way; a year."""
    until = clock.beijing_today() + USUAL
    return {"fields_asked": [offer.lookup_key], "kinds": list(offer.kinds[:1]), "until": until, "volume": 200}


def steps_from(need: Need, offer: Offer) -> dict[str, str]:
    """Return the steps of a new draft as an earlier application answered them, as far as they fit what is offered."""
    return _steps(asked_of(need.case.data), offer)


def steps_of_grant(grant: Grant, offer: Offer, earlier: Need | None) -> dict[str, str]:
    """Return the steps of a draft that renews a grant."""
    spec = grant.as_spec()
    known = asked_of(earlier.case.data) if earlier else None
    asked = Asked(
        purpose=spec.purpose,
        legal_basis=spec.legal_basis,
        matter=known.matter if known else "",
        audience=known.audience if known else "",
        fields=spec.fields,
        clear=spec.clear,
        kinds=spec.kinds,
        volume=spec.quota or 1000,
        until="",
        app=grant.app.code,
    )
    steps = _steps(asked, offer) | {"app": urlencode({"app": asked.app})}
    return steps if known else {name: entered for name, entered in steps.items() if name != "purpose"}


def _steps(asked: Asked, offer: Offer) -> dict[str, str]:
    until = (clock.beijing_today() + USUAL).isoformat()
    purpose = {name: getattr(asked, name) for name in ("purpose", "legal_basis", "matter", "audience")}
    scope = {
        "fields_asked": [name for name in asked.fields if name in offer.names],
        "clear_asked": [name for name in asked.clear if name in offer.names],
        "kinds": [kind for kind in asked.kinds if kind in offer.kinds],
        "volume": asked.volume,
        "until": until,
    }
    steps = {"purpose": urlencode(purpose)}
    return steps | {"scope": urlencode(scope, doseq=True)} if scope["fields_asked"] and scope["kinds"] else steps
