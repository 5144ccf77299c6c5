"""Signing in: limits, second factors, an identity provider, sessions that end."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.identity import CLIENT, SECRET, Provider, running_provider
from tests.apps.pages import parsed, shown_text
from tests.apps.town import PASSWORD

from huitong.apps.accounts.attempts import FROM_ONE_ADDRESS, OF_ONE_ACCOUNT, WINDOW, Origin, open_attempt
from huitong.apps.accounts.devices import device_words
from huitong.apps.accounts.models import SignedIn, SignInAttempt, User
from huitong.apps.ledger.models import AuditEntry
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


@pytest.fixture
def browser(town: object) -> Client:
    """A browser of nobody yet."""
    return Client(headers={"host": "localhost", "user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/131.0"})


def sign_in(client: Client, login: str = "hr", password: str = PASSWORD, **more: str) -> int:
    """Send the form; 302 is success."""
    return client.post("/login/", {"login": login, "password": password, **more}).status_code


def page_of(client: Client, path: str) -> str:
    """What a page shows."""
    return shown_text(parsed(client, path))


def code_now(secret: str) -> str:
    """What the app on the phone shows."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def set_up_totp(client: Client) -> tuple[str, list[str]]:
    """Turn the authenticator app on; returns its secret and the recovery codes."""
    page = parsed(client, "/account/code/")
    node = page.css_first("code.secret")
    assert node is not None
    assert page.css_first("img.qr[src^='data:image/svg+xml']") is not None
    secret = node.text()
    assert client.post("/account/code/", {"code": code_now(secret)}).headers["Location"] == "/account/recovery/"
    codes = [found.text() for found in parsed(client, "/account/recovery/").css(".recovery code")]
    return secret, codes


# --- limits


