"""Addresses that allauth knows by name; only those that have a page of ours.

What writes is one transaction, so that a factor and its audit row are kept or lost together.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.db import transaction
from django.urls import path

from huitong.apps.accounts import security_views, views

whole = transaction.atomic

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="account_login"),
    path("login/code/", mfa.authenticate, name="mfa_authenticate"),
    path("login/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("logout/", views.sign_out, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/", security_views.security, name="mfa_index"),
    path("account/password/", whole(security_views.ChangePassword.as_view()), name="account_change_password"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/confirm/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/confirm/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/code/", whole(totp.activate_totp), name="mfa_activate_totp"),
    path("account/code/remove/", whole(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/recovery/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery/renew/", whole(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("account/recovery/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("account/passkeys/", security_views.to_security, name="mfa_list_webauthn"),
    path("account/passkeys/add/", whole(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove/", whole(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("account/passkeys/<int:pk>/name/", whole(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("account/oidc/<str:provider_id>/login/", oidc.login, name="openid_connect_login"),
    path("account/oidc/<str:provider_id>/login/callback/", oidc.callback, name="openid_connect_callback"),
    path("account/oidc/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("account/oidc/error/", social.login_error, name="socialaccount_login_error"),
]
