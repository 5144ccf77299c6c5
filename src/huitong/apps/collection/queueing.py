"""Work asked for now and done by a worker. The task is stored in the transaction of the run: neither comes alone."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django_tasks_db.models import DBTaskResult

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_bureau
from huitong.apps.collection.chains import new_chain
from huitong.apps.collection.models import Run
from huitong.apps.collection.running import open_run
from huitong.apps.collection.specs import Mode
from huitong.apps.collection.tasks import perform_chain, perform_run


@transaction.atomic
def queue_run(acting_user: User, *, kind: str, target: str, mode: Mode = "auto") -> Run:
    """Queue one step. Raises as :func:`huitong.apps.collection.running.open_run`."""
    run = open_run(acting_user, kind=kind, target=target, mode=mode, state=Run.State.QUEUED)
    perform_run.enqueue(run.pk)
    return run


@transaction.atomic
def queue_chain(acting_user: User, *, items: Iterable[str] | None = None, full: bool = False) -> str:
    """Queue the whole chain; return the name that its runs will share.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau asks.
    """
    require_bureau(acting_user)
    chain = new_chain()
    perform_chain.enqueue(acting_user.login, chain, None if items is None else list(items), full)
    return chain


def chain_end(chain: str) -> str | None:
    """Return how a chain that :func:`queue_chain` named ended. One query.

    Returns:
        None while it waits or runs; "" when every step had its turn; else the class of the error that broke it off.
    """
    tasks = DBTaskResult.objects.filter(task_path=perform_chain.module_path, finished_at__isnull=False)
    ended = tasks.order_by("-enqueued_at").values_list("args_kwargs", "exception_class_path")[:50]
    return next((error for asked, error in ended if chain in asked["args"]), None)
