"""The desk somebody sits at: it narrows what they see, never widens it, and nobody sits at one that is not theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.apps.case_types import REQUEST, open_request
from tests.apps.demand_town import apply_for, set_up
from tests.apps.pages import PAGES, parsed
from tests.apps.town import PACK, PASSWORD

from huitong.apps.accounts.desks import DESK, posts_of, sit_at
from huitong.apps.accounts.models import Membership, User
from huitong.apps.accounts.selectors import declared_users, may_write_for, organisation_by_code
from huitong.apps.accounts.services import put_user
from huitong.apps.cases.selectors import queue_for, waiting_counts
from huitong.apps.cases.services import put_case_type
from huitong.apps.cases.specs import CaseFilter
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.selectors import may_draft_for
from huitong.apps.collection.models import Run
from huitong.apps.collection.selectors import may_run, runs_list
from huitong.apps.collection.specs import RunFilter
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.packs.services import apply_pack
from huitong.apps.sharing.models import Grant
from huitong.apps.sharing.selectors import may_decide
from huitong.engine.declarations.closure import check_closure
from huitong.engine.declarations.pack import Pack
from huitong.engine.declarations.people import Post
from huitong.engine.declarations.people import User as Declared
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]

TWO = Declared(
    login="two",
    name="两岗",
    organisation="hr",
    role="developer",
    posts=(Post(organisation="police", role="data_officer"),),
    password=PASSWORD,
)
DEPARTMENTS = ("data", "police", "hr", "centre")


@pytest.fixture
def two(system: User, town: object) -> User:
    """Somebody who develops for one department and is the data officer of another."""
    return put_user(system, spec=TWO)


def at(login: str, desk: str) -> User:
    """A user freshly read, at a desk."""
    found = User.objects.get(login=login)
    assert sit_at(found, desk)
    return found


def take(client: Client, desk: str) -> int:
    """Choose a desk as the menu does; the status of the answer."""
    return client.post("/account/desk/", {"desk": desk, "next": "/runs/"}).status_code


def rows_seen(viewer: User) -> dict[str, set[object]]:
    """Keys of all rows of all models that a viewer sees."""
    seen = {}
    for model in apps.get_models():
        visible = getattr(model._default_manager.all(), "visible_to", None)
        if visible is not None and model.__module__.startswith("huitong."):
            seen[model._meta.label] = set(visible(viewer).values_list("pk", flat=True))
    return seen


def test_declared_posts_are_kept_and_given_back(two: User) -> None:
    assert [(row.role, str(row.organisation)) for row in two.all_memberships] == [
        ("developer", "人力资源和社会保障局"),
        ("data_officer", "公安局"),
    ]
    assert next(spec for spec in declared_users() if spec.login == "two").posts == TWO.posts
    assert [post.value for post in posts_of(two)] == ["post:developer:hr", "post:data_officer:police"]


def test_a_post_must_be_in_a_declared_organisation() -> None:
    users = (Declared(login="x", name="甲", role="developer", posts=(Post(organisation="nowhere", role="leader"),)),)
    with pytest.raises(Terminal, match="nowhere"):
        check_closure(Pack(name="p", title="包", title_en="Pack", users=users))


def test_applying_posts_again_changes_nothing(two: User, system: User) -> None:
    before = list(Membership.objects.filter(user=two).values_list("pk", flat=True))
    done = AuditEntry.objects.latest("pk").pk
    pack = Pack(name="more", title="包", title_en="Pack", users=(TWO,), organisations=PACK.organisations)
    apply_pack(system, pack)
    apply_pack(system, pack)
    assert list(Membership.objects.filter(user=two).values_list("pk", flat=True)) == before
    assert not AuditEntry.objects.filter(pk__gt=done, action="accounts.put_user", target="two").exists()


def test_no_desk_shows_more_than_no_desk(user: Login, system: User, run_town: None, two: User) -> None:
    put_case_type(system, spec=REQUEST)
    open_request(user("hr"))
    set_up()
    apply_for(user("hr"))
    for login in ("bureau", "leader"):
        whole = rows_seen(user(login))
        for code in DEPARTMENTS:
            narrowed = rows_seen(at(login, f"only:{code}"))
            assert all(narrowed[label] <= whole[label] for label in whole), (login, code)
        assert len(rows_seen(at(login, "only:police"))["collection.Run"]) < len(whole["collection.Run"])
    whole = rows_seen(user("two"))
    parts = [rows_seen(at("two", post.value)) for post in posts_of(two)]
    assert all(part[label] <= whole[label] for part in parts for label in whole)
    assert all(part["collection.Run"] < whole["collection.Run"] for part in parts)
    assert parts[0]["collection.Run"] | parts[1]["collection.Run"] == whole["collection.Run"]


def test_no_desk_opens_a_page_that_was_closed(as_user: As, run_town: None) -> None:
    for login in ("leader", "bureau"):
        client = as_user(login)
        assert take(client, "only:police") == 302
        for path, allowed in PAGES.items():
            if login not in allowed and not path.startswith("/login"):
                assert client.get(path).status_code in (302, 403, 404), path


def test_lists_of_one_department(user: Login, system: User, run_town: None) -> None:
    put_case_type(system, spec=REQUEST)
    open_request(user("hr"))
    bureau = at("bureau", "only:police")
    assert {row.organisation for row in runs_list(bureau, RunFilter()).rows} <= {"公安", "公安局"}
    assert Run.objects.visible_to(bureau).exists()
    assert queue_for(user("bureau"), CaseFilter(view="all")).total == 1
    assert queue_for(at("bureau", "only:centre"), CaseFilter(view="all")).total == 0
    assert queue_for(at("bureau", "only:hr"), CaseFilter(view="all")).total == 1
    for login in ("bureau", "leader"):
        assert waiting_counts(at(login, "only:centre")).mine == 0


def test_an_empty_desk_of_one_department_says_what_is_left_out(as_user: As, run_town: None) -> None:
    client = as_user("bureau")
    told = "现在只看社会保险中心：这里没有等您办理的事项"
    assert told not in client.get("/").content.decode()
    assert take(client, "only:centre") == 302
    assert told in client.get("/").content.decode()


def test_the_catalog_of_one_department(as_user: As) -> None:
    client = as_user("bureau")
    assert take(client, "only:police") == 302
    assert "户籍人口" in client.get("/items/").content.decode()
    assert "参保人员" not in client.get("/items/").content.decode()
    # The item of another department is no secret: its address still opens.
    assert client.get("/items/CENTRE-01/").status_code == 200


@pytest.mark.parametrize(
    ("login", "desk"),
    [
        ("police", "only:police"),
        ("police", "only:hr"),
        ("police", "post:bureau:data"),
        ("police", "post:data_officer:hr"),
        ("developer", "post:data_officer:hr"),
        ("citizen", "only:police"),
        ("citizen", "post:citizen:"),
        ("bureau", "only:nowhere"),
        ("bureau", "only:"),
        ("bureau", "post:leader:town"),
        ("bureau", "everything"),
        ("two", "only:police"),
        ("two", "post:data_officer:hr"),
        ("two", "post:developer:police"),
    ],
)
def test_a_forged_desk_is_refused(as_user: As, two: User, login: str, desk: str) -> None:
    client = as_user(login)
    before = client.get("/evidence/").content
    assert take(client, desk) == 403
    assert DESK not in client.session
    assert len(client.get("/evidence/").content) == len(before)


def test_a_forged_session_is_left_at_once(as_user: As) -> None:
    client = as_user("police")
    session = client.session
    session[DESK] = "post:bureau:data"
    session.save()
    assert client.get("/users/").status_code == 403
    assert DESK not in client.session


def test_nobody_chooses_a_desk_without_signing_in() -> None:
    assert Client().post("/account/desk/", {"desk": "only:police"}).headers["Location"].startswith("/login/")
    assert Client().get("/account/desk/").headers["Location"] == "/account/"


def test_a_post_that_was_taken_away_is_left(as_user: As, system: User, two: User) -> None:
    client = as_user("two")
    assert take(client, "post:data_officer:police") == 302
    assert client.get("/runs/").status_code == 200
    assert client.session[DESK] == "post:data_officer:police"
    put_user(system, spec=Declared(login="two", name="两岗", organisation="hr", role="developer"))
    assert 'class="desk-strip"' not in client.get("/runs/").content.decode()
    assert DESK not in client.session


def test_what_one_may_do_follows_from_the_posts_there(two: User) -> None:
    police, hr = organisation_by_code("police"), organisation_by_code("hr")
    item = CatalogItem.objects.select_related("provider").get(code="HR-01")
    assert (may_draft_for(two, police), may_draft_for(two, hr), may_run(two, item)) == (True, False, False)
    assert [row.code for row in may_write_for(two)] == ["police"]
    grant = Grant.objects.select_related("service", "app").get(code="police-insurance")
    assert not may_decide(two, grant), "the centre below hr provides it, where this person only develops"
    as_developer = at("two", "post:developer:hr")
    assert not may_draft_for(as_developer, police)
    assert as_developer.roles == {"developer"}


@pytest.mark.parametrize("login", ["bureau", "leader"])
def test_looking_at_a_department_gives_no_right_in_it(user: Login, login: str) -> None:
    before, now = user(login), at(login, "only:police")
    assert now.roles == before.roles
    assert now.posts == before.posts
    assert now.scope.organisations == before.scope.organisations == frozenset()


def test_the_post_is_never_written_as_the_declared_organisation(two: User) -> None:
    acting = at("two", "post:data_officer:police")
    assert acting.organisation == organisation_by_code("police")
    acting.set_password("another-password-3")
    acting.save()
    fresh = User.objects.get(login="two")
    assert fresh.organisation == organisation_by_code("hr")
    assert fresh.check_password("another-password-3")


def test_acts_are_audited_for_the_post(as_user: As, two: User) -> None:
    client = as_user("two")
    take(client, "post:data_officer:police")
    saved = {"listing": "runs", "title": "我的", "next": "/runs/?state=failed"}
    assert client.post("/lists/views/save/", saved).status_code == 302
    entry = AuditEntry.objects.filter(login="two").first()
    assert entry is not None
    assert entry.organisation == organisation_by_code("police")


def test_the_desk_is_shown_and_left_with_one_click(as_user: As, two: User) -> None:
    client = as_user("leader")
    assert parsed(client, "/").css_first(".desk-strip") is None
    take(client, "only:police")
    strip = parsed(client, "/runs/").css_first(".desk-strip")
    assert strip is not None
    assert "公安" in strip.text()
    button = strip.css_first("button")
    assert button is not None
    assert client.post("/account/desk/", {str(button.attributes["name"]): "", "next": "/runs/"}).status_code == 302
    assert parsed(client, "/runs/").css_first(".desk-strip") is None
    one_post = parsed(as_user("police"), "/")
    assert one_post.css_first(".bar-desk") is None


def test_the_home_of_two_posts_shows_both_departments(as_user: As, two: User, run_town: None) -> None:
    client = as_user("two")
    page = parsed(client, "/").text()
    assert "本单位：公安" in page
    assert "本单位：人社" in page
    take(client, "post:data_officer:police")
    page = parsed(client, "/").text()
    assert "本单位：公安" in page
    assert "本单位：人社" not in page


@pytest.mark.parametrize("path", ["/", "/cases/?view=open", "/items/", "/issues/", "/runs/", "/grants/", "/needs/"])
def test_a_desk_costs_few_queries(as_user: As, run_town: None, path: str) -> None:
    client = as_user("bureau")
    client.get(path)
    with CaptureQueriesContext(connection) as without:
        client.get(path)
    take(client, "only:police")
    client.get(path)
    with CaptureQueriesContext(connection) as narrowed:
        client.get(path)
    assert len(narrowed) <= len(without) + 3
