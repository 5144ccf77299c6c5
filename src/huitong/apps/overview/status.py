"""How the installation stands: for ``huitong status``, the API and the desk."""

from __future__ import annotations

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.collection.models import Run
from huitong.apps.collection.selectors import (
    error_language,
    error_of,
    last_runs,
    open_issue_counts,
    run_counts,
    table_states,
)
from huitong.apps.ledger.selectors import evidence_count
from huitong.apps.overview.specs import LastRun, OpenFailure, Status, TableFigures


def status(viewer: Viewer) -> Status:
    """Return tables, last runs and open failures, the last two as far as ``viewer`` may see them. Six queries."""
    runs = last_runs(viewer)
    waiting = run_counts()
    return Status(
        tables=tuple(TableFigures(one.schema, one.name, one.rows, one.changed_at) for one in table_states()),
        last_runs=tuple(LastRun(run.kind, run.target, run.state, run.finished_at, run.error) for run in runs),
        failures=tuple(_failure(run) for run in runs if run.state == Run.State.FAILED),
        open_issues=sum(open_issue_counts().values()),
        queued=waiting.get(Run.State.QUEUED, 0),
        running=waiting.get(Run.State.RUNNING, 0),
        evidence=evidence_count(),
    )


def _failure(run: Run) -> OpenFailure:
    error = error_of(run)
    language = error_language()
    return OpenFailure(
        kind=run.kind,
        target=run.target,
        error=run.error,
        title=error.title(language) if error else run.error,
        detail=error.detail(language) if error else "",
        hint=error.hint(language) if error else "",
        finished_at=run.finished_at,
    )
