"""What goes with an application before it is sent: files, and the day from which data is needed."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.demand_town import ASKED, apply_for, set_up, step, terms
from tests.apps.pages import told_at

from huitong.apps.accounts.models import User
from huitong.apps.cases import filing
from huitong.apps.cases.filing import _forget, attach_file, attach_kept, kept_content
from huitong.apps.cases.models import Attachment, CaseEvent
from huitong.apps.demand.applying import MOST_DRAFT_FILES
from huitong.apps.demand.models import Draft, DraftFile, Need
from huitong.apps.demand.services import (
    add_draft_file,
    drop_draft,
    drop_draft_file,
    start_draft,
    submit_application,
)
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]
Captured = Callable[..., AbstractContextManager[list[Callable[[], None]]]]


def contents(home: Path) -> list[Path]:
    """What lies on disk."""
    return [path for path in (home / "attachments").rglob("*") if path.is_file()]


def new() -> io.BytesIO:
    """A file that nobody has yet."""
    return io.BytesIO(b"new")


def add(draft: Draft, content: io.BytesIO) -> DraftFile:
    """Put a file beside a draft, as its writer."""
    return add_draft_file(draft.user, draft=draft.pk, name="n.txt", content=content)


@pytest.fixture
def draft(town: Path, user: Login) -> Draft:
    """An application that hr is writing."""
    set_up()
    return start_draft(user("hr"), subject_kind="service", subject_key="resident", steps={})


def test_files_are_added_while_writing_and_sent_along(draft: Draft, as_user: As, user: Login) -> None:
    client, address = as_user("hr"), f"/drafts/{draft.pk}/files/"
    for name in ("批准文件.txt", "多余.txt"):
        sent = {"file": SimpleUploadedFile(name, name.encode()), "step": "scope"}
        answer = client.post(address, sent)
        assert answer.headers["Location"] == f"/drafts/{draft.pk}/?step=scope"
    page = client.get(f"/drafts/{draft.pk}/?step=scope").content.decode()
    assert "批准文件.txt" in page and "多余.txt" in page
    extra = DraftFile.objects.get(name="多余.txt")
    assert client.post(f"{address}{extra.pk}/drop/").status_code == 302
    case = submit_application(user("hr"), subject_kind="service", subject_key="resident", asked=ASKED, draft=draft.pk)
    row = Attachment.objects.get(case=case)
    assert (row.name, row.media_type, row.uploaded_by) == ("批准文件.txt", "text/plain", user("hr"))
    file = as_user("bureau").get(f"/cases/{case.number}/files/{row.pk}/")
    assert b"".join(file.streaming_content) == "批准文件.txt".encode()  # type: ignore[arg-type]
    assert CaseEvent.objects.filter(case=case, kind="attached").count() == 1
    assert not Draft.objects.exists() and not DraftFile.objects.exists()


def test_files_of_a_draft_are_its_writers(draft: Draft, as_user: As, user: Login) -> None:
    kept = add_draft_file(user("hr"), draft=draft.pk, name="一.txt", content=io.BytesIO(b"1"))
    for login in ("developer", "bureau", "police", "citizen"):
        client = as_user(login)
        file = {"file": SimpleUploadedFile("二.txt", b"2")}
        assert client.post(f"/drafts/{draft.pk}/files/", file).status_code == 404, login
        assert client.post(f"/drafts/{draft.pk}/files/{kept.pk}/drop/").status_code == 404, login
    assert DraftFile.objects.get() == kept


def test_what_is_no_file_is_said_on_the_page(draft: Draft, as_user: As, user: Login) -> None:
    client, address = as_user("hr"), f"/drafts/{draft.pk}/files/"
    said = client.post(address, {"file": SimpleUploadedFile("a.pdf", b"MZ"), "step": "/evil"})
    assert said.status_code == 422 and "“a.pdf”的内容不是" in told_at(said, "file-file")
    page = HTMLParser(said.content.decode())
    steps = page.css_first("form:has(#id_purpose)")
    assert steps is not None and steps.attributes["action"] == f"/drafts/{draft.pk}/?step=purpose", "which is sent on"
    assert not page.css("#id_purpose_error"), "nothing was sent of it"
    assert told_at(client.post(address), "file-file") == "请上传“文件”。"
    for number in range(MOST_DRAFT_FILES):
        add_draft_file(user("hr"), draft=draft.pk, name=f"{number}.txt", content=io.BytesIO(b"1"))
    with pytest.raises(Terminal) as full:
        add_draft_file(user("hr"), draft=draft.pk, name="x.txt", content=io.BytesIO(b"1"))
    assert full.value.code == "cases.too_many_files"


def test_what_may_not_be_added_is_not_kept(
    draft: Draft, home: Path, user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(MOST_DRAFT_FILES):
        add_draft_file(user("hr"), draft=draft.pk, name=f"{number}.txt", content=io.BytesIO(b"1"))
    case = apply_for(user("hr"))
    monkeypatch.setattr(filing, "MOST_FILES", 1)
    attach_file(user("hr"), number=case.number, name="一.txt", content=io.BytesIO(b"1"))
    refused: tuple[tuple[str, Callable[[], object]], ...] = (
        ("cases.too_many_files", lambda: attach_file(user("hr"), number=case.number, name="a.txt", content=new())),
        ("people.not_found", lambda: attach_file(user("centre"), number=case.number, name="a.txt", content=new())),
        ("cases.too_many_files", lambda: add(draft, new())),
    )
    for code, put in refused:
        with pytest.raises(Terminal) as error:
            put()
        assert error.value.code == code
    assert [path.read_bytes() for path in contents(home)] == [b"1"]


def test_a_dropped_file_is_gone_unless_somebody_has_it_too(
    draft: Draft, home: Path, user: Login, django_capture_on_commit_callbacks: Captured
) -> None:
    case = apply_for(user("hr"))
    attach_file(user("hr"), number=case.number, name="案.txt", content=io.BytesIO(b"case"))
    files = [
        add_draft_file(user("hr"), draft=draft.pk, name=f"{name}.txt", content=io.BytesIO(content))
        for name, content in (("一", b"twice"), ("二", b"twice"), ("三", b"case"), ("四", b"once"))
    ]
    for file, left in zip(files[:3], ([b"case", b"once", b"twice"], *[[b"case", b"once"]] * 2), strict=True):
        with django_capture_on_commit_callbacks(execute=True):
            drop_draft_file(user("hr"), draft=draft.pk, file=file.pk)
        assert sorted(path.read_bytes() for path in contents(home)) == left
    with django_capture_on_commit_callbacks(execute=True):
        drop_draft(user("hr"), draft=draft.pk)
    assert [path.read_bytes() for path in contents(home)] == [b"case"]


def test_a_file_that_is_named_while_it_is_dropped_stays(
    draft: Draft, home: Path, user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = apply_for(user("hr"))
    add(draft, new())
    (path,) = contents(home)
    answers = iter([False, True])
    _forget(path.name, lambda: next(answers))
    assert contents(home) == [path], "put back by who took it away"
    with kept_content("b.txt", new()) as kept:
        _forget(path.name, lambda: False)
        assert contents(home) == []
        attach_kept(user("hr"), number=case.number, kept=kept)
    assert contents(home) == [path], "put back by who named it"


def test_a_grant_begins_when_it_is_needed(draft: Draft, user: Login) -> None:
    today = clock.beijing_today()
    later = (today + dt.timedelta(days=30)).isoformat()
    case = apply_for(user("hr"), msgspec.structs.replace(ASKED, since=later))
    case = step(user("bureau"), case, "pass_on")
    with pytest.raises(Terminal) as early:
        step(user("police"), case, "approve", **terms(granted_until=(today + dt.timedelta(days=9)).isoformat()))
    assert early.value.code == "demand.bad_period", "it would end before it begins"
    step(user("police"), case, "approve", **terms())
    grant = Need.objects.select_related("grant").get(case=case).grant
    assert grant is not None and (str(grant.valid_from), grant.as_spec().valid_from) == (later, later)
    past = msgspec.structs.replace(ASKED, since="2020-01-01")
    case = step(user("police"), step(user("bureau"), apply_for(user("hr"), past), "pass_on"), "approve", **terms())
    grant = Need.objects.select_related("grant").get(case=case).grant
    assert grant is not None and grant.valid_from == today, "not before it was agreed to"
    with pytest.raises(Terminal) as wrong:
        apply_for(user("hr"), msgspec.structs.replace(ASKED, since="2099-01-01"))
    assert wrong.value.code == "demand.bad_period"
