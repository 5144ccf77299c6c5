"""The background work of an embedded installation, in threads of the process that serves."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections, connections, transaction
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from huitong.apps.cases.services import advance_clocks
from huitong.apps.collection.services import allow_chains, process_is_gone, recover_runs, stop_chains, this_process
from huitong.apps.demand.services import lapse_refusals
from huitong.apps.ledger.services import import_evidence
from huitong.apps.notices.services import deliver_outbox
from huitong.apps.sharing.services import advance_grants, write_policy
from huitong.foundation.errors import HuitongError

log = logging.getLogger(__name__)

QUEUE_SECONDS = 0.5
"""How often the queue is looked at."""
SEND_SECONDS = 2.0
"""How often the outbox is looked at."""
CLOCK_SECONDS = 60.0
"""How often the clocks of cases are looked at."""
FOLLOW_SECONDS = 2.0
"""How often new evidence is imported and an unwritten policy is written."""


class WorkerThreads:
    """Threads, one a kind of work: queued tasks, evidence files, the outbox, clocks. ``stop`` lets a task end."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, args=(work, pause), name=f"huitong-{work.__name__}", daemon=True)
            for work, pause in (
                (work_off_queue, QUEUE_SECONDS),
                (follow, FOLLOW_SECONDS),
                (send, SEND_SECONDS),
                (tick, CLOCK_SECONDS),
            )
        ]

    def start(self) -> None:
        """Begin."""
        allow_chains()
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 20.0) -> None:
        """End after the step that is under way; one that takes longer than ``timeout`` seconds is left to the next
        start, which settles it."""
        self._stop.set()
        stop_chains()
        for thread in self._threads:
            thread.join(timeout)

    def _loop(self, work: Callable[[], None], pause: float) -> None:
        complaint = ""
        try:
            while not self._stop.is_set():
                close_old_connections()
                try:
                    work()
                    complaint = ""
                except Exception as error:  # a thread that ends would be missed by nobody until much later
                    if str(error) != complaint:  # once, not every two seconds for as long as it lasts
                        complaint = str(error)
                        log.error("%s will be tried again: %s", work.__name__, error, exc_info=_unknown(error))
                self._stop.wait(pause)
        finally:
            connections.close_all()


def _unknown(error: Exception) -> bool:
    """Errors of ours say what to do; of others the traceback is wanted."""
    return not isinstance(error, HuitongError)


def start_worker_thread() -> WorkerThreads:
    """Settle what a killed process left behind, then start the background threads. Call ``stop()`` before exit."""
    requeue_abandoned_tasks()
    try:
        recovered = recover_runs()
    except HuitongError as error:  # the site is of use without the lake, and says what is wrong with it
        log.error("runs not settled: %s", error)
    else:
        if recovered.completed or recovered.interrupted:
            log.warning("settled runs of a killed process: %s", recovered)
    threads = WorkerThreads()
    threads.start()
    return threads


def requeue_abandoned_tasks() -> int:
    """Put the tasks of processes that are gone back into the queue; every task may be delivered twice."""
    abandoned = [
        task.pk for task in DBTaskResult.objects.running() if task.worker_ids and process_is_gone(task.worker_ids[-1])
    ]
    with transaction.atomic():
        return DBTaskResult.objects.filter(pk__in=abandoned).running().update(status="READY")


def work_off_queue() -> None:
    """Do the tasks that are ready, one after the other, until there are none."""
    if not DBTaskResult.objects.ready().exists():  # the worker's own look takes the write lock, this one does not
        return
    worker = Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=this_process(),
        excluded_queue_names=[],
    )
    worker.run()


def send() -> None:
    """Send what waits in the outbox: a mail server that hangs holds up nothing else."""
    deliver_outbox()


def tick() -> None:
    """Warn and escalate about cases whose time has come."""
    advance_clocks()


def follow() -> None:
    """Import new evidence; end grants whose day has come; write the policy where an earlier attempt failed."""
    import_evidence()
    advance_grants()
    lapse_refusals()
    write_policy()
