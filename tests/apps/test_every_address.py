"""Every address of the site and of the API, read and written to as every role: what is foreign stays as it is.

All that is asked for is what the human resources department (``hr``) owns. The police and the insurance centre are
foreign to it, ``developer`` works there. ``every_address.txt`` lists the addresses that are tried, in the order in
which they are looked for: one that is not in it fails the test, so that whoever adds an address gives it something of
hr's to be tried with.
"""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import models, transaction
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.apps.assessing import freeze_now, put_indicators
from tests.apps.demand_town import ASKED, apply_for, case_types, demand_of, set_up
from tests.apps.test_catalog_checks import CLASSES
from tests.apps.test_registry import SPEC
from tests.apps.town import CITIZEN, INSURED

from huitong.apps.accounts.models import Organisation, System, User
from huitong.apps.accounts.selectors import organisation_by_code
from huitong.apps.assessment.models import Comment, Quarter
from huitong.apps.assessment.services import comment_on_score
from huitong.apps.cases.models import Attachment, Case, CaseClock, CaseEvent, Participation
from huitong.apps.cases.services import attach_file, put_case_type
from huitong.apps.catalog.drafting import draft_item
from huitong.apps.catalog.models import CatalogItem, ItemDraft
from huitong.apps.catalog.services import put_codelist
from huitong.apps.collection.models import Run, Source
from huitong.apps.demand.models import Draft, Need
from huitong.apps.demand.services import start_draft
from huitong.apps.notices.models import Notice, Webhook
from huitong.apps.notices.services import put_webhook, tell
from huitong.apps.notices.specs import Telling
from huitong.apps.registry.models import Project
from huitong.apps.registry.services import save_project
from huitong.apps.sharing.models import ConsumerApp, Grant
from huitong.config.api import api
from huitong.engine.declarations.items import CatalogItem as Item

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
EXPECTED = Path(__file__).with_name("every_address.txt")
ROLES = ("bureau", "leader", "police", "centre", "hr", "developer", "citizen", "")
FOREIGN = ("leader", "police", "centre", "citizen", "")
ALLOWED = {
    ("police", "grants/<str:code>/<str:step>/"),
    ("police", "demands/<str:number>/join/"),
    ("centre", "demands/<str:number>/join/"),
    ("leader", "cases/<str:number>/comment/"),
    ("leader", "api/cases/<number>/comments"),
}
"""The police provide what ``hr-resident`` gives, and may suspend it; any department may join a demand of another's;
a leader may say something in any case, and does nothing else."""


@dataclass(frozen=True)
class Things:
    """What ``hr`` owns, by the names that addresses give it."""

    case: Case
    demand: Case
    project: Project
    draft: ItemDraft
    application: Draft
    file: Attachment
    notice: Notice
    quarter: Quarter
    comment: Comment
    run: Run


@pytest.fixture
def things(user: Login, system: User, run_town: None, monkeypatch: pytest.MonkeyPatch) -> Things:
    """Something of every kind that ``hr`` owns."""
    hr = user("hr")
    set_up()
    put_codelist(system, spec=CLASSES)
    for spec in case_types().values():
        put_case_type(system, spec=spec)
    put_indicators(system)
    quarter = freeze_now(system, monkeypatch)
    case = apply_for(hr)
    put_webhook(user("bureau"), organisation="hr", url="https://hr.example/hook")
    tell(Telling(event="case.commented", title="一", title_en="One", href="/", about=case.number), users=[hr])
    item = Item(code="", title="培训结业", title_en="", provider="hr", table="", fields=())
    return Things(
        case=case,
        demand=demand_of(hr),
        project=save_project(hr, spec=SPEC),
        draft=draft_item(hr, spec=item, origin=ItemDraft.Origin.FORM),
        application=start_draft(hr, subject_kind="service", subject_key="resident", steps={}),
        file=attach_file(hr, number=case.number, name="说明.txt", content=io.BytesIO("说明".encode())),
        notice=Notice.objects.filter(user=hr).latest("pk"),
        quarter=quarter,
        comment=comment_on_score(hr, quarter=quarter.code, organisation="hr", text="请核对"),
        run=Run.objects.filter(target="POLICE-01").latest("pk"),
    )


def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every address of the URLconf, as it is written there; one that is hidden by an earlier one comes once."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLPattern):
            yield before + str(one.pattern)
        else:
            yield from addresses(one, before + str(one.pattern))


