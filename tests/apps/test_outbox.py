"""What goes out: what failed is seen and sent again; mail servers as they are: encrypted, guarded, unwilling."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings
from tests.apps.pages import told_at
from tests.apps.test_notices import WHAT

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.notices import sending
from huitong.apps.notices.models import OutboxMessage
from huitong.apps.notices.selectors import outbox_list
from huitong.apps.notices.services import deliver_outbox, put_webhook, resend, tell
from huitong.apps.notices.specs import Delivered
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]


class MailServer(socketserver.ThreadingTCPServer):
    """A mail server that knows one user, and notes what it was told and whether that was encrypted."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None, *, wraps: bool = False, refuses: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.context, self.wraps, self.refuses = context, wraps, refuses
        self.letters: list[tuple[str, bool]] = []
        self.logins: list[tuple[str, bool]] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class Conversation(socketserver.StreamRequestHandler):
    """What one client says to it."""

    server: MailServer

    def handle(self) -> None:
        """Take commands until the client leaves, or what it says is no command."""
        self.safe = False
        try:
            if self.server.wraps:
                self._encrypt()
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                self._answer(line.decode().strip())
        except OSError:
            pass  # the client did not like the certificate
        finally:
            self.rfile.close()
            self.connection.close()

    def _answer(self, line: str) -> None:
        word = line[:8].upper()
        if word.startswith("EHLO"):
            offers = [b"AUTH PLAIN"] if self.safe or not self.server.context else [b"STARTTLS", b"AUTH PLAIN"]
            self.wfile.write(b"250-here\r\n" + b"".join(b"250-" + one + b"\r\n" for one in offers) + b"250 HELP\r\n")
        elif word == "STARTTLS" and self.server.context:
            self.wfile.write(b"220 go\r\n")
            self._encrypt()
        elif word.startswith("AUTH"):
            said = base64.b64decode(line.split()[2]).decode()
            self.server.logins.append((said, self.safe))
            self.wfile.write(b"235 ok\r\n" if said == "\0desk\0p@ss:1" else b"535 wrong\r\n")
        elif word.startswith("RCPT") and self.server.refuses:
            self.wfile.write(b"550 no such mailbox\r\n")
        elif word.startswith("DATA"):
            self.wfile.write(b"354 go\r\n")
            letter = b"".join(iter(self.rfile.readline, b".\r\n")).decode()
            self.server.letters.append((letter, self.safe))
            self.wfile.write(b"250 ok\r\n")
        else:
            self.wfile.write(b"221 bye\r\n" if word.startswith("QUIT") else b"250 ok\r\n")

    def _encrypt(self) -> None:
        assert self.server.context is not None
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)  # type: ignore[assignment]
        self.safe = True


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("mail") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    """What the server encrypts with."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The city trusts that certificate, as an administrator has it do."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


Serve = Callable[..., MailServer]


@pytest.fixture
def serve(town: Path, settings: Settings) -> Iterator[Serve]:
    """Starts a mail server and sets the city up for it."""
    servers = []

    def start(context: ssl.SSLContext | None, url: str, **how: bool) -> MailServer:
        server = MailServer(context, **how)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.HUITONG = dataclasses.replace(settings.HUITONG, smtp_url=url.format(port=server.port))
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def mail_to(user: User) -> None:
    """Tell somebody who has an address."""
    User.objects.filter(pk=user.pk).update(email="hr@city.example")
    tell(WHAT, users=[User.objects.get(pk=user.pk)])


@pytest.mark.parametrize(
    ("url", "wraps"),
    [("smtp://desk:p%40ss%3A1@127.0.0.1:{port}?starttls=1", False), ("smtps://desk:p%40ss%3A1@127.0.0.1:{port}", True)],
    ids=["starttls", "smtps"],
)
def test_password_and_letter_go_encrypted(
    url: str, wraps: bool, serve: Serve, context: ssl.SSLContext, trusted: None, user: Login
) -> None:
    server = serve(context, url, wraps=wraps)
    mail_to(user("hr"))
    assert deliver_outbox() == Delivered(sent=1), OutboxMessage.objects.get().error
    ((letter, safe),) = server.letters
    assert safe and "To: hr@city.example" in letter and server.logins == [("\0desk\0p@ss:1", True)]


def test_a_server_that_nobody_vouches_for_gets_nothing(serve: Serve, context: ssl.SSLContext, user: Login) -> None:
    for url, wraps in (("smtp://desk:p@127.0.0.1:{port}?starttls=1", False), ("smtps://desk:p@127.0.0.1:{port}", True)):
        server = serve(context, url, wraps=wraps)
        mail_to(user("hr"))
        assert deliver_outbox() == Delivered(postponed=1)
        assert server.logins == [] and server.letters == []
        assert "CERTIFICATE_VERIFY_FAILED" in OutboxMessage.objects.latest("pk").error


def test_without_encryption_where_it_is_asked_for_nothing_is_sent(serve: Serve, user: Login) -> None:
    server = serve(None, "smtp://desk:p%40ss%3A1@127.0.0.1:{port}?starttls=1")
    mail_to(user("hr"))
    assert deliver_outbox() == Delivered(postponed=1) and server.logins == [] and server.letters == []


def test_a_wrong_password_is_said_without_the_password(
    serve: Serve, context: ssl.SSLContext, trusted: None, user: Login
) -> None:
    server = serve(context, "smtp://desk:secret9@127.0.0.1:{port}?starttls=1")
    mail_to(user("hr"))
    assert deliver_outbox() == Delivered(postponed=1) and server.letters == []
    error = OutboxMessage.objects.get().error
    assert "535" in error and "secret9" not in error


def test_what_is_refused_is_seen_by_the_bureau_and_sent_again(serve: Serve, as_user: As, user: Login) -> None:
    server = serve(None, "smtp://127.0.0.1:{port}", refuses=True)
    mail_to(user("hr"))
    assert deliver_outbox() == Delivered(postponed=1)
    OutboxMessage.objects.update(state="given_up", attempts=10)
    bureau = as_user("bureau")
    page = bureau.get("/outbox/").content.decode()
    assert "hr@city.example" in page and "550" in page and "no such mailbox" in page and "再发" in page
    message = OutboxMessage.objects.get()
    server.refuses = False
    for login, status in (("hr", 403), ("leader", 403), ("citizen", 403)):
        assert as_user(login).get("/outbox/").status_code == status, login
        assert as_user(login).post(f"/outbox/{message.pk}/resend/").status_code == status, login
        assert as_user(login).post("/outbox/resend/").status_code == status, login
    assert bureau.post(f"/outbox/{message.pk}/resend/").status_code == 302
    assert deliver_outbox() == Delivered(sent=1) and len(server.letters) == 1
    after = OutboxMessage.objects.get()
    assert (after.key, after.state, after.error) == (message.key, "sent", ""), "under the same key"
    assert bureau.post(f"/outbox/{message.pk}/resend/").status_code == 404, "sent is sent"
    assert AuditEntry.objects.filter(action="notices.resend", login="bureau").count() == 1
    assert "hr@city.example" not in bureau.get("/outbox/").content.decode()
    assert "hr@city.example" in bureau.get("/outbox/?state=sent").content.decode()


def test_what_is_on_its_way_is_not_sent_again(as_user: As, user: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sender has it for two minutes; one that fails after that does not undo what the next one did."""
    put_webhook(user("bureau"), organisation="hr", url="http://127.0.0.1:9/nobody")
    tell(WHAT, organisations=[Organisation.objects.get(code="hr")])
    message = sending._taken(OutboxMessage.objects.get().pk)
    page = as_user("bureau").get("/outbox/?state=waiting").content.decode()
    assert message is not None and WHAT.title in page and "再发</button>" not in page
    with pytest.raises(Terminal, match=r"people\.not_found"):
        resend(user("bureau"), message=message.pk)
    later = clock.now() + sending.LEASE
    monkeypatch.setattr(clock, "now", lambda: later)
    second = sending._taken(message.pk)
    assert second is not None and sending._failed(message, "too late") == ""
    assert OutboxMessage.objects.get().next_at == later + sending.LEASE, "the second one's lease holds"
    assert sending._failed(second, "550") == "waiting"
    assert resend(user("bureau"), message=message.pk) == 1
    OutboxMessage.objects.update(state="sent")
    sending._failed(second, "550")
    assert OutboxMessage.objects.get().state == "sent"


