"""``huitong status | trace | explain | ledger | doctor``: what is there, where from, why, and is it whole."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from huitong.cli.report import out, print_error, print_table, report, say
from huitong.cli.session import (
    AsJson,
    Home,
    in_command_language,
    naming_database_errors,
    open_session,
    set_up_django,
    settings_of,
)
from huitong.engine.declarations.sharing import ServiceKind
from huitong.foundation.errors import HuitongError
from huitong.foundation.settings import Settings, command_language

if TYPE_CHECKING:
    from huitong.engine.evidence.verify import VerifyResult

_MARKS = {"passed": "✓", "failed": "✗", "skipped": "–"}

ledger_app = typer.Typer(help="The evidence ledger.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(status)
    app.command()(trace)
    app.command()(explain)
    app.command()(doctor)
    ledger_app.command()(verify)
    app.add_typer(ledger_app, name="ledger")


def status(home: Home = None, as_json: AsJson = False) -> None:
    """Print tables with rows, each step's last run, and what has failed and not run well since."""
    open_session(home)
    from huitong.apps.accounts.services import system_user
    from huitong.apps.overview.selectors import status as current_status

    with in_command_language():
        now = current_status(system_user())

    def text() -> None:
        print_table(("schema", "table", "rows"), [(one.schema, one.table, one.rows) for one in now.tables])
        out.print()
        if now.failures:
            print_table(
                ("step", "target", "error", "finished"),
                [(one.kind, one.target, one.error, str(one.finished_at)) for one in now.failures],
            )
            for one in now.failures:
                out.print(f"{one.target}: {one.detail}", markup=False)
                out.print(f"  → {one.hint}", markup=False)
        else:
            out.print(say("没有未处理的失败。", "Nothing has failed."))

    report(now, as_json=as_json, text=text)