def filled(address: str, things: Things) -> str:
    """Put what ``hr`` owns into an address."""
    about_hr = {
        "items/": "HR-01",
        "users/": "hr",
        "organisations/": "hr",
        "responsibilities/": "hr",
        "webhooks/": "hr",
        "apps/": "hr-app",
        "grants/": "hr-resident",
        "services/": "resident",
        "libraries/": "population",
        "systems/": "hr-own",
        "sources/": "mobile",
        "demands/": things.demand.number,
        "disputes/service/": "resident",
        "api/open/items/": "CENTRE-01",
        "open/": "CENTRE-01",
        "api/items/": "HR-01",
        "dcat/items/": "CENTRE-01",
        "compile/scan/": "police-db",
        "divisions/": "341502",
        "account/oidc/": "nobody",
    }
    first = next((known for front, known in about_hr.items() if address.startswith(front)), things.case.number)
    values = {
        "number": things.demand.number if address.startswith("demands/") else things.case.number,
        "year": 2027,
        "day": "2027-01-01",
        "message_id": 1,
        "code": things.quarter.code if "assessment/" in address else first,
        "login": "hr",
        "provider_id": "nobody",
        "organisation": "hr",
        "token": "hr",
        "project_id": things.project.pk,
        "draft_id": things.draft.pk,
        "pk": things.application.pk if address.startswith("drafts/") else 1,
        "file_id": 1 if address.startswith("drafts/") else things.file.pk,
        "notice_id": things.notice.pk,
        "comment_id": things.comment.pk,
        "run_id": things.run.pk,
        "indicator": "link_rate",
        "table": "items",
        "schema": "raw",
        "step": "suspend" if "compile" not in address else "basic",
        "action": "withdraw",
        "clock_name": "check",
        "clock": "check",
        "kind": "application" if address.startswith("needs/") else "service",
        "key": "resident",
        "element": "mobile",
        "name": "bureau",
        "digest": "0" * 64,
        "ending": "ttl",
    }
    if address.startswith("calendar/"):
        values["number"] = 2027
    return _put(address, values)


def _put(address: str, values: dict[str, object]) -> str:
    made = address.replace(r"(?P<code>\d{4}Q[1-4])", "<code>").replace(r"(?P<table>\w+)", "<table>")
    made = made.replace("(?P<organisation>[^/]+)", "<organisation>").replace(r"(?P<indicator>[\w.-]+)", "<indicator>")
    made = made.replace("\\", "").strip("^$").removeprefix("^")
    made = made.replace("^", "").replace("$", "")
    while "<" in made:
        front, _, rest = made.partition("<")
        name, _, rest = rest.partition(">")
        made = f"{front}{values[name.rpartition(':')[2]]}{rest}"
    return f"/{made}"


def bodies(things: Things) -> dict[str, dict[str, object]]:
    """What somebody who means it would send: one body for all forms, and those of the API."""
    form: dict[str, object] = {
        "reason": "演练", "comment": "演练", "version": "1", "login": "police", "title": "改名", "organisation": "hr",
        "action": "withdraw", "days": "1", "matter": "核对", "url": "https://evil.example/hook", "text": "演练",
        "purpose": "compare", "library": "population", "key": CITIZEN, "code": "hr-own", "level": "city",
        "state": "live", "kind": "new", "asked": "10", "officer_name": "别人", "listing": "cases", "next": "/cases/",
        "view": "1", "user": "hr", "doubt": "wrong", "statement": "不对", "field": "mobile", "language": "en",
        "colour": "dark", "organisations": "hr", "type": "application", "case": f"{things.case.number}:1",
    }  # fmt: skip
    opening = {"case_type": "it_project", "title": "演练", "subject_kind": "project", "subject_key": things.project.pk}
    return {
        "": form,
        "api/cases": opening | {"subject_key": str(things.project.pk)},
        "api/cases/<number>/actions": {"action": "withdraw", "version": 1},
        "api/cases/<number>/comments": {"comment": "演练"},
        "api/cases/<number>/hand-over": {"login": "police"},
        "api/cases/<number>/clocks/<clock>/extension": {"days": 1, "reason": "演练", "version": 1},
        "api/cases/bulk": {
            "case_type": "application",
            "action": "pass_on",
            "cases": [{"number": things.case.number, "version": 1}],
        },
        "api/runs": {"kind": "collect", "target": "HR-01"},
        "api/calendar/days/<day>": {"working": False, "note": "演练"},
    }


def ask(client: Client, method: str, address: str, things: Things) -> int:
    """Send one request and take it back; return its status."""
    path, known, cookies = filled(address, things), bodies(things), copy.deepcopy(client.cookies)
    with transaction.atomic():
        if method == "GET":
            answer = client.get(path)
        elif address.startswith("api/"):
            body = json.dumps(known.get(address, {}))
            answer = client.generic(method, path, body, content_type="application/json")
        else:
            answer = client.post(path, urlencode(known[""]), content_type="application/x-www-form-urlencoded")
        if isinstance(answer, StreamingHttpResponse) and not answer.is_async:
            answer.getvalue()  # closes its file, and not the connection
        STATE.append(owned(things) if method != "GET" else "")
        transaction.set_rollback(True)
    client.cookies = cookies  # some addresses sign out, or sign in anew
    return answer.status_code


STATE: list[str] = []