def test_everything_given_up_at_once(user: Login, town: Path) -> None:
    put_webhook(user("bureau"), organisation="hr", url="http://127.0.0.1:9/nobody")
    for _ in range(3):
        tell(WHAT, organisations=[Organisation.objects.get(code="hr")])
    OutboxMessage.objects.filter(pk__gt=OutboxMessage.objects.earliest("pk").pk).update(state="given_up")
    assert resend(user("bureau")) == 2 and resend(user("bureau")) == 0
    with pytest.raises(Terminal) as refused:
        resend(user("hr"))
    assert refused.value.code == "people.not_allowed"


def test_the_outbox_stays_flat(user: Login, town: Path, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    put_webhook(user("bureau"), organisation="hr", url="http://127.0.0.1:9/nobody")
    viewer = user("bureau")
    assert viewer.scope.everything
    for _ in range(30):
        tell(WHAT, organisations=[Organisation.objects.get(code="hr")])
    with django_assert_num_queries(1):
        assert outbox_list(viewer).total == 30
    assert outbox_list(user("police")).total == 0


@pytest.fixture
def mailing(settings: Settings) -> None:
    """A platform with a mail server, that nobody needs to reach."""
    settings.HUITONG = dataclasses.replace(settings.HUITONG, smtp_url="smtp://127.0.0.1:1")


def link_sent() -> str:
    """The path of the last link that was sent."""
    message = OutboxMessage.objects.filter(body__event="account.confirm_mail").latest("pk")
    return str(message.body["url"]).removeprefix(django_settings.HUITONG.site_url.rstrip("/"))


def test_everybody_sets_their_own_address(mailing: None, as_user: As, user: Login) -> None:
    client = as_user("hr")
    said = client.post("/notices/mail/", {"address": "me@hr.example"}, follow=True).text
    assert "me@hr.example" in said and user("hr").email == "", "not before whoever reads its mail has said yes"
    message = OutboxMessage.objects.get()
    assert (message.channel, message.address) == ("mail", "me@hr.example") and "Confirm" in message.body["title_en"]
    link = link_sent()
    assert "me@hr.example" in client.get(link).text and user("hr").email == "", "opened by a filter of mails"
    assert client.post(link).headers["Location"] == "/notices/"
    assert user("hr").email == "me@hr.example" and 'value="me@hr.example"' in client.get("/notices/").text
    assert client.post(link).status_code == 409, "once"
    wrong = client.post("/notices/mail/", {"address": "me"})
    assert wrong.status_code == 422 and "“me”不是电子邮箱地址" in told_at(wrong, "id_address")
    assert 'value="me"' in wrong.text, "what was typed is there to be mended"
    assert "没有改变" in client.post("/notices/mail/", {"address": "me@hr.example"}, follow=True).text
    assert user("hr").email == "me@hr.example" and OutboxMessage.objects.count() == 1
    entry = AuditEntry.objects.get(action="notices.set_mail_address")
    assert entry.login == "hr" and "me@hr.example" not in str(entry.after)
    client.post("/notices/mail/", {"address": ""})
    assert user("hr").email == ""


def test_a_link_is_for_who_asked_and_for_a_day(
    mailing: None, as_user: As, user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    hr = as_user("hr")
    hr.post("/notices/mail/", {"address": "foreign@example.org"})
    link = link_sent()
    for client in (as_user("police"), as_user("bureau")):
        assert client.get(link).status_code == 409 and client.post(link).status_code == 409
    assert "/login/" in Client().get(link).headers["Location"] and hr.post(f"{link[:-3]}xy/").status_code == 409
    english = as_user("police").get(link, headers={"accept-language": "en"}).text
    assert "The link no longer works" in english
    later = clock.now() + dt.timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert hr.post(link).status_code == 409
    assert {one.email for one in User.objects.filter(login__in=("hr", "police", "bureau"))} == {""}


def test_nobody_is_flooded_and_without_mail_nothing_is_confirmed(as_user: As, user: Login, settings: Settings) -> None:
    client = as_user("hr")
    off = client.post("/notices/mail/", {"address": "me@hr.example"}, follow=True).text
    assert "邮箱无法确认" in off and "没有配置邮件服务器" in off and user("hr").email == ""
    settings.HUITONG = dataclasses.replace(settings.HUITONG, smtp_url="smtp://127.0.0.1:1")
    for number in range(6):
        said = client.post("/notices/mail/", {"address": f"a{number}@hr.example"}, follow=True).text
    assert "一天最多发 5 封" in said and OutboxMessage.objects.count() == 5
