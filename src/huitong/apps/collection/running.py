"""One run: an attempt of one engine step on one target, from its request to what it came to."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_bureau
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.selectors import declared_codelists, declared_elements, item_by_code, standards_version
from huitong.apps.catalog.services import note_link_state
from huitong.apps.collection import steps
from huitong.apps.collection.models import Run, Source, TableState
from huitong.apps.collection.quality import note_quality
from huitong.apps.collection.run_watch import run_ended
from huitong.apps.collection.selectors import may_run
from huitong.apps.collection.specs import Mode, Outcome, RunRequest
from huitong.apps.declared import stored
from huitong.apps.ledger.services import record_audit
from huitong.apps.libraries.selectors import declared_libraries, library_by_code
from huitong.apps.sharing.selectors import declared_services
from huitong.engine.plans.publish import Publication, publications
from huitong.engine.standards import Standards
from huitong.foundation.disk import disk_is_full
from huitong.foundation.errors import HuitongError, Terminal, Transient

log = logging.getLogger(__name__)


def collect_item_now(acting_user: User, *, item: str, mode: Mode = "auto") -> Run:
    """Bring an item's rows from its source, now. The run says what it came to, also when it failed.

    Args:
        item: code of the item.
        mode: ``reread`` reads everything whatever the link says; ``full`` also believes a source that has no rows any
            more; ``remake`` makes the table anew, for a source whose types changed.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the bureau or the provider's data officer asks.
    """
    return perform(open_run(acting_user, kind=Run.Kind.COLLECT, target=item, mode=mode))


def check_item_now(acting_user: User, *, item: str, full: bool = False) -> Run:
    """Check an item's rows, now. Raises as :func:`collect_item_now`."""
    return perform(open_run(acting_user, kind=Run.Kind.CHECK, target=item, mode=mode_of(full)))


def fuse_library_now(acting_user: User, *, library: str, full: bool = False) -> Run:
    """Bring a library up to its std tables, now. For the bureau; raises as :func:`collect_item_now`."""
    return perform(open_run(acting_user, kind=Run.Kind.FUSE, target=library, mode=mode_of(full)))


def publish_now(acting_user: User, *, table: str, full: bool = False) -> Run:
    """Bring one table (``base.population``) of the serving store up to the lake, now. For the bureau."""
    return perform(open_run(acting_user, kind=Run.Kind.PUBLISH, target=table, mode=mode_of(full)))


def mode_of(full: bool) -> Mode:
    """Return the mode that a ``full`` option stands for."""
    return "full" if full else "auto"


def open_run(
    acting_user: User,
    *,
    kind: str,
    target: str,
    mode: Mode = "auto",
    chain: str = "",
    state: str = Run.State.RUNNING,
) -> Run:
    """Enter a run into the books before anything is done; a chain has one audit entry, other runs one each.

    Raises:
        Terminal: ``people.not_found`` when there is no such target, ``people.not_allowed``,
            ``people.invalid_input`` for an unknown kind.
    """
    item = _authorised_item(acting_user, kind, target)
    with transaction.atomic():
        run = Run.objects.create(
            kind=kind,
            target=target,
            item=item,
            organisation_id=item.provider_id if item else None,
            state=state,
            chain=chain,
            mode=mode,
            requested_by=acting_user,
            started_at=timezone.now() if state == Run.State.RUNNING else None,
            worker=this_process() if state == Run.State.RUNNING else "",
        )
        if not chain:
            request = RunRequest(kind=kind, target=target, mode=mode)
            record_audit(acting_user, action="collection.start_run", kind="run", target=str(run.pk), after=request)
    return run


def _authorised_item(acting_user: User, kind: str, target: str) -> CatalogItem | None:
    if kind in (Run.Kind.COLLECT, Run.Kind.CHECK):
        item = item_by_code(target)
        if not may_run(acting_user, item):
            raise Terminal("people.not_allowed", login=acting_user.login)
        return item
    require_bureau(acting_user)
    if kind == Run.Kind.FUSE:
        library_by_code(target)
    elif kind == Run.Kind.PUBLISH:
        publication_of(target)
    else:
        raise Terminal("people.invalid_input", field="kind", reason=kind)
    return None


def this_process() -> str:
    """Name this process as runs and tasks do: ``host:pid``."""
    return f"{socket.gethostname()}:{os.getpid()}"


def claim_run(run_id: int) -> Run | None:
    """Take a queued run, None when somebody else has, or had, it."""
    claimed = Run.objects.filter(pk=run_id, state=Run.State.QUEUED).update(
        state=Run.State.RUNNING, started_at=timezone.now(), worker=this_process()
    )
    return Run.objects.select_related("item").get(pk=run_id) if claimed else None


