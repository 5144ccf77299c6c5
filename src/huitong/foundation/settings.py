"""Every setting, from the environment, in one class. Nothing else reads the environment."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from huitong.foundation.errors import Terminal

PREFIX = "HUITONG_"


@dataclass(frozen=True)
class Settings:
    """What may differ between a laptop and a province. Each field is ``HUITONG_<NAME>`` in the environment."""

    home: Path
    """Folder of all state."""
    database_url: str
    """People plane: ``sqlite:///…`` or ``postgres://…``."""
    lake_catalog: str
    """DuckLake catalog: ``duckdb:///…`` (one process) or ``postgres://…`` (many)."""
    lake_data: str
    """Where the lake's Parquet files are: a folder."""
    serving_url: str
    """Serving store: ``sqlite:///<folder>`` or ``postgres://…``."""
    engine: str
    """Compute backend: ``duckdb``, the only one until there is another."""
    memory_limit: str
    """Memory that DuckDB may use before it spills to disk, e.g. ``2GB``."""
    threads: int
    """Threads of DuckDB; 0 means one a core."""
    language: str
    """Language of the command line: ``zh`` or ``en``."""
    secret: str
    """Key for signing and keyed hashing; made on first use and kept in ``<home>/secret.key``."""
    debug: bool
    """Show Django's error pages. Never on a machine that others reach."""
    demo: bool
    """Demo city: one-click personas, and every page marked as invented data."""
    hosts: str
    """Host names the site answers to, comma separated."""
    secure: bool
    """Served behind HTTPS: secure cookies and HSTS."""
    mfa_roles: str
    """Roles that must have a second factor, comma separated, e.g. ``bureau,leader``."""
    proxies: int
    """How many proxies stand before the site; their ``X-Forwarded-For`` is believed."""
    oidc_url: str
    """Issuer of an OpenID Connect provider that people may sign in through; "" for none."""
    oidc_client: str
    """Client id at the provider."""
    oidc_secret: str
    """Client secret at the provider."""
    oidc_name: str
    """What the button on the sign-in page calls the provider."""
    oidc_claim: str
    """Which of the provider's claims is the login here."""
    contact: str
    """How the public reaches the bureau, e.g. address, telephone, office hours; parts apart by semicolons."""
    site_url: str = "http://localhost:8000"
    """Where users reach the site: links in mail and webhooks begin with it."""
    smtp_url: str = ""
    """Mail server: ``smtp://user:password@host:25?starttls=1`` or ``smtps://…``; without one no mail is sent."""
    mail_from: str = "huitong@localhost"
    """Sender of mail."""


def load_settings(*, home: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Args:
        home: overrides ``HUITONG_HOME``.
        environment: defaults to ``os.environ``.

    Raises:
        Terminal: ``settings.invalid`` when a value cannot be used.
    """
    env = dict(os.environ if environment is None else environment)
    folder = home.expanduser().absolute() if home else home_folder(env)

    def text(name: str, default: str) -> str:
        return env.get(f"{PREFIX}{name}") or default

    return Settings(
        home=folder,
        database_url=text("DATABASE_URL", f"sqlite:///{folder / 'people.sqlite3'}"),
        lake_catalog=text("LAKE_CATALOG", f"duckdb:///{folder / 'lake' / 'catalog.duckdb'}"),
        lake_data=text("LAKE_DATA", str(folder / "lake" / "data")),
        serving_url=text("SERVING_URL", f"sqlite:///{folder / 'serving'}"),
        engine=_one_of("ENGINE", text("ENGINE", "duckdb"), ("duckdb",)),
        memory_limit=text("MEMORY_LIMIT", "2GB"),
        threads=_integer("THREADS", text("THREADS", "0")),
        language=_one_of("LANGUAGE", text("LANGUAGE", "zh"), ("zh", "en")),
        secret=env.get(f"{PREFIX}SECRET") or _kept_secret(folder),
        debug=_boolean("DEBUG", text("DEBUG", "0")),
        demo=_boolean("DEMO", text("DEMO", "0")),
        hosts=text("HOSTS", "localhost,127.0.0.1,[::1]"),
        secure=_boolean("SECURE", text("SECURE", "0")),
        mfa_roles=text("MFA_ROLES", ""),
        proxies=_integer("PROXIES", text("PROXIES", "0")),
        oidc_url=text("OIDC_URL", ""),
        oidc_client=text("OIDC_CLIENT", ""),
        oidc_secret=text("OIDC_SECRET", ""),
        oidc_name=text("OIDC_NAME", "统一身份认证"),
        oidc_claim=text("OIDC_CLAIM", "preferred_username"),
        contact=text("CONTACT", ""),
        site_url=text("SITE_URL", "http://localhost:8000"),
        smtp_url=text("SMTP_URL", ""),
        mail_from=text("MAIL_FROM", "huitong@localhost"),
    )


def home_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return ``HUITONG_HOME`` without looking at anything else."""
    env = os.environ if environment is None else environment
    return Path(env.get(f"{PREFIX}HOME") or "var").expanduser().absolute()


def command_language() -> str:
    """Return ``HUITONG_LANGUAGE`` without looking at anything else, ``zh`` when it cannot be used: errors need it."""
    return "en" if os.environ.get(f"{PREFIX}LANGUAGE") == "en" else "zh"


def _kept_secret(home: Path) -> str:
    file = home / "secret.key"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        draft = home / f".secret.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(draft, file)  # fails when another process was first: then its key counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="ascii")


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise Terminal("settings.invalid", name=PREFIX + name, value=value, allowed=", ".join(allowed))
    return value


def _integer(name: str, value: str) -> int:
    if not value.isdecimal():
        raise Terminal("settings.invalid", name=PREFIX + name, value=value, allowed="0, 1, 2, …")
    return int(value)


def _boolean(name: str, value: str) -> bool:
    return _one_of(name, value.lower(), ("0", "1", "false", "true")) in ("1", "true")
