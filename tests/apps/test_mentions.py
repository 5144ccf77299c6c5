"""Calling somebody in a comment: by name, by login, or ticked in the list of the case's people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from tests.apps.case_types import REQUEST, open_request

from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Case, CaseEvent
from huitong.apps.cases.services import comment_on, put_case_type
from huitong.apps.notices.models import Notice
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]


@pytest.fixture
def case(town: Path, system: User, user: Login) -> Case:
    """A case of hr with the police and the bureau."""
    put_case_type(system, spec=REQUEST)
    User.objects.filter(login="police").update(name="王芳")
    User.objects.filter(login="developer").update(name="王芳华", name_en="Wang Fanghua")
    return open_request(user("hr"))


def called(user: User, case: Case, text: str, mention: tuple[str, ...] = ()) -> list[str]:
    """Logins that a comment calls."""
    event = comment_on(user, number=case.number, comment=text, mention=mention)
    return sorted(event.data["mentions"])


@pytest.mark.parametrize(
    ("text", "mention", "logins"),
    [
        ("@王芳请看依据", (), ["police"]),
        ("请@王芳华看，也请 @王芳 看", (), ["developer", "police"]),
        ("@Wang Fanghua please look", (), ["developer"]),
        ("@police @王芳", (), ["police"]),
        ("请看依据", ("police", "bureau"), ["bureau", "police"]),
        ("王芳说过", (), []),
    ],
)
def test_who_is_called(text: str, mention: tuple[str, ...], logins: list[str], case: Case, user: Login) -> None:
    assert called(user("hr"), case, text, mention) == logins
    told = Notice.objects.filter(event="case.mentioned").values_list("user__login", flat=True)
    assert sorted(told) == logins


def test_who_cannot_be_called(case: Case, user: Login) -> None:
    """Somebody outside of the case is named in the refusal; a name that two have is asked back."""
    wrong: list[tuple[str, tuple[str, ...], str]] = [
        ("@赵六请看", (), "cases.cannot_mention"),
        ("@社保数据员", (), "cases.cannot_mention"),
        ("请看", ("centre",), "cases.cannot_mention"),
    ]
    User.objects.filter(login="bureau").update(name="王芳")
    wrong.append(("@王芳", (), "cases.mention_ambiguous"))
    for text, mention, code in wrong:
        with pytest.raises(Terminal) as refused:
            called(user("hr"), case, text, mention)
        assert refused.value.code == code, text
    assert "@bureau" in refused.value.hint("zh") and "@police" in refused.value.hint("zh")
    assert not CaseEvent.objects.filter(kind="commented").exists()


def test_the_page_offers_the_cases_people(case: Case, as_user: As) -> None:
    client, address = as_user("hr"), f"/cases/{case.number}/"
    page = client.get(address).content.decode()
    for login in ("police", "bureau", "developer"):
        assert f'name="mention" value="{login}"' in page
    assert 'name="mention" value="hr"' not in page and 'name="mention" value="centre"' not in page
    assert client.post(f"{address}comment/", {"comment": "请看", "mention": ["police"]}).status_code == 302
    assert Notice.objects.filter(event="case.mentioned", user__login="police").count() == 1
    refused = client.post(f"{address}comment/", {"comment": "@赵六请看"})
    assert refused.status_code >= 400 and "@赵六请看" in refused.content.decode(), "what was typed stays"


def test_a_citizen_is_not_told_who_the_officials_are(case: Case, as_user: As, user: Login) -> None:
    Case.objects.update(opened_by=user("citizen"))
    client, address = as_user("citizen"), f"/cases/{case.number}/"
    page = client.get(address).content.decode()
    assert "各方都能看到。" in page and 'name="mention"' not in page and "王芳" not in page and "@姓名" not in page
    for text, mention in (("@police", ()), ("@nobody", ()), ("@王芳请看", ()), ("请看", ("police",))):
        with pytest.raises(Terminal) as refused:
            called(user("citizen"), case, text, mention)
        assert refused.value.code == "cases.call_not_allowed" and "police" not in refused.value.detail("zh")
    assert called(user("citizen"), case, "材料已补") == []
    assert not Notice.objects.filter(event="case.mentioned").exists()
