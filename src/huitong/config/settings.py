"""Django's settings, all derived from :class:`huitong.foundation.settings.Settings`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url

from huitong.foundation.errors import Terminal
from huitong.foundation.settings import PREFIX, load_settings

HUITONG = load_settings()
"""The installation's settings; everything else in the people plane reads ``django.conf.settings.HUITONG``."""

PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = HUITONG.secret
DEBUG = HUITONG.debug
ALLOWED_HOSTS = [host.strip() for host in HUITONG.hosts.split(",") if host.strip()]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HUITONG.secure and not host.startswith("[")]

INSTALLED_APPS = [
    "huitong.site",
    "huitong.apps.accounts",
    "huitong.apps.ledger",
    "huitong.apps.catalog",
    "huitong.apps.collection",
    "huitong.apps.libraries",
    "huitong.apps.sharing",
    "huitong.apps.notices",
    "huitong.apps.cases",
    "huitong.apps.assessment",
    "huitong.apps.demand",
    "huitong.apps.disputes",
    "huitong.apps.packs",
    "huitong.apps.overview",
    "huitong.apps.registry",
    "huitong.apps.lists",
    "huitong.apps.public",
    "huitong.apps.screen",
    "huitong.apps.help",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "huitong.config.compression.PackedPages",
    "huitong.config.security.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "huitong.site.middleware.NoNul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "huitong.config.requests.RequestIdMiddleware",
    "huitong.config.requests.ReadOnceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "huitong.apps.accounts.middleware.Entrance",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "huitong.site.middleware.ProblemPages",
]

ROOT_URLCONF = "huitong.config.urls"
ASGI_APPLICATION = "huitong.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "huitong.site.context.shell",
            ],
        },
    },
]


def _database(url: str) -> dict[str, Any]:
    """SQLite so tuned that readers never wait and writers queue, or PostgreSQL with a pool of connections."""
    scheme = url.partition(":")[0]  # the rest may hold a password
    if scheme not in ("sqlite", "postgres", "postgresql"):
        allowed = "sqlite:////path/people.sqlite3, postgres://…"
        raise Terminal("settings.invalid", name=f"{PREFIX}DATABASE_URL", value=scheme, allowed=allowed)
    if scheme != "sqlite":
        # A pool, not kept connections: each request has a thread of its own, and would leave its connection behind.
        pool = {"min_size": 1, "max_size": 16, "timeout": 10}
        # Pages ask for little at a time: compiling a statement takes longer than running it.
        return {**dj_database_url.parse(url), "OPTIONS": {"pool": pool, "options": "-c jit=off"}}
    HUITONG.home.mkdir(parents=True, exist_ok=True)
    return {
        **dj_database_url.parse(url),
        "OPTIONS": {
            # A transaction that begins by reading and then writes would fail at once under a second writer:
            # IMMEDIATE takes the write lock first, so that it waits its turn instead.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
        },
    }


DATABASES = {"default": _database(HUITONG.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

GATEWAY_TOKEN_ISSUER = "huitong.config.trial.issue_token"
"""How a page gets a token to try a service with: the people plane and the gateway know nothing of each other."""

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# scrypt costs an attacker memory and a sign-in 50 ms, where PBKDF2's present rounds cost 300 ms.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
ACCOUNT_ADAPTER = "huitong.apps.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_FORMS = {
    "login": "huitong.apps.accounts.forms.SignInForm",
    "reauthenticate": "huitong.apps.accounts.forms.ConfirmForm",
    "change_password": "huitong.apps.accounts.forms.PasswordForm",
}
ACCOUNT_RATE_LIMITS = False
"""The limits are ours (``accounts/attempts.py``): counted in the database, so that they hold across processes."""
ALLAUTH_TRUSTED_PROXY_COUNT = HUITONG.proxies
MFA_ADAPTER = "huitong.apps.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HUITONG.secure
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = False
MFA_FORMS = {
    "authenticate": "huitong.apps.accounts.forms.CodeForm",
    "reauthenticate": "huitong.apps.accounts.forms.ConfirmCodeForm",
    "activate_totp": "huitong.apps.accounts.forms.SetUpCodeForm",
    "login_webauthn": "huitong.apps.accounts.forms.PasskeySignInForm",
    "authenticate_webauthn": "huitong.apps.accounts.forms.PasskeyFactorForm",
    "reauthenticate_webauthn": "huitong.apps.accounts.forms.PasskeyConfirmForm",
    "add_webauthn": "huitong.apps.accounts.forms.PasskeyForm",
    "edit_webauthn": "huitong.apps.accounts.forms.RenamePasskeyForm",
}
SOCIALACCOUNT_ADAPTER = "huitong.apps.accounts.adapters.SocialAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "city",
                "name": HUITONG.oidc_name,
                "client_id": HUITONG.oidc_client,
                "secret": HUITONG.oidc_secret,
                "settings": {"server_url": HUITONG.oidc_url, "fetch_userinfo": True, "oauth_pkce_enabled": True},
            }
        ]
        if HUITONG.oidc_url
        else [],
    }
}
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "site" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "huitong.config.files.VersionedFiles"},
}
# Static files are served from the package itself: nothing to collect before the first start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600

SESSION_COOKIE_NAME = "huitong_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HUITONG.secure
CSRF_COOKIE_NAME = "huitong_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "huitong.site.views.form_expired"
CSRF_COOKIE_SECURE = HUITONG.secure
SECURE_SSL_REDIRECT = HUITONG.secure
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HUITONG.secure else None
SECURE_HSTS_SECONDS = 31_536_000 if HUITONG.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HUITONG.secure
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "huitong.config.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "huitong": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
    },
}
