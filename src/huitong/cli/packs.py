"""``huitong init | apply | export``: what the city is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huitong.cli.report import out, report, say
from huitong.cli.session import AsJson, Home, open_session
from huitong.engine.declarations.load import load_pack

Variables = Annotated[
    list[str] | None, typer.Option("--set", help="NAME=VALUE for ${NAME} in sources' locations; may be repeated.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(init)
    app.command()(apply)
    app.command()(export)


def init(home: Home = None, as_json: AsJson = False) -> None:
    """Make an empty installation, or bring an existing one up to this version."""
    settings = open_session(home)
    report(
        {"home": str(settings.home)},
        as_json=as_json,
        text=lambda: out.print(say("已就绪：", "Ready: ") + str(settings.home)),
    )


def apply(
    pack: Annotated[str, typer.Argument(help="Folder with pack.yaml, or the name of a shipped pack.")],
    home: Home = None,
    variables: Variables = None,
    only_plan: Annotated[bool, typer.Option("--plan", help="Show what would change, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the installation to what a pack declares; prints the plan first (+ new, ~ changed, - gone)."""
    loaded = load_pack(pack)
    open_session(home)
    from huitong.apps.accounts.services import system_user
    from huitong.apps.packs.services import apply_pack, plan_pack

    plan = plan_pack(loaded)

    def text() -> None:
        for change in plan.changes:
            fields = f"  ({', '.join(change.fields)})" if change.fields else ""
            out.print(f"{change.sign} {change.kind[:-1]} {change.code}{fields}", markup=False)
        counts = f"+{plan.count('+')} ~{plan.count('~')} -{plan.count('-')}"
        out.print(f"{plan.pack}: {counts}" if plan.changes else say("没有变化。", "Nothing to change."))

    if not as_json:
        text()
    if not only_plan:
        apply_pack(system_user(), loaded, variables=variables_of(variables))
    if as_json:  # only now: an error would be a second document
        report(plan, as_json=True, text=text)


def variables_of(given: list[str] | None) -> dict[str, str]:
    """Read ``NAME=VALUE`` words."""
    pairs = [word.partition("=") for word in given or []]
    if any(not mark for _, mark, _ in pairs):
        raise typer.BadParameter(say("--set 需要 名称=值", "--set takes NAME=VALUE"))
    return {name: value for name, _, value in pairs}


def export(
    folder: Annotated[Path, typer.Argument(help="Folder to write; made where it is missing.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write everything declared as one pack."""
    open_session(home)
    from huitong.apps.packs.services import export_pack
    from huitong.engine.declarations.save import save_pack

    files = save_pack(export_pack(), folder)
    report(
        {"files": [str(file) for file in files]}, as_json=as_json, text=lambda: out.print("\n".join(map(str, files)))
    )
