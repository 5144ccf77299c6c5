"""``huitong assess``: a quarter's ranking; freezing it; proving that it is what its facts say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from huitong.cli.report import out, print_table, report, say
from huitong.cli.session import AsJson, Home, open_session
from huitong.foundation.errors import Terminal

if TYPE_CHECKING:
    from huitong.apps.assessment.specs import Ranking, Verification


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(assess)


def assess(
    quarter: Annotated[str, typer.Argument(help="Year and quarter, e.g. 2026Q3.")],
    home: Home = None,
    freeze: Annotated[
        bool, typer.Option("--freeze", help="Freeze the quarter with its facts, once it is over.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Recompute it from its frozen facts and compare; 1 when anything differs.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print a quarter's ranking; of the running quarter a preview by today's data."""
    open_session(home)
    from huitong.apps.accounts.services import system_user
    from huitong.apps.assessment.selectors import quarter_list, ranking, verify_quarter
    from huitong.apps.assessment.services import freeze_quarter, refresh_preview
    from huitong.engine.assessment.period import period_at, period_of
    from huitong.foundation.clock import beijing_today

    code = period_of(quarter).code
    if freeze:
        freeze_quarter(system_user(), quarter=code)
    elif code == period_at(beijing_today()).code:
        refresh_preview(system_user())
    elif code not in {one.code for one in quarter_list(system_user())}:
        raise Terminal("assessment.not_frozen", quarter=code)
    if verify:
        found = verify_quarter(system_user(), quarter=code)
        report(found, as_json=as_json, text=lambda: _print_verification(found))
        raise typer.Exit(0 if found.whole else 1)
    ranked = ranking(system_user(), code)
    report(ranked, as_json=as_json, text=lambda: _print_ranking(ranked))


def _print_ranking(ranked: Ranking) -> None:
    states = {"preview": ("预览", "preview"), "frozen": ("已定稿", "frozen"), "published": ("已发布", "published")}
    out.print(f"{ranked.quarter.code} {say(*states[ranked.quarter.state])} {ranked.quarter.until}")
    heads = (say("组", "peers"), say("名次", "rank"), say("单位", "organisation"), say("得分", "score"))
    groups = {"department": say("部门", "department"), "county": say("县区", "county")}
    rows = [(groups.get(row.peers, row.peers), row.rank, row.title, f"{row.total:.2f}") for row in ranked.rows]
    print_table(heads, rows)


def _print_verification(found: Verification) -> None:
    if found.whole:
        files, results = found.files, found.results
        out.print(say(f"一致：{files} 个文件，{results} 个数字。", f"Whole: {files} files, {results} numbers."))
        return
    heads = (say("何处", "what"), say("定稿时", "frozen"), say("现在", "found"))
    print_table(heads, [(one.what, one.kept, one.found) for one in found.differences])
