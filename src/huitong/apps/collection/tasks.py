"""Background work of collection. Every task may be delivered twice: the second time it finds nothing to do."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from huitong.apps.accounts.selectors import user_by_login
from huitong.apps.collection.chains import run_chain
from huitong.apps.collection.models import Run
from huitong.apps.collection.running import claim_run, perform

ATTEMPTS = 3
RETRY_AFTER = dt.timedelta(seconds=30)


@task()
def perform_run(run_id: int) -> str:
    """Perform a queued run; try again later when it failed for a reason that may pass. Returns its state."""
    run = claim_run(run_id)
    if run is None:
        return "not queued"
    perform(run)
    if run.state == Run.State.FAILED and run.transient and run.attempt < ATTEMPTS:
        _queue_again(run)
    return run.state


def _queue_again(run: Run) -> None:
    with transaction.atomic():
        again = Run.objects.create(
            kind=run.kind,
            target=run.target,
            item=run.item,
            organisation_id=run.organisation_id,
            state=Run.State.QUEUED,
            chain=run.chain,
            mode=run.mode,
            requested_by_id=run.requested_by_id,
            attempt=run.attempt + 1,
        )
        perform_run.using(run_after=timezone.now() + RETRY_AFTER * run.attempt).enqueue(again.pk)


@task()
def perform_chain(login: str, chain: str, items: list[str] | None, full: bool) -> int:
    """Run the whole chain on behalf of somebody. Returns how many steps failed."""
    if Run.objects.filter(chain=chain).exists():
        return 0
    return run_chain(user_by_login(login), items=items, full=full, chain=chain).failed