def perform(run: Run) -> Run:
    """Do what a run that is ``running`` is for, and record what it came to.

    The engine works outside any transaction of the people plane's database; killed in between, the run is found
    again by :func:`huitong.apps.collection.recovering.recover_runs`.
    """
    try:
        outcome = _STEPS[run.kind](run)
    except HuitongError as error:
        _fail(run, error)
    except Exception as error:  # a defect of ours: one run fails with it, the others go on
        if disk_is_full(error, settings.HUITONG.home):
            _fail(run, Transient("people.disk_full", where=settings.HUITONG.home))
        else:
            log.exception("run %s (%s %s) broke", run.pk, run.kind, run.target)
            _fail(run, Terminal("jobs.crashed", reason=f"{type(error).__name__}: {error}"))
    except BaseException:
        _fail(run, Terminal("jobs.interrupted"))
        raise
    else:
        _finish(run, outcome)
        run_ended(run)
    return run


def _collect(run: Run) -> Outcome:
    item = item_by_code(run.target).as_spec()
    if item.link is None:
        raise Terminal("collect.not_linked", item=item.code)
    source = Source.objects.get(code=item.link.source)
    variables = {"home": str(settings.HUITONG.home), **source.bound}
    return steps.collect(item, source.as_spec(), variables, mode=cast(Mode, run.mode))


def _check(run: Run) -> Outcome:
    return steps.check(item_by_code(run.target).as_spec(), standards(), full=run.mode != "auto")


def _fuse(run: Run) -> Outcome:
    return steps.fuse(library_by_code(run.target).as_spec(), full=run.mode != "auto")


def _publish(run: Run) -> Outcome:
    return steps.publish(publication_of(run.target), full=run.mode != "auto")


_STEPS: dict[str, Callable[[Run], Outcome]] = {
    Run.Kind.COLLECT: _collect,
    Run.Kind.CHECK: _check,
    Run.Kind.FUSE: _fuse,
    Run.Kind.PUBLISH: _publish,
}


def standards() -> Standards:
    """Return the data elements and code lists that checks go by. Two queries while they stay what they are."""
    version = standards_version()
    known = _standards.get(version)
    if known is None:
        known = Standards.of(elements=declared_elements(), codelists=declared_codelists())
        _standards.clear()
        _standards[version] = known
    return known


_standards: dict[str, Standards] = {}
"""The last one read, by its version."""


def publication_of(table: str) -> Publication:
    """Return what is published of a lake table.

    Raises:
        Terminal: ``people.not_found`` when no service reads it.
    """
    for publication in publications(declared_services(), declared_libraries()):
        if publication.name == table:
            return publication
    raise Terminal("people.not_found", kind="served table", code=table)


@transaction.atomic
def _finish(run: Run, outcome: Outcome) -> None:
    run.state, run.finished_at = Run.State.DONE, timezone.now()
    run.counts, run.snapshot, run.lake_run = stored(outcome.counts), outcome.snapshot, outcome.lake_run
    run.save()
    note_tables(run, outcome)
    if run.item is None:
        return
    if run.kind == Run.Kind.COLLECT:
        note_link_state(item_id=run.item.pk, healthy=True)
        Source.objects.filter(code=run.item.source).update(reachable=True, last_error="")
    elif run.kind == Run.Kind.CHECK:
        note_quality(run, run.item, outcome.rules)


@transaction.atomic
def _fail(run: Run, error: HuitongError) -> None:
    run.state, run.finished_at = Run.State.FAILED, timezone.now()
    run.error, run.error_parameters = error.code, {name: str(value) for name, value in error.parameters.items()}
    run.transient = isinstance(error, Transient)
    run.save()
    if run.kind == Run.Kind.COLLECT and run.item is not None:
        note_link_state(item_id=run.item.pk, healthy=False)
        if error.code.startswith("source."):
            Source.objects.filter(code=run.item.source).update(reachable=False, last_error=error.code)


@dataclass(frozen=True)
class _Counted:
    schema: str
    name: str
    rows: int


def note_tables(run: Run, outcome: Outcome) -> None:
    """Note the sizes of the tables that a run wrote, so that pages need not open the lake."""
    counts = outcome.counts
    changed = counts.inserted + counts.updated + counts.deleted > 0
    for one in _counted(run, outcome):
        state = TableState.objects.filter(schema=one.schema, name=one.name).first()
        moved = state is None or changed or state.rows != one.rows or state.item_id != run.item_id
        if moved:
            TableState.objects.update_or_create(
                schema=one.schema,
                name=one.name,
                defaults={
                    "item": run.item,
                    "rows": one.rows,
                    "snapshot": outcome.snapshot,
                    "changed_at": timezone.now(),
                },
            )


def _counted(run: Run, outcome: Outcome) -> tuple[_Counted, ...]:
    counts = outcome.counts
    if run.kind == Run.Kind.FUSE:
        name = library_by_code(run.target).table
        return (_Counted("base", name, counts.rows), _Counted("base", f"{name}_conflict", counts.conflicts))
    if run.item is None:
        return ()
    if run.kind == Run.Kind.COLLECT:
        return (_Counted("raw", run.item.table, counts.rows),)
    return (_Counted("std", run.item.table, counts.rows), _Counted("quarantine", run.item.table, counts.rejected))
