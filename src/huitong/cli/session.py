"""Start a command: settings, then Django, once the home folder is known."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from huitong.foundation.errors import Transient
from huitong.foundation.settings import PREFIX, Settings, command_language, load_settings

Home = Annotated[Path | None, typer.Option("--home", help="Folder of all state; default HUITONG_HOME, else ./var.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def settings_of(home: Path | None) -> Settings:
    """Read the settings and put the ``--home`` option into the environment, which worker processes inherit."""
    chosen = load_settings(home=home).home
    os.environ[f"{PREFIX}HOME"] = str(chosen)
    return load_settings(home=chosen)


def open_session(home: Path | None, *, demo: bool = False) -> Settings:
    """Set up Django for this process and bring its tables up to date.

    Args:
        home: the ``--home`` option.
        demo: turns on what only a demo city has (one-click personas, pages marked as invented).
    """
    settings = set_up_django(home, demo=demo)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    return settings


def set_up_django(home: Path | None, *, demo: bool = False) -> Settings:
    """Set up Django for this process, and leave its tables as they are. Arguments as :func:`open_session`.

    Raises:
        Terminal: ``settings.invalid``.
    """
    chosen = settings_of(home).home
    if demo or (chosen / "city").is_dir():
        os.environ.setdefault(f"{PREFIX}DEMO", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huitong.config.settings")
    import django

    django.setup()
    return load_settings(home=chosen)


@contextmanager
def naming_database_errors() -> Iterator[None]:
    """Turn what Django says of a database that does not answer into an error of ours.

    Raises:
        Transient: ``people.database_failed``.
    """
    from django.db import Error, connection

    try:
        yield
    except Error as error:
        where = "/".join(str(part) for part in map(connection.settings_dict.get, ("HOST", "NAME")) if part)
        raise Transient("people.database_failed", where=where, reason=" ".join(str(error).split())) from error


def take_lake(home: Path | None) -> Settings:
    """Start a session that works on the lake: where another process has it, say so before anything is recorded.

    Raises:
        Transient: ``lake.owned`` names the process.
    """
    settings = open_session(home)
    from huitong.apps.collection.stores import the_lake

    the_lake()
    return settings


@contextmanager
def in_command_language() -> Iterator[None]:
    """Give titles and error texts in ``HUITONG_LANGUAGE``. Only for reading: what is stored stays Chinese."""
    from django.utils import translation

    with translation.override("en" if command_language() == "en" else "zh-hans"):
        yield


@contextmanager
def city_variables(settings: Settings) -> Iterator[dict[str, str]]:
    """Serve what the demo city's web source needs while sources are read; give the variables of locations."""
    if not (settings.home / "city").is_dir():
        yield {"home": str(settings.home)}
        return
    from huitong.packs.demo import serve_city_pages

    with serve_city_pages(settings.home) as address:
        yield {"home": str(settings.home), "city_web": address}


def bind_city(variables: dict[str, str]) -> None:
    """Let the sources that are pages of the demo city know where it is served now."""
    from huitong.apps.collection.selectors import declared_sources
    from huitong.apps.collection.services import bind_variables

    codes = [source.code for source in declared_sources() if "${city_web}" in source.location]
    if codes and "city_web" in variables:
        bind_variables(codes=codes, variables={"city_web": variables["city_web"]})