def trace(
    library: Annotated[str, typer.Argument(help="Code of the library, e.g. population.")],
    key: Annotated[str, typer.Argument(help="ID number, credit code …")],
    purpose: Annotated[str, typer.Option("--purpose", help="Why you look; it goes into the evidence.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Trace one golden record: each value (masked), its department, source row and run. Leaves evidence."""
    open_session(home)
    from huitong.apps.accounts.services import system_user
    from huitong.apps.libraries.services import look_up

    record = look_up(system_user(), library=library, key=key, purpose=purpose)

    def text() -> None:
        rows = [(one.title, one.value, one.provider_title, one.source_table, one.run) for one in record.values]
        print_table((say("信息项", "field"), say("值", "value"), say("部门", "department"), "table", "run"), rows)
        out.print(say("回执 ", "receipt ") + record.receipt)

    report(record, as_json=as_json, text=text)
    if not record.found:
        raise typer.Exit(1)


def explain(
    grant: Annotated[str, typer.Argument(help="Code of the grant.")],
    home: Home = None,
    kind: Annotated[ServiceKind, typer.Option(help="records or verify.")] = "records",
    fields: Annotated[
        list[str] | None, typer.Option("--field", help="Fields asked for; none: all of the grant.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say, rule by rule, whether a call under a grant would be answered now, and why."""
    open_session(home)
    from huitong.apps.accounts.services import system_user
    from huitong.apps.sharing.selectors import explain_call

    outcomes = explain_call(system_user(), grant=grant, kind=kind, fields=tuple(fields) if fields else None)

    def text() -> None:
        for one in outcomes:
            reason = say(one.note, one.note_en) if one.error is None else one.error.detail(command_language())
            out.print(f"{_MARKS[one.state]} {say(one.title, one.title_en)}  {reason}".rstrip(), markup=False)

    report(outcomes, as_json=as_json, text=text)
    if any(one.state == "failed" for one in outcomes):
        raise typer.Exit(1)


def verify(home: Home = None, as_json: AsJson = False) -> None:
    """Prove the evidence whole: every record, seal, and head known to the people plane; name the first broken one."""
    settings = open_session(home)
    from huitong.apps.ledger.selectors import anchors
    from huitong.engine.evidence.record import Receipt
    from huitong.engine.evidence.segments import ledger_folder
    from huitong.engine.evidence.verify import verify as verify_ledger

    known = [Receipt(chain=chain, seq=seq, hash=head) for chain, (seq, head) in anchors().items()]
    result = verify_ledger(ledger_folder(settings.home), anchors=known)

    def text() -> None:
        counts = f"{result.chains} / {result.records:,} / {result.segments}"
        verdict = say("完整", "Whole") if result.whole else say("已损坏", "Broken")
        out.print(f"{verdict}{say('；链 / 记录 / 已封存段：', '; chains / records / sealed segments: ')}{counts}")

    report(_with_problem(result), as_json=as_json, text=text)
    if result.broken:
        if not as_json:
            print_error(result.broken.as_error(), as_json=False)
        raise typer.Exit(1)


def _with_problem(result: VerifyResult) -> dict[str, object]:
    """One document, whole or broken: the place of the first broken record, and in words what is wrong with it."""
    broken = result.broken
    words = broken.as_error().as_problem(command_language()) if broken else {}
    return {**asdict(result), "broken": {**asdict(broken), **words} if broken else None}


def doctor(home: Home = None, as_json: AsJson = False) -> None:
    """Check that this machine can run Huitong: Python, extensions, disk, database, lake, serving store."""
    settings = settings_of(home)
    checks = [_checked(name, check, settings) for name, check in _CHECKS.items()]

    def text() -> None:
        for one in checks:
            out.print(f"{_mark(one)} {one['check']:16} {one['found']}", markup=False)

    report(checks, as_json=as_json, text=text)
    if not all(one["passed"] for one in checks):
        raise typer.Exit(1)


class Warned(str):
    """What a check found that works, and yet wants somebody's attention."""


def _checked(name: str, check: Any, settings: Settings) -> dict[str, object]:
    try:
        found = check(settings)
        return {"check": name, "passed": True, "found": found, "warning": isinstance(found, Warned)}
    except HuitongError as error:
        return {
            "check": name,
            "passed": False,
            "found": f"{error.detail(settings.language)} {error.hint(settings.language)}",
            "warning": False,
        }


def _python(_: Settings) -> str:
    return sys.version.split()[0]


def _extensions(_: Settings) -> str:
    from huitong.engine.lake.extensions import connect

    names = ("ducklake", "sqlite", "mysql", "postgres")
    connect(extensions=names).close()
    return ", ".join(names)


def _disk(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    return f"{shutil.disk_usage(settings.home).free / 1e9:.0f} GB free in {settings.home}"


def _lake(settings: Settings) -> str:
    from huitong.engine.lake import open_lake

    with open_lake(settings) as lake:
        return f"{lake.where}, snapshot {lake.snapshot()}"


def _serving(settings: Settings) -> str:
    from huitong.engine.serving.opening import open_serving

    store = open_serving(settings.serving_url)
    try:
        policy = store.read_policy()
        return f"policy {policy.version}, {len(policy.grants)} grants" if policy else "no policy yet"
    finally:
        store.close()


def _database(settings: Settings) -> str:
    """Look whether the tables are those of this version; making them so is not for a check."""
    waiting = _waiting_migrations(settings)
    if waiting:
        text = say(
            f"有 {waiting} 项表结构待更新：请运行 huitong init", f"{waiting} changes of tables wait: huitong init"
        )
        return Warned(text)
    return say("表结构是最新的", "tables are up to date")


def _waiting_migrations(settings: Settings) -> int:
    set_up_django(settings.home)
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with naming_database_errors():
        executor = MigrationExecutor(connection)
        return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _calendar(settings: Settings) -> str:
    """Ask for the coming year's official working days: without them deadlines are only provisional."""
    if _waiting_migrations(settings):
        return Warned(say("请先运行 huitong init", "huitong init first"))
    from huitong.apps.registry.calendar import next_provisional_year

    with naming_database_errors():
        year = next_provisional_year()
    if not year:
        return say("本年和下一年已正式", "this year and the next are official")
    text = say(
        f"{year} 年的放假安排还没有录入，期限为暂定；请在“工作日历”页面录入国务院办公厅的通知",
        f"{year} is provisional, and so are deadlines in it: enter the State Council's notice on the page /calendar/",
    )
    return Warned(text)


def _mark(one: dict[str, object]) -> str:
    return "✗" if not one["passed"] else "!" if one["warning"] else "✓"


_CHECKS = {
    "python": _python,
    "extensions": _extensions,
    "disk": _disk,
    "lake": _lake,
    "serving": _serving,
    "database": _database,
    "calendar": _calendar,
}
