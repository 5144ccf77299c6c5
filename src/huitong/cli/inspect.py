"""``huitong status | trace | explain | ledger | doctor``: what is there, where from, why, and is it whole."""

from __future__ import annotations

import shutil
import sys
from typing import Annotated, Any

import typer

from huitong.cli.report import out, print_table, report, say
from huitong.cli.session import AsJson, Home, open_session, settings_of
from huitong.engine.declarations.sharing import ServiceKind
from huitong.foundation.errors import HuitongError
from huitong.foundation.settings import Settings, command_language

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

    now = current_status(system_user())

    def text() -> None:
        print_table(("schema", "table", "rows"), [(one.schema, one.table, one.rows) for one in now.tables])
        out.print()
        if now.failures:
            print_table(
                ("step", "target", "error", "finished"),
                [(one.kind, one.target, one.error, str(one.finished_at)) for one in now.failures],
            )
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

    report(result, as_json=as_json, text=text)
    if result.broken:
        raise result.broken.as_error()


def doctor(home: Home = None, as_json: AsJson = False) -> None:
    """Check that this machine can run Huitong: Python, extensions, disk, database, lake, serving store."""
    settings = settings_of(home)
    checks = [_checked(name, check, settings) for name, check in _CHECKS.items()]

    def text() -> None:
        for one in checks:
            out.print(f"{'✓' if one['passed'] else '✗'} {one['check']:16} {one['found']}", markup=False)

    report(checks, as_json=as_json, text=text)
    if not all(one["passed"] for one in checks):
        raise typer.Exit(1)


def _checked(name: str, check: Any, settings: Settings) -> dict[str, object]:
    try:
        return {"check": name, "passed": True, "found": check(settings)}
    except HuitongError as error:
        return {
            "check": name,
            "passed": False,
            "found": f"{error.detail(settings.language)} {error.hint(settings.language)}",
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


_CHECKS = {"python": _python, "extensions": _extensions, "disk": _disk, "lake": _lake, "serving": _serving}
