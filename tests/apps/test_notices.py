"""Notices: who is told, the outbox that a crash does not empty, mail and signed webhooks that are tried again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import http.server
import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError
from pytest_django.fixtures import Settings

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.notices import sending
from huitong.apps.notices.models import Notice, OutboxMessage
from huitong.apps.notices.selectors import notice_list, unread_count, webhook_list
from huitong.apps.notices.sending import signature
from huitong.apps.notices.services import deliver_outbox, mark_read, put_webhook, renew_webhook_key, tell
from huitong.apps.notices.specs import Delivered, Telling
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

Login = Callable[[str], User]
WHAT = Telling(
    event="case.your_turn", title="待审核：用数", title_en="To check: use", href="/cases/SQ-1/", about="SQ-1"
)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes webhooks down; answers what it is told to."""

    calls: list[tuple[dict[str, str], bytes]]
    answers: list[int]

    def do_POST(self) -> None:
        """Take one down."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.calls.append((dict(self.headers), body))
        self.send_response(self.answers.pop(0) if self.answers else 204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]], list[int]]]:
    """A program that takes webhooks: its address, what it got, and what it shall answer."""
    handler = type("Here", (Receiver,), {"calls": [], "answers": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", handler.calls, handler.answers
    server.shutdown()
    server.server_close()


@pytest.mark.django_db
def test_a_notice_comes_with_what_it_tells_or_not_at_all(user: Login, town: Path) -> None:
    try:
        with transaction.atomic():
            tell(WHAT, users=[user("hr")])
            raise RuntimeError
    except RuntimeError:
        pass
    assert not Notice.objects.exists()
    with transaction.atomic():
        tell(WHAT, users=[user("hr"), user("hr"), user("police")])
    assert unread_count(user("hr")) == unread_count(user("police")) == 1 and unread_count(user("bureau")) == 0
    row = notice_list(user("hr"), unread=True).rows[0]
    assert (row.title, row.href, row.read) == ("待审核：用数", "/cases/SQ-1/", False)
    assert mark_read(user("police"), notices=[row.id]) == 0, "somebody else's"
    assert mark_read(user("hr")) == 1 and notice_list(user("hr"), unread=True).total == 0
    assert not OutboxMessage.objects.exists(), "no mail is set up, no webhook registered"


@pytest.mark.django_db
def test_telling_outside_a_transaction_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction.get_connection(), "in_atomic_block", False)
    with pytest.raises(TransactionManagementError):
        tell(WHAT)


@pytest.mark.django_db
def test_webhooks_are_signed_and_tried_again_under_the_same_key(
    user: Login,
    town: Path,
    receiver: tuple[str, list[tuple[dict[str, str], bytes]], list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, calls, answers = receiver
    with pytest.raises(Terminal) as caught:
        put_webhook(user("hr"), organisation="hr", url=address)
    assert caught.value.code == "people.not_allowed"
    for wrong in ("ftp://x/", "https://a:b@host/", "hook"):
        with pytest.raises(Terminal) as caught:
            put_webhook(user("bureau"), organisation="hr", url=wrong)
        assert caught.value.code == "notices.bad_address"
    put_webhook(user("bureau"), organisation="hr", url=address)
    key = renew_webhook_key(user("bureau"), organisation="hr")
    answers[:] = [500, 302, 204]
    tell(WHAT, organisations=[Organisation.objects.get(code="hr"), Organisation.objects.get(code="police")])
    start = clock.now()
    assert deliver_outbox() == Delivered(postponed=1) and deliver_outbox() == Delivered()
    for minutes, expected in ((1, Delivered(postponed=1)), (3, Delivered(sent=1)), (9, Delivered())):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: start + dt.timedelta(minutes=minutes))
        assert deliver_outbox() == expected
    assert len(calls) == 3 and len({headers["Huitong-Delivery"] for headers, _ in calls}) == 1
    for headers, body in calls:
        assert headers["Huitong-Signature"] == f"v1={signature(key, headers['Huitong-Timestamp'], body)}"
        told = json.loads(body)
        assert told["id"] == headers["Huitong-Delivery"] and told["about"] == "SQ-1"
        assert told["url"] == "http://localhost:8000/cases/SQ-1/" and told["event"] == headers["Huitong-Event"]
    assert [(row.organisation, row.sent, row.waiting) for row in webhook_list(user("bureau"))] == [("hr", 1, 0)]
    assert renew_webhook_key(user("bureau"), organisation="hr") != key


@pytest.mark.django_db
def test_what_nobody_takes_is_given_up_in_the_end(
    user: Login, town: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put_webhook(user("bureau"), organisation="hr", url="http://127.0.0.1:9/nobody")
    tell(WHAT, organisations=[Organisation.objects.get(code="hr")])
    start, results = clock.now(), list[Delivered]()
    for hours in range(40):
        monkeypatch.setattr(clock, "now", lambda hours=hours: start + dt.timedelta(hours=hours))
        results.append(deliver_outbox())
    assert sum(one.postponed for one in results) == sending.MOST_ATTEMPTS - 1
    assert sum(one.given_up for one in results) == 1 and "given up" in caplog.text
    assert webhook_list(user("bureau"))[0].given_up == 1


class Post(socketserver.StreamRequestHandler):
    """As much of a mail server as a letter needs."""

    letters: list[str]

    def handle(self) -> None:
        """Take one letter."""
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                self.letters.append(b"".join(lines).decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")


@pytest.mark.django_db
def test_mail_goes_to_those_with_an_address(user: Login, town: Path, settings: Settings) -> None:
    handler = type("Here", (Post,), {"letters": []})
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.HUITONG = dataclasses.replace(
        settings.HUITONG, smtp_url=f"smtp://127.0.0.1:{server.server_address[1]}", mail_from="desk@city.example"
    )
    User.objects.filter(login="hr").update(email="hr@city.example")
    tell(WHAT, users=[user("hr"), user("police")])
    assert deliver_outbox() == Delivered(sent=1)
    server.shutdown()
    server.server_close()
    message = OutboxMessage.objects.get()
    assert message.state == OutboxMessage.State.SENT and message.sent_at is not None
    (letter,) = handler.letters
    assert f"<{message.key}@city.example>" in letter and "To: hr@city.example" in letter


SETUP = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "huitong.config.settings"
sys.path.insert(0, os.environ["ROOT"])
import django
django.setup()
from django.core.management import call_command
from django.db import transaction
from huitong.apps.accounts.models import Organisation
from huitong.apps.accounts.services import system_user
from huitong.apps.notices import sending
from huitong.apps.notices.models import OutboxMessage
from huitong.apps.notices.services import deliver_outbox, put_webhook, tell
from huitong.apps.notices.specs import Telling
from huitong.apps.packs.services import apply_pack
from tests.apps.town import PACK
call_command("migrate", verbosity=0)
what = Telling(event="case.your_turn", title="x", title_en="x", href="/")
def die(*args, **more):
    os.kill(os.getpid(), signal.SIGKILL)
"""
COMMITTED = (
    SETUP
    + """
apply_pack(system_user(), PACK, variables={"town": "/nowhere"})
put_webhook(system_user(), organisation="hr", url=os.environ["HOOK"])
with transaction.atomic():
    tell(what, organisations=[Organisation.objects.get(code="hr")])
die()
"""
)
SENDING = (
    SETUP
    + """
call = sending._call
def call_and_die(message):
    call(message)
    die()
sending._call = call_and_die
deliver_outbox()
"""
)
AFTERWARDS = (
    SETUP
    + """
import datetime as dt
from huitong.foundation import clock
now = clock.now
print(deliver_outbox())
clock.now = lambda: now() + dt.timedelta(minutes=3)
print(deliver_outbox())
print(deliver_outbox())
print(OutboxMessage.objects.values_list("state", "attempts").get())
"""
)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_killed_sender_loses_nothing_and_marks_once(
    tmp_path: Path, receiver: tuple[str, list[tuple[dict[str, str], bytes]], list[int]]
) -> None:
    address, calls, _ = receiver
    environment = {
        **os.environ,
        "HUITONG_HOME": str(tmp_path / "var"),
        "HUITONG_DATABASE_URL": "",
        "HUITONG_SECRET": "x" * 40,
        "HOOK": address,
        "ROOT": str(Path(__file__).parents[2]),
    }

    def run(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)

    committed = run(COMMITTED)
    assert committed.returncode == -signal.SIGKILL, committed.stderr
    assert not calls, "killed between commit and send"
    assert run(SENDING).returncode == -signal.SIGKILL
    assert len(calls) == 1, "killed between send and mark"
    done = run(AFTERWARDS)
    assert done.returncode == 0, done.stderr
    first, second, third, row = done.stdout.splitlines()
    assert first == str(Delivered()), "the lease of the dead sender still holds"
    assert second == str(Delivered(sent=1)) and third == str(Delivered()) and row == "('sent', 2)"
    assert len(calls) == 2 and calls[0][0]["Huitong-Delivery"] == calls[1][0]["Huitong-Delivery"]
