"""Django's settings, all derived from :class:`huitong.foundation.settings.Settings`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url

from huitong.foundation.settings import load_settings

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
    "huitong.apps.packs",
    "huitong.apps.overview",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "huitong.config.security.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "huitong.config.requests.RequestIdMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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
    if not url.startswith("sqlite"):
        # A pool, not kept connections: each request has a thread of its own, and would leave its connection behind.
        pool = {"min_size": 1, "max_size": 16, "timeout": 10}
        return {**dj_database_url.parse(url), "OPTIONS": {"pool": pool}}
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
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# scrypt costs an attacker memory and a sign-in 50 ms, where PBKDF2's present rounds cost 300 ms.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
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
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
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
