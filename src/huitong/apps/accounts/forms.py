"""Forms of signing in and of an account's security: allauth's, with our words, our look and our limits."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ConfirmByCode
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django import forms
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.adapters import as_form_error
from huitong.apps.accounts.attempts import open_attempt, origin_of, succeed
from huitong.apps.forms import SpecificErrors
from huitong.apps.labels import Text
from huitong.foundation.errors import Terminal


def dress(form: forms.Form, labels: dict[str, Text]) -> None:
    """Give a form's visible fields our words and our look."""
    for name, field in form.fields.items():
        if name in labels:
            field.label = str(labels[name])
        field.widget.attrs.pop("placeholder", None)
        if isinstance(field.widget, forms.CheckboxInput):
            continue
        if not field.widget.is_hidden:
            field.widget.attrs["class"] = "input"


class SignInForm(SpecificErrors, LoginForm):  # type: ignore[misc]
    """Login and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, {"login": _("账号"), "password": _("密码")})
        self.fields["password"].help_text = ""
        self.fields["login"].widget.attrs["autocapitalize"] = "none"


class ConfirmForm(SpecificErrors, ReauthenticateForm):  # type: ignore[misc]
    """The password again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, {"password": _("密码")})


class PasswordForm(SpecificErrors, ChangePasswordForm):  # type: ignore[misc]
    """The old password and a new one, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels: dict[str, Text] = {
            "oldpassword": _("现在的密码"),
            "password1": _("新密码"),
            "password2": _("再输一次新密码"),
        }
        dress(self, labels)
        self.fields["password1"].help_text = _("至少 10 个字符，不要用常见的密码。")


class _Limited:
    """A six-digit code can be guessed: attempts are counted like those of passwords, but apart from them."""

    user: Any

    def clean_code(self) -> str:
        """Judge the code, unless there were too many wrong ones."""
        try:
            attempt = open_attempt(login=self.user.login, origin=origin_of(context.request), method="code")
        except Terminal as error:
            raise as_form_error(error) from error
        code: str = super().clean_code()  # type: ignore[misc]
        succeed(attempt)
        return code


class CodeForm(_Limited, SpecificErrors, AuthenticateForm):  # type: ignore[misc]
    """The code of the app on the phone, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, {"code": _("验证码或备用码")})
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class ConfirmCodeForm(_Limited, SpecificErrors, ConfirmByCode):  # type: ignore[misc]
    """The code again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, {"code": _("验证码或备用码")})
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class SetUpCodeForm(_Limited, SpecificErrors, ActivateTOTPForm):  # type: ignore[misc]
    """The first code, which proves that the app on the phone has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, {"code": _("手机上显示的六位验证码")})
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


_GARBAGE = (KeyError, TypeError, ValueError, IndexError, AttributeError, InvalidSignature)
"""What the passkey library raises on an answer that no browser gave."""


def _no_passkey() -> forms.ValidationError:
    return forms.ValidationError(_("通行密钥的答复无法识别，请再试一次。"), code="bad_passkey")


class _Answered:
    """An answer of a browser's passkey ceremony: whatever is sent, it is a form error at worst."""

    def clean_credential(self) -> Any:
        """Judge the answer."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except forms.ValidationError:
            raise
        except _GARBAGE as error:
            raise _no_passkey() from error


class PasskeySignInForm(_Answered, SpecificErrors, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of the password."""


class PasskeyFactorForm(_Answered, SpecificErrors, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""


class PasskeyConfirmForm(_Answered, SpecificErrors, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey again."""


class PasskeyForm(SpecificErrors, AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey: its name, and whether it replaces the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, {"name": _("名称"), "passwordless": _("以后用它直接登录，不用输密码")})
        self.fields["name"].help_text = _("便于分辨，例如“办公室电脑”。")
        self.fields["passwordless"].help_text = ""
        self.fields["passwordless"].initial = True

    def clean(self) -> dict[str, Any]:
        """Judge the answer of the browser."""
        try:
            found: dict[str, Any] = super().clean() or {}
        except _GARBAGE as error:
            raise _no_passkey() from error
        return found


class RenamePasskeyForm(SpecificErrors, EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, {"name": _("名称")})