def owned(things: Things) -> str:
    """Everything that ``hr`` owns, as text."""
    hr = organisation_by_code("hr")
    ours = Case.objects.filter(opened_by__login="hr")
    rows: tuple[models.QuerySet[models.Model], ...] = (
        Organisation.objects.filter(pk=hr.pk),  # type: ignore[assignment]
        System.objects.filter(organisation=hr),
        User.objects.filter(login="hr").defer("last_login"),
        CatalogItem.objects.filter(provider=hr),
        ItemDraft.objects.filter(provider=hr),
        Source.objects.filter(organisation=hr),
        ConsumerApp.objects.filter(organisation=hr),
        Grant.objects.filter(app__organisation=hr),
        Webhook.objects.filter(organisation=hr),
        Project.objects.filter(organisation=hr),
        Draft.objects.filter(pk=things.application.pk),
        Need.objects.filter(applicant=hr),
        Comment.objects.filter(pk=things.comment.pk),
        ours,
        *(model.objects.filter(case__in=ours) for model in (CaseClock, CaseEvent, Participation, Attachment)),
    )
    return "\n".join(str(sorted(map(str, one.values()))) for one in rows)


def test_every_address_is_expected_and_no_other(things: Things) -> None:
    here = list(dict.fromkeys(addresses()))
    assert here == EXPECTED.read_text(encoding="utf-8").splitlines()
    assert all("<" not in filled(address, things) for address in here), "nothing of hr's to try it with"
    written = {method for path in api.get_openapi_schema()["paths"].values() for method in path}
    assert written <= {"get", "post", "put"}, "tried by no test"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "nobody")
def test_nothing_foreign_changes_and_nothing_breaks(role: str, things: Things, user: Login) -> None:
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    if role:
        client.force_login(user(role))
    before, wrong = owned(things), []
    for address in dict.fromkeys(addresses()):
        for method in ("GET", "POST", "PUT") if address.startswith("api/") else ("GET", "POST"):
            status = ask(client, method, address, things)
            if status >= 500:
                wrong.append((method, address, status))
            if method == "GET" or role not in FOREIGN or (role, address) in ALLOWED:
                continue
            if STATE[-1] != before:
                wrong.append((method, address, "changed what is foreign"))
    assert not wrong, "\n".join(map(str, wrong))


def test_the_comparison_sees_a_change(things: Things, user: Login) -> None:
    """What ``owned`` compares does tell: the owner's own step shows."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user("hr"))
    before = owned(things)
    assert ask(client, "POST", "cases/<str:number>/comment/", things) == 302 and STATE[-1] != before
    assert ask(client, "POST", "projects/<int:project_id>/edit/", things) in (200, 302)


OPENINGS: dict[str, dict[str, object]] = {
    "a project of others": {"case_type": "it_project", "subject_kind": "project", "subject_key": "PROJECT"},
    "no project": {"case_type": "it_project", "subject_kind": "project"},
    "no number": {"case_type": "it_project", "subject_kind": "project", "subject_key": "9" * 5000},
    "a project as a draft": {"case_type": "it_project", "subject_kind": "draft", "subject_key": "DRAFT"},
    "a draft of others": {"case_type": "catalog_item", "subject_kind": "draft", "subject_key": "DRAFT"},
    "no draft": {"case_type": "catalog_item", "subject_kind": "draft", "subject_key": "x"},
    "a dispute without a trace": {
        "case_type": "dispute",
        "subject_kind": "item",
        "subject_key": "POLICE-01",
        "parties": {"source": "hr"},
        "data": {"doubt": "wrong", "statement": "不对", "field": "手机", "table": "HR"},
    },
    "an application to oneself": {"case_type": "application", "parties": {"provider": "police"}},
    "a bureau of one's own": {"case_type": "application", "parties": {"provider": "centre", "bureau": "police"}},
    "a demand routed by oneself": {"case_type": "demand", "parties": {"provider": "hr"}, "data": {"what": "一"}},
}


@pytest.mark.parametrize("opening", OPENINGS)
def test_a_case_is_not_a_way_into_what_is_foreign(opening: str, things: Things, user: Login) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(user("police"))
    body = {"title": "演练", **OPENINGS[opening]}
    body = {
        name: {"PROJECT": str(things.project.pk), "DRAFT": str(things.draft.pk)}.get(str(value), value)
        for name, value in body.items()
    }
    if body["case_type"] == "application":
        asked = {name: getattr(ASKED, name) for name in ASKED.__struct_fields__} | {"app": "police-app"}
        body |= {"subject_kind": "item", "subject_key": INSURED.code, "data": asked}
    before, cases = owned(things), Case.objects.count()
    answer = client.post("/api/cases", json.dumps(body), content_type="application/json")
    assert answer.status_code in (403, 404, 409, 422), answer.content
    assert owned(things) == before and Case.objects.count() == cases


def test_the_keeper_may_open_what_the_pages_open(things: Things, user: Login) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(user("hr"))
    body = {
        "title": "评审",
        "case_type": "it_project",
        "subject_kind": "project",
        "subject_key": str(things.project.pk),
    }
    opened = client.post("/api/cases", json.dumps(body), content_type="application/json")
    assert opened.status_code == 201
    things.project.refresh_from_db()
    assert (things.project.state, things.project.case) == ("review", opened.json()["number"])
    again = client.post("/api/cases", json.dumps(body), content_type="application/json")
    assert again.status_code == 409, "one review at a time"
    step = {"action": "withdraw", "version": 1}
    client.post(f"/api/cases/{opened.json()['number']}/actions", json.dumps(step), content_type="application/json")
    things.project.refresh_from_db()
    assert things.project.state == "withdrawn"
