"""How allauth signs people in here: our limits, our words, our users; nobody signs up by themselves."""

from __future__ import annotations

import base64
import hashlib
import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.attempts import open_attempt, origin_of, succeed
from huitong.apps.accounts.factors import may_remove
from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_tree
from huitong.apps.accounts.sessions import METHOD
from huitong.apps.accounts.specs import SignInSpec
from huitong.apps.labels import language
from huitong.apps.ledger.services import record_audit
from huitong.foundation.errors import Terminal

RECENT_SECONDS = 15 * 60
"""How long a sign-in or a confirmation counts for sensitive acts."""


def as_form_error(error: Terminal) -> ValidationError:
    """Return an error of ours as one that a form shows."""
    return ValidationError(f"{error.detail(language())}{error.hint(language())}", code=error.code)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Passwords."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("账号或密码不对。请核对后再输一次；忘记密码请联系本单位管理员。"),
        "incorrect_password": _("密码不对。"),
        "enter_current_password": _("现在的密码不对。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Accounts are made by the bureau."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Refuse before the password is looked at when there were too many failures."""
        try:
            self._attempt = open_attempt(
                login=credentials.get("username", ""), origin=origin_of(request), method="password"
            )
        except Terminal as error:
            raise as_form_error(error) from error

    def authenticate(self, request: HttpRequest, **credentials: str) -> User | None:
        """Return the user whose password it is."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            succeed(self._attempt)
            request.session[METHOD] = "password"
        return user

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session, with its audit row."""
        with transaction.atomic():
            super().login(request, user)
            record_audit(
                user, action="accounts.sign_in", kind="session", target=user.login, after=SignInSpec(login=user.login)
            )

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:  # noqa: ARG002
        """A sign-in of the last minutes is as good as a confirmation."""
        request = context.request
        records = get_authentication_records(request, request.user)
        return not any(time.time() - float(record["at"]) < RECENT_SECONDS for record in records)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, object]]:
        """Name the ways to confirm who one is in our words."""
        words = {
            "reauthenticate": _("用密码"),
            "mfa_reauthenticate": _("用动态验证码或备用码"),
            "mfa_reauthenticate:webauthn": _("用通行密钥"),
        }
        found: list[dict[str, object]] = super().get_reauthentication_methods(user)
        return [{**one, "description": words[str(one["id"])]} for one in found]

    def add_message(self, request: HttpRequest, level: int, *args: object, **kwargs: object) -> None:
        """Say in our words what was done with a second factor; the rest shows by itself."""
        from django.contrib import messages

        template = str(args[0] if args else kwargs.get("message_template") or "")
        said = _SAID.get(template.rpartition("/")[2])
        if said or kwargs.get("message"):
            messages.add_message(request, level, str(said or kwargs["message"]))

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Nothing is mailed: accounts have no address that was confirmed."""


_SAID = {
    "totp_activated.txt": _("动态验证码已启用。"),
    "totp_deactivated.txt": _("动态验证码已停用。"),
    "recovery_codes_generated.txt": _("新的备用码已生成，旧的作废。"),
    "webauthn_added.txt": _("通行密钥已添加。"),
    "webauthn_removed.txt": _("通行密钥已移除。"),
    "password_changed.txt": _("密码已修改。其他地方的登录已经失效。"),
}


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors. Their secrets are encrypted with the installation's."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("验证码不对。请看看手机上的时间是否准确，再输一次新的。"),
        "cannot_delete_authenticator": _("您的角色必须启用第二道验证，最后一种不能移除。"),
    }

    def get_totp_label(self, user: User) -> str:
        """Return the login, as the app on the phone shows it."""
        return user.login

    def get_totp_issuer(self) -> str:
        """Return whose account it is, as the app on the phone shows it."""
        return self._get_site_name()

    def _get_site_name(self) -> str:
        roots = [node for node in organisation_tree(context.request.user) if node.depth == 0]
        name = gettext("汇通")
        return f"{name} {roots[0].short or roots[0].title}" if len(roots) == 1 else name

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - allauth's signature
        """Return the name proposed for a new passkey."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("通行密钥 %(number)d") % {"number": number}

    def encrypt(self, text: str) -> str:
        """Keep a secret so that the database alone gives nothing away."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Read a secret that :meth:`encrypt` kept."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last factor of those whose role needs one."""
        return may_remove(authenticator)


def _box() -> Fernet:
    key = hashlib.sha256(b"second factor\x1f" + settings.HUITONG.secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """OIDC: the provider says who it is; the account must be here already."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        """Accounts are made by the bureau."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account whose login the provider's claim names, and bind the two at the first time.

        Raises:
            Terminal: ``accounts.oidc_unknown``.
        """
        data = sociallogin.account.extra_data
        told = {**data.get("id_token", {}), **data.get("userinfo", {})} or data
        login = str(told.get(settings.HUITONG.oidc_claim) or "")
        attempt = open_attempt(login=login, origin=origin_of(request), method="oidc")
        user = sociallogin.user if sociallogin.is_existing else User.objects.filter(login=login, is_active=True).first()
        if not login or user is None or user.login != login or not user.is_active:
            raise Terminal("accounts.oidc_unknown", login=login or "—")
        succeed(attempt)
        request.session[METHOD] = "oidc"
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)

    def on_authentication_error(self, request: HttpRequest, provider: object, **how: object) -> None:  # noqa: ARG002
        """Say that the provider did not let them in.

        Raises:
            Terminal: ``accounts.oidc_failed``.
        """
        raise Terminal("accounts.oidc_failed", reason=str(how.get("exception") or how.get("error") or "—")[:200])
