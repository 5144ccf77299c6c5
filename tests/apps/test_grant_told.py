"""Whoever uses a grant is told what becomes of it: on the page, by mail and by webhook, each exactly once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable
from urllib.parse import quote

import msgspec
import pytest
from django.db import transaction
from django.test import Client
from pytest_django.fixtures import Settings
from tests.apps.test_grant_life import SAME, digest
from tests.apps.town import GRANT

from huitong.apps.accounts.models import User
from huitong.apps.notices.models import Notice, OutboxMessage
from huitong.apps.notices.services import put_webhook
from huitong.apps.sharing.models import Grant
from huitong.apps.sharing.services import (
    advance_grants,
    change_grant,
    put_grant,
    resume_grant,
    revoke_grant,
    suspend_grant,
)

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
END = dt.date(2026, 6, 30)
RENEWAL = f"/apply/service/resident/?renews={quote('hr-resident')}"


@pytest.fixture
def reachable(user: Login, settings: Settings) -> None:
    """The holder's people have mail addresses, its program a webhook; so has another department."""
    settings.HUITONG = dataclasses.replace(settings.HUITONG, smtp_url="smtp://127.0.0.1:1")
    for login in ("hr", "developer", "police"):
        User.objects.filter(login=login).update(email=f"{login}@town.example")
    for organisation in ("hr", "police"):
        put_webhook(user("bureau"), organisation=organisation, url=f"https://{organisation}.example/hook")


def told() -> tuple[Counter[tuple[str, str, str]], Counter[tuple[str, str]], Counter[str]]:
    """Who was told what on the page (with where it leads), by mail, and which webhooks were called; then forget."""
    pages = Counter(Notice.objects.values_list("user__login", "event", "href"))
    mails = Counter((one.address, one.body["event"]) for one in OutboxMessage.objects.filter(channel="mail"))
    hooks = Counter(
        f"{one.webhook.organisation.code} {one.body['event']} {one.body['about']}"
        for one in OutboxMessage.objects.filter(channel="webhook").select_related("webhook__organisation")
        if one.webhook
    )
    Notice.objects.all().delete()
    OutboxMessage.objects.all().delete()
    return pages, mails, hooks


def expected(event: str, href: str) -> tuple[Counter[tuple[str, str, str]], Counter[tuple[str, str]], Counter[str]]:
    """The holder's data officer and developer, and its program, once each; nobody else."""
    logins = ("hr", "developer")
    return (
        Counter((login, event, href) for login in logins),
        Counter((f"{login}@town.example", event) for login in logins),
        Counter([f"hr {event} hr-resident"]),
    )


def test_its_end_is_told_twice_each_time_once(reachable: None, system: User, user: Login) -> None:
    put_grant(system, spec=msgspec.structs.replace(GRANT, valid_to=END.isoformat()))
    told()
    for _ in range(3):
        advance_grants(END - dt.timedelta(days=30))
    assert told() == expected("grant.ending", RENEWAL)
    advance_grants(END)
    assert told() == (Counter(), Counter(), Counter()), "told already"
    for _ in range(3):
        advance_grants(END + dt.timedelta(days=1))
    assert told() == expected("grant.ended", RENEWAL)
    client = Client(headers={"host": "localhost"})
    client.force_login(user("developer"))
    assert 'name="renews" value="hr-resident"' in client.get(RENEWAL).content.decode()


def test_what_is_decided_about_it_is_told(reachable: None, user: Login) -> None:
    police, page = user("police"), "/grants/hr-resident/"
    suspend_grant(police, grant="hr-resident", reason="核查用途")
    said = Notice.objects.get(user__login="hr")
    assert "核查用途" in said.title and "Verify who is insured" in said.title_en and said.urgent
    assert told() == expected("grant.suspended", page)
    resume_grant(police, grant="hr-resident", reason="已说明")
    assert told() == expected("grant.changed", page)
    left = msgspec.structs.replace(SAME, quota=5)
    change_grant(police, grant="hr-resident", digest=digest(), change=left, reason="限量")
    assert told() == expected("grant.changed", page)
    revoke_grant(user("bureau"), grant="hr-resident", reason="不再需要")
    assert told() == expected("grant.ended", page)


def test_a_reason_is_told_of_what_it_was_for(reachable: None, system: User, user: Login) -> None:
    change_grant(user("police"), grant="hr-resident", digest=digest(), change=SAME, reason="限量" * 150)
    Grant.objects.update(purpose="核" * 300, purpose_en="Verify " * 42, valid_to=END)
    told()
    revoked = "撤" * 90
    revoke_grant(user("police"), grant="hr-resident", reason=revoked)
    said = Notice.objects.get(user__login="hr")
    assert said.title.startswith("授权已被撤销") and said.title.endswith(f"核…（hr-resident）。原因：{revoked}")
    assert said.title_en.endswith(f"… (hr-resident). Reason: {revoked}")
    told()
    Grant.objects.update(state="suspended")
    resume_grant(user("police"), grant="hr-resident", reason="很长" * 150)
    said = Notice.objects.get(user__login="hr")
    assert "（hr-resident）。原因：很长" in said.title and said.title.endswith("…") and len(said.title) == 200
    told()
    advance_grants(END - dt.timedelta(days=3))
    said = Notice.objects.get(user__login="hr", event="grant.ending")
    assert said.title.endswith("核…（hr-resident）") and "很长" not in said.title + said.title_en


def test_declaring_it_anew_is_told_only_if_it_changed(reachable: None, system: User) -> None:
    put_grant(system, spec=GRANT)
    assert told() == (Counter(), Counter(), Counter())
    put_grant(system, spec=msgspec.structs.replace(GRANT, quota=7))
    assert told() == expected("grant.changed", "/grants/hr-resident/")


def test_what_did_not_happen_is_not_told(reachable: None, user: Login) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        suspend_grant(user("police"), grant="hr-resident", reason="核查用途")
        raise ZeroDivisionError
    assert told() == (Counter(), Counter(), Counter()) and Grant.objects.get(code="hr-resident").state == "active"


def test_nobody_is_told_of_the_own_step(reachable: None, user: Login) -> None:
    """The bureau's own grants are decided about by the bureau."""
    User.objects.get(login="bureau").memberships.create(organisation=user("hr").organisation, role="data_officer")
    suspend_grant(user("bureau"), grant="hr-resident", reason="核查用途")
    assert set(Notice.objects.values_list("user__login", flat=True)) == {"hr", "developer"}