def test_signing_in_leads_on_and_is_audited(browser: Client) -> None:
    answer = browser.post("/login/", {"login": "hr", "password": PASSWORD, "next": "/runs/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/runs/")
    assert AuditEntry.objects.get(action="accounts.sign_in").login == "hr"
    assert SignInAttempt.objects.get().outcome == "ok"
    assert browser.get("/runs/").status_code == 200


def test_nobody_is_led_elsewhere(browser: Client) -> None:
    answer = browser.post("/login/", {"login": "hr", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_five_wrong_passwords_and_the_page_says_how_long_to_wait(browser: Client) -> None:
    for _ in range(FROM_ONE_ADDRESS):
        assert "账号或密码不对" in browser.post("/login/", {"login": "hr", "password": "wrong"}).content.decode()
    for _ in range(3):
        blocked = browser.post("/login/", {"login": "hr", "password": PASSWORD}).content.decode()
        assert "输错的次数太多" in blocked and "分钟后再试" in blocked
    assert SignInAttempt.objects.filter(outcome="blocked").count() == 1, "a flood leaves one row"
    entry = AuditEntry.objects.get(action="accounts.block_sign_in")
    assert entry.target == "hr" and entry.after == {"address": "127.0.0.1", "failed": 5}
    assert sign_in(browser, "police") == 302, "others at the same address go on"


def test_the_limit_ends_with_its_window(browser: Client) -> None:
    for _ in range(FROM_ONE_ADDRESS):
        sign_in(browser, password="wrong")
    assert sign_in(browser) == 200
    SignInAttempt.objects.update(at=timezone.now() - WINDOW - dt.timedelta(seconds=1))
    assert sign_in(browser) == 302


def test_a_stranger_elsewhere_locks_nobody_out(browser: Client) -> None:
    stranger = Client(headers={"host": "localhost"}, REMOTE_ADDR="203.0.113.9")
    for _ in range(FROM_ONE_ADDRESS + 1):
        sign_in(stranger, password="wrong")
    assert sign_in(stranger) == 200 and sign_in(browser) == 302


def test_an_account_has_a_limit_from_everywhere(town: object) -> None:
    rows = [SignInAttempt(login="hr", address=f"10.0.0.{n}", method="password") for n in range(OF_ONE_ACCOUNT)]
    SignInAttempt.objects.bulk_create(rows)
    with pytest.raises(Terminal) as error:
        open_attempt(login="hr", origin=Origin("10.9.9.9", ""), method="password")
    assert error.value.code == "accounts.too_many_attempts" and error.value.status == 429


def test_a_proxy_is_believed_only_when_the_settings_say_so(browser: Client, settings: Settings) -> None:
    sign_in(browser, password="wrong")
    browser.post("/login/", {"login": "hr", "password": "x"}, headers={"x-forwarded-for": "198.51.100.7"})
    assert set(SignInAttempt.objects.values_list("address", flat=True)) == {"127.0.0.1"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    browser.post("/login/", {"login": "hr", "password": "x"}, headers={"x-forwarded-for": "198.51.100.7"})
    assert SignInAttempt.objects.first().address == "198.51.100.7"  # type: ignore[union-attr]


def test_an_account_that_is_closed_says_so(browser: Client, user: Login) -> None:
    User.objects.filter(login="hr").update(is_active=False)
    answer = browser.post("/login/", {"login": "hr", "password": PASSWORD}, follow=True)
    assert "账号已停用" in answer.content.decode()


# --- second factors


def test_a_second_factor_is_asked_for_and_limited(browser: Client) -> None:
    sign_in(browser)
    secret, codes = set_up_totp(browser)
    assert len(codes) == 10
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept, "the database alone gives nothing away"
    browser.post("/logout/")
    answer = browser.post("/login/", {"login": "hr", "password": PASSWORD, "next": "/runs/"})
    assert urlsplit(answer.headers["Location"]).path == "/login/code/"
    assert browser.get("/runs/").status_code == 302, "not signed in yet"
    for _ in range(FROM_ONE_ADDRESS):
        assert "验证码不对" in browser.post("/login/code/", {"code": "000000"}).content.decode()
    assert "输错的次数太多" in browser.post("/login/code/", {"code": code_now(secret)}).content.decode()
    sign_in(browser)
    assert "输错的次数太多" in browser.post("/login/code/", {"code": code_now(secret)}).content.decode(), (
        "a known password buys no guesses"
    )
    SignInAttempt.objects.all().delete()
    browser.post("/login/", {"login": "hr", "password": PASSWORD, "next": "/runs/"})
    assert browser.post("/login/code/", {"code": codes[0]}).headers["Location"] == "/runs/"
    assert SignedIn.objects.get().method == "password+code"
    assert "还剩 9 个" in page_of(browser, "/account/")


def test_a_recovery_code_works_once(browser: Client) -> None:
    sign_in(browser)
    _secret, codes = set_up_totp(browser)
    browser.post("/logout/")
    for expected in (302, 200):
        sign_in(browser)
        assert browser.post("/login/code/", {"code": codes[3]}).status_code == expected
        browser.post("/logout/")


def test_factors_are_audited_and_can_be_taken_away(browser: Client) -> None:
    sign_in(browser)
    set_up_totp(browser)
    file = browser.get("/account/recovery/file/")
    assert file.headers["Content-Disposition"].startswith("attachment") and len(file.content.split()) == 10
    assert browser.post("/account/recovery/renew/").status_code == 302
    assert browser.post("/account/code/remove/").status_code == 302
    found = list(AuditEntry.objects.filter(target_kind="factor").order_by("pk").values_list("action", "after"))
    kinds = [(action, (after or {}).get("kind")) for action, after in found]
    assert ("accounts.set_factor", "totp") in kinds
    assert kinds.count(("accounts.set_factor", "recovery_codes")) == 2
    assert kinds.count(("accounts.remove_factor", None)) == 3
    assert not Authenticator.objects.exists()


def test_sensitive_acts_want_a_recent_confirmation(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(browser)
    assert browser.get("/account/code/").status_code == 200
    real = time.time
    monkeypatch.setattr("huitong.apps.accounts.adapters.time.time", lambda: real() + 16 * 60)
    answer = browser.get("/account/code/")
    assert answer.headers["Location"] == "/account/confirm/?next=%2Faccount%2Fcode%2F"
    assert "确认是您本人" in page_of(browser, answer.headers["Location"])
    assert browser.post(answer.headers["Location"], {"password": "wrong"}).status_code == 200
    monkeypatch.undo()
    again = browser.post(answer.headers["Location"], {"password": PASSWORD, "next": "/account/code/"})
    assert again.headers["Location"] == "/account/code/"


def test_roles_that_need_a_factor_get_nowhere_without(browser: Client, settings: Settings) -> None:
    settings.HUITONG = dataclasses.replace(settings.HUITONG, mfa_roles="bureau, data_officer")
    sign_in(browser)
    assert browser.get("/runs/").headers["Location"] == "/account/"
    api = browser.get("/api/items")
    assert (api.status_code, api.json()["code"]) == (403, "accounts.second_factor_needed")
    assert "您的角色必须启用第二道验证" in page_of(browser, "/account/")
    set_up_totp(browser)
    assert browser.get("/runs/").status_code == 200
    assert "最后一种不能移除" in browser.post("/account/code/remove/").content.decode()
    assert Authenticator.objects.filter(type="totp").exists()
    browser.post("/logout/")
    assert sign_in(browser, "developer") == 302
    assert browser.get("/runs/").status_code == 200, "other roles are free"


def test_personas_of_the_demo_need_no_factor_and_confirm_with_a_click(browser: Client, settings: Settings) -> None:
    settings.HUITONG = dataclasses.replace(settings.HUITONG, demo=True, mfa_roles="data_officer")
    browser.post("/persona/", {"login": "hr"})
    assert browser.get("/runs/").status_code == 200
    assert SignedIn.objects.get().method == "persona"
    assert "一键确认" in page_of(browser, "/account/confirm/?next=/account/code/")
    assert browser.post("/persona/", {"login": "hr", "next": "/account/code/"}).headers["Location"] == "/account/code/"
    assert browser.post("/persona/", {"login": "hr", "next": "//evil.example"}).headers["Location"] == "/"
    assert parsed(browser, "/account/code/")


def test_a_passkey_is_offered(browser: Client) -> None:
    page = parsed(browser, "/login/")
    form = page.css_first("form[data-passkey=login]")
    assert form is not None and form.attributes["action"] == "/login/passkey/" and "hidden" in form.attributes
    options = browser.get("/login/passkey/", headers={"accept": "application/json"}).json()
    assert len(base64.urlsafe_b64decode(options["request_options"]["publicKey"]["challenge"] + "==")) >= 16
    assert browser.post("/login/passkey/", {"credential": "{}"}).status_code == 302
    sign_in(browser)
    added = parsed(browser, "/account/passkeys/add/").css_first("form[data-passkey=create]")
    assert added is not None and '"challenge"' in str(added.attributes["data-options"])
    assert browser.post("/account/passkeys/add/", {"name": "x", "credential": '{"id": 1}'}).status_code == 200


# --- sessions


def test_sessions_are_listed_and_end(browser: Client, user: Login) -> None:
    other = Client(headers={"host": "localhost", "user-agent": "Mozilla/5.0 (iPhone) Safari/604.1"})
    sign_in(browser)
    sign_in(other)
    told = page_of(browser, "/account/")
    assert "Chrome · Windows" in told and "Safari · iPhone" in told and "本次登录" in told
    elsewhere = SignedIn.objects.get(agent__contains="iPhone")
    stranger = Client(headers={"host": "localhost"})
    sign_in(stranger, "police")
    assert stranger.post(f"/account/sessions/{elsewhere.pk}/end/").status_code == 404
    assert browser.post(f"/account/sessions/{elsewhere.pk}/end/").status_code == 302
    assert other.get("/runs/").status_code == 302 and browser.get("/runs/").status_code == 200
    assert AuditEntry.objects.get(action="accounts.end_session").before["login"] == "hr"
    sign_in(other)
    browser.post("/account/sessions/end/")
    assert other.get("/runs/").status_code == 302
    assert SignedIn.objects.filter(user=user("hr")).count() == 1


def test_signing_out_and_expiry_leave_no_session(browser: Client, user: Login) -> None:
    sign_in(browser)
    browser.post("/logout/")
    assert not SignedIn.objects.exists()
    sign_in(browser)
    other = Client(headers={"host": "localhost"})
    sign_in(other)
    Session.objects.filter(session_key=other.session.session_key).update(expire_date=timezone.now())
    assert len(parsed(browser, "/account/").css("ul.rows form[action*='/sessions/']")) == 0
    assert SignedIn.objects.count() == 1


def test_what_is_missing_to_sign_in_is_named(browser: Client) -> None:
    for language, said in (
        ("zh", ("请填写“账号”。", "请填写“密码”。")),
        ("en", ("Fill in “Account”.", "Fill in “Password”.")),
    ):
        page = browser.post("/login/", {}, headers={"accept-language": language})
        found = [node.text(strip=True) for node in HTMLParser(page.content.decode()).css(".field .error")]
        assert tuple(found) == said


def test_a_new_password_ends_other_sessions(browser: Client) -> None:
    other = Client(headers={"host": "localhost"})
    sign_in(other)
    sign_in(browser)
    wrong = browser.post("/account/password/", {"oldpassword": "x", "password1": "q" * 12, "password2": "q" * 12})
    assert wrong.status_code == 200 and "现在的密码不对" in wrong.content.decode()
    new = "a-long-new-password"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert browser.post("/account/password/", form).headers["Location"] == "/account/"
    assert browser.get("/account/").status_code == 200 and other.get("/account/").status_code == 302
    assert "本次登录" in page_of(browser, "/account/")
    assert AuditEntry.objects.filter(action="accounts.set_password").count() == 1
    assert sign_in(other, password=new) == 302


def test_the_bureau_looks_after_accounts(browser: Client, user: Login) -> None:
    person = Client(headers={"host": "localhost"})
    sign_in(person, "police")
    set_up_totp(person)
    sign_in(browser, "bureau")
    assert "police" in page_of(browser, "/users/?q=police")
    assert "已启用" in page_of(browser, "/users/police/")
    browser.post("/users/police/factors/reset/")
    assert not Authenticator.objects.exists() and person.get("/runs/").status_code == 302
    sign_in(person, "police")
    browser.post("/users/police/sessions/end/")
    assert person.get("/runs/").status_code == 302
    assert browser.get("/users/nobody/").status_code == 404
    for path in ("/users/", "/users/police/", "/users/police/factors/reset/"):
        sign_in(person, "hr")
        method = person.post if path.endswith("reset/") else person.get
        assert method(path).status_code == 403


def test_what_the_bureau_does_to_others_is_confirmed(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(browser, "bureau")
    real = time.time
    monkeypatch.setattr("huitong.apps.accounts.adapters.time.time", lambda: real() + 16 * 60)
    answer = browser.post("/users/police/factors/reset/")
    assert answer.headers["Location"].startswith("/account/confirm/?next=")


def test_a_session_is_seen_every_few_minutes_only(browser: Client, django_assert_num_queries: object) -> None:
    sign_in(browser)
    browser.get("/account/")
    seen = SignedIn.objects.get().seen_at
    browser.get("/account/")
    assert SignedIn.objects.get().seen_at == seen
    session = browser.session
    session["huitong_seen"] = 0
    session.save()
    browser.get("/account/")
    assert SignedIn.objects.get().seen_at > seen


def test_devices_have_names() -> None:
    assert device_words("Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/17 Safari/605") == "Safari · macOS"
    assert device_words("Mozilla/5.0 (Linux; Android 14) Chrome/131 Edg/131") == "Edge · Android"
    assert device_words("") == "未知设备"


# --- an identity provider


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """A provider that the settings name."""
    with running_provider() as found:
        settings.HUITONG = dataclasses.replace(settings.HUITONG, oidc_url=found.issuer, oidc_name="统一身份认证")
        more = {"server_url": found.issuer, "fetch_userinfo": True, "oauth_pkce_enabled": True}
        app = {"provider_id": "city", "name": "city", "client_id": CLIENT, "secret": SECRET, "settings": more}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
        yield found


def through(browser: Client, path: str = "/account/oidc/city/login/?next=/runs/") -> object:
    """Go to the provider and come back."""
    away = browser.get(path)
    assert away.status_code == 302, away.content.decode()[:500]
    back = httpx.get(away.headers["Location"]).headers["Location"]
    return browser.get(back.removeprefix("http://localhost"))


def test_signing_in_through_a_provider(browser: Client, provider: Provider, user: Login) -> None:
    link = parsed(browser, "/login/?next=/runs/").css_first("a[href^='/account/oidc/']")
    assert link is not None and link.text().strip() == "统一身份认证"
    answer = through(browser, str(link.attributes["href"]))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/runs/")  # type: ignore[attr-defined]
    assert SignedIn.objects.get().user == user("hr") and SignedIn.objects.get().method == "oidc"
    browser.post("/logout/")
    assert through(browser).status_code == 302, "and again"  # type: ignore[attr-defined]


def test_a_provider_makes_nobody_somebody_else(browser: Client, provider: Provider) -> None:
    provider.claims = {"sub": "s-2", "preferred_username": "stranger"}
    answer = through(browser)
    assert answer.status_code == 403 and "这里没有您的账号" in answer.content.decode()  # type: ignore[attr-defined]
    provider.claims = {"sub": "s-1", "preferred_username": "hr"}
    through(browser)
    browser.post("/logout/")
    provider.claims = {"sub": "s-1", "preferred_username": "bureau"}
    assert through(browser).status_code == 403, "a subject stays with its account"  # type: ignore[attr-defined]
    User.objects.filter(login="police").update(is_active=False)
    provider.claims = {"sub": "s-3", "preferred_username": "police"}
    assert through(browser).status_code == 403  # type: ignore[attr-defined]
    assert "_auth_user_id" not in browser.session


def test_a_token_for_somebody_else_is_refused(browser: Client, provider: Provider) -> None:
    provider.audience = "another-client"
    answer = through(browser)
    assert answer.status_code == 403 and "统一认证没有完成" in answer.content.decode()  # type: ignore[attr-defined]
    forged = browser.get("/account/oidc/city/login/callback/?code=x&state=y")
    assert forged.status_code == 403 and "_auth_user_id" not in browser.session


def test_a_second_factor_counts_after_a_provider_too(browser: Client, provider: Provider) -> None:
    sign_in(browser)
    set_up_totp(browser)
    browser.post("/logout/")
    answer = through(browser)
    assert urlsplit(answer.headers["Location"]).path == "/login/code/"  # type: ignore[attr-defined]


def test_without_a_provider_there_is_no_button_and_no_way(browser: Client) -> None:
    assert HTMLParser(browser.get("/login/").content.decode()).css_first("a[href^='/account/oidc/']") is None
    assert browser.get("/account/oidc/city/login/").status_code == 404
