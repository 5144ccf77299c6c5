"""``huitong collect | check | fuse | publish | run``: rows from their sources to the serving store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from huitong.cli.packs import Variables, variables_of
from huitong.cli.progress import progress_of
from huitong.cli.report import out, print_table, report, say
from huitong.cli.session import AsJson, Home, bind_city, city_variables, take_lake
from huitong.engine.declarations.load import load_pack
from huitong.foundation.settings import Settings, command_language

if TYPE_CHECKING:
    from huitong.apps.collection.models import Run
    from huitong.apps.collection.specs import ChainReport, RunFailure

Targets = Annotated[list[str] | None, typer.Argument(help="Codes; none: all of them.")]
Full = Annotated[bool, typer.Option("--full", help="Read everything and rebuild; the outcome is the same.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(collect)
    app.command()(check)
    app.command()(fuse)
    app.command()(publish)
    app.command()(run)


def collect(
    items: Targets = None,
    home: Home = None,
    mode: Annotated[
        Literal["auto", "full", "remake"],
        typer.Option(help="full: read all, believe an emptied source; remake: after its types changed."),
    ] = "auto",
    as_json: AsJson = False,
) -> None:
    """Collect linked catalog items from their sources into raw."""
    settings = take_lake(home)
    from huitong.apps.accounts.services import system_user
    from huitong.apps.catalog.selectors import linked_items
    from huitong.apps.collection.services import collect_item_now

    user = system_user()
    with city_variables(settings) as variables:
        bind_city(variables)
        runs = [collect_item_now(user, item=item.code, mode=mode) for item in linked_items(items or ())]
    _end(runs, as_json=as_json)


def check(items: Targets = None, home: Home = None, as_json: AsJson = False) -> None:
    """Check collected rows against the rules: std and quarantine."""
    take_lake(home)
    from huitong.apps.accounts.services import system_user
    from huitong.apps.catalog.selectors import linked_items
    from huitong.apps.collection.services import check_item_now

    user = system_user()
    _end([check_item_now(user, item=item.code) for item in linked_items(items or ())], as_json=as_json)


def fuse(libraries: Targets = None, home: Home = None, full: Full = False, as_json: AsJson = False) -> None:
    """Fuse base libraries: golden records, provenance, conflicts."""
    take_lake(home)
    from huitong.apps.accounts.services import system_user
    from huitong.apps.collection.services import fuse_library_now
    from huitong.apps.libraries.selectors import declared_libraries

    user = system_user()
    codes = libraries or [library.code for library in declared_libraries()]
    _end([fuse_library_now(user, library=code, full=full) for code in codes], as_json=as_json)


def publish(tables: Targets = None, home: Home = None, full: Full = False, as_json: AsJson = False) -> None:
    """Publish what services read into the serving store."""
    take_lake(home)
    from huitong.apps.accounts.services import system_user
    from huitong.apps.collection.services import publish_now
    from huitong.apps.libraries.selectors import declared_libraries
    from huitong.apps.sharing.selectors import declared_services
    from huitong.engine.plans.publish import publications

    user = system_user()
    names = tables or [one.name for one in publications(declared_services(), declared_libraries())]
    _end([publish_now(user, table=name, full=full) for name in names], as_json=as_json)


def run(
    home: Home = None,
    pack: Annotated[str, typer.Option("--pack", help="Apply this pack first.")] = "",
    items: Annotated[
        list[str] | None, typer.Option("--item", help="Only this item and what it feeds; repeatable.")
    ] = None,
    variables: Variables = None,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Run the whole chain: collect, check, fuse, publish."""
    loaded = load_pack(pack) if pack else None
    settings = take_lake(home)
    from huitong.apps.accounts.services import system_user
    from huitong.apps.packs.services import apply_pack

    if loaded:
        apply_pack(system_user(), loaded, variables=variables_of(variables))
    done = run_everything(settings, items=items, full=full)
    report(done, as_json=as_json, text=lambda: print_chain(done))
    if done.failed:
        raise typer.Exit(1)


def run_everything(settings: Settings, *, items: list[str] | None = None, full: bool = False) -> ChainReport:
    """Run the chain with progress; first settle what a killed process left."""
    from huitong.apps.accounts.services import system_user
    from huitong.apps.collection.services import chain_length, recover_runs, run_chain

    recover_runs()
    with city_variables(settings) as variables, progress_of(chain_length(items)) as watch:
        bind_city(variables)
        return run_chain(system_user(), items=items, full=full, watch=watch)


def print_chain(done: ChainReport) -> None:
    """Print what a chain came to."""
    out.print(
        say(
            f"完成 {done.done} 步，失败 {done.failed} 步，跳过 {done.skipped} 步。",
            f"{done.done} steps done, {done.failed} failed, {done.skipped} skipped.",
        )
    )
    print_failures(done.failures)


def print_failures(failures: Iterable[RunFailure]) -> None:
    """Print what failed, on what, and what to do next."""
    for one in failures:
        out.print(f"✗ {one.kind} {one.target}: {one.title} ({one.code})", markup=False)
        out.print(f"  {one.detail}", markup=False)
        out.print(f"  → {one.hint}", markup=False)


def _end(runs: list[Run], *, as_json: bool) -> None:
    """Print what each run came to; exit 1 when one failed."""
    failures = failures_of(runs)
    rows = [_row(run) for run in runs]

    def text() -> None:
        headings = ("step", "target", "state", "read", "inserted", "updated", "deleted", "rows", "rejected")
        print_table(headings, [list(row.values())[: len(headings)] for row in rows])
        print_failures(failures)

    report(rows, as_json=as_json, text=text)
    if failures:
        raise typer.Exit(1)


def failures_of(runs: Iterable[Run]) -> tuple[RunFailure, ...]:
    """Return why those of ``runs`` that failed did, in the command line's language."""
    from huitong.apps.collection.selectors import run_failure

    return tuple(run_failure(run, command_language()) for run in runs if run.state == "failed")


def _row(run: Run) -> dict[str, object]:
    """One run as a row: its counts and, where it failed, why and what to do; else these are empty."""
    from huitong.apps.collection.selectors import run_failure

    counts, failure = run.typed_counts, run_failure(run, command_language())
    return {
        "kind": run.kind,
        "target": run.target,
        "state": run.state,
        "read": counts.read,
        "inserted": counts.inserted,
        "updated": counts.updated,
        "deleted": counts.deleted,
        "rows": counts.rows,
        "rejected": counts.rejected,
        "code": failure.code,
        "title": failure.title,
        "detail": failure.detail,
        "hint": failure.hint,
        "parameters": run.error_parameters,
        "seconds": run.seconds,
    }
