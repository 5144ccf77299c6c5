"""Entry point: gathers the commands and turns our errors into words and exit codes."""

from __future__ import annotations

import sys

import typer

from huitong.cli import assess, chain, demo, inspect, packs, serving
from huitong.cli.report import print_error
from huitong.foundation.disk import disk_is_full
from huitong.foundation.errors import HuitongError, Transient
from huitong.foundation.settings import home_folder

app = typer.Typer(
    name="huitong",
    help="汇通 Huitong: gathers a city's data, makes it trustworthy, puts it to work.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (packs, chain, assess, demo, serving, inspect):
    module.add_to(app)


def run() -> None:
    """Run the command line. A :class:`HuitongError` exits with 1, wrong use with 2, an interrupt with 130."""
    try:
        app()
    except HuitongError as error:
        print_error(error, as_json="--json" in sys.argv)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if not disk_is_full(error, home_folder()):
            raise
        print_error(Transient("people.disk_full", where=home_folder()), as_json="--json" in sys.argv)
        sys.exit(1)
