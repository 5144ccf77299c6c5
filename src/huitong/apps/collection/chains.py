"""The whole chain: collect and check every linked item, fuse the libraries, publish the tables that services read."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_bureau
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.selectors import linked_items
from huitong.apps.collection.models import Run
from huitong.apps.collection.running import mode_of, open_run, perform
from huitong.apps.collection.selectors import run_failure
from huitong.apps.collection.specs import ChainReport, Mode, RunRequest
from huitong.apps.collection.stopping import must_stop
from huitong.apps.ledger.services import record_audit
from huitong.apps.libraries.selectors import declared_libraries
from huitong.apps.sharing.selectors import declared_services
from huitong.engine.check import check_order
from huitong.engine.plans.publish import publications
from huitong.foundation.settings import command_language

Watch = Callable[[Run], None]
"""Called with each run twice: when it begins (``running``) and when it ended (``done`` or ``failed``)."""


def run_chain(
    acting_user: User,
    *,
    items: Iterable[str] | None = None,
    full: bool = False,
    chain: str = "",
    watch: Watch | None = None,
) -> ChainReport:
    """Take rows from their sources to the serving store, in order of dependency, each step recorded as a run.

    A step that fails stops only what stands on it: its item's check; libraries are fused from what is there.
    Work is proportional to what changed at the sources. When the process is told to stop, the steps not yet begun are
    skipped; the next chain does them.

    Args:
        items: codes to start from, and with them the libraries and services they feed; None for everything.
        full: read sources whole, rebuild libraries and served tables; an emptied source is refused as ever.
        chain: name shared by the runs; made up when empty.
        watch: told of every run, e.g. to show progress.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau asks.
    """
    require_bureau(acting_user)
    chain = chain or new_chain()
    wanted = None if items is None else tuple(items)
    with transaction.atomic():
        request = RunRequest(kind="chain", target="、".join(wanted or ()), mode=mode_of(full))
        record_audit(acting_user, action="collection.run_chain", kind="chain", target=chain, after=request)
    runs = _Runs(acting_user, chain, mode_of(full), watch or _ignore)
    linked = linked_items(wanted or ())
    collected = [item for item in linked if runs.step(Run.Kind.COLLECT, item.code)]
    runs.skipped += len(linked) - len(collected)  # what was not collected is not checked
    for spec in check_order(item.as_spec() for item in collected):
        runs.step(Run.Kind.CHECK, spec.code)
    for code in _libraries(linked, everything=wanted is None):
        runs.step(Run.Kind.FUSE, code)
    for table in _tables(linked, everything=wanted is None):
        runs.step(Run.Kind.PUBLISH, table)
    return runs.report()


def chain_length(items: Iterable[str] | None = None) -> int:
    """Return how many steps :func:`run_chain` would take, for a progress bar."""
    linked = linked_items(items or ())
    everything = items is None
    return (
        2 * len(linked)
        + sum(1 for _ in _libraries(linked, everything=everything))
        + sum(1 for _ in _tables(linked, everything=everything))
    )


def chain_is_complete() -> bool:
    """Tell whether every table that services read has been published at least once."""
    tables = {one.name for one in publications(declared_services(), declared_libraries())}
    published = Run.objects.filter(kind=Run.Kind.PUBLISH, state=Run.State.DONE, target__in=tables)
    return set(published.values_list("target", flat=True)) == tables


def new_chain() -> str:
    """Return a fresh name for runs that are started together."""
    return uuid.uuid4().hex[:16]


class _Runs:
    """The runs of one chain, one after the other."""

    def __init__(self, acting_user: User, chain: str, mode: Mode, watch: Watch) -> None:
        self._user, self._chain, self._mode, self._watch = acting_user, chain, mode, watch
        self._runs: list[Run] = []
        self.skipped = 0

    def step(self, kind: str, target: str) -> bool:
        """Run one step; tell whether it succeeded."""
        if must_stop():
            self.skipped += 1
            return False
        mode: Mode = "reread" if kind == Run.Kind.COLLECT and self._mode == "full" else self._mode
        run = open_run(self._user, kind=kind, target=target, mode=mode, chain=self._chain)
        self._watch(run)
        perform(run)
        self._watch(run)
        self._runs.append(run)
        return run.state == Run.State.DONE

    def report(self) -> ChainReport:
        failed = [run for run in self._runs if run.state == Run.State.FAILED]
        return ChainReport(
            chain=self._chain,
            done=len(self._runs) - len(failed),
            failed=len(failed),
            skipped=self.skipped,
            failures=tuple(run_failure(run, command_language()) for run in failed),
        )


def _libraries(linked: Iterable[CatalogItem], *, everything: bool) -> Iterator[str]:
    tables = {item.table for item in linked}
    for library in declared_libraries():
        if everything or any(source.table in tables for source in library.sources):
            yield library.code


def _tables(linked: Iterable[CatalogItem], *, everything: bool) -> Iterator[str]:
    items = {item.table for item in linked}
    libraries = declared_libraries()
    touched = {f"std.{table}" for table in items} | {
        f"base.{library.table}" for library in libraries if any(source.table in items for source in library.sources)
    }
    for publication in publications(declared_services(), libraries):
        if everything or publication.name in touched:
            yield publication.name


def _ignore(_: Run) -> None:
    """Watch nothing."""
