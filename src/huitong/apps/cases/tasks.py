"""Background work of cases. Both may be done twice: the second time there is nothing to do."""

from __future__ import annotations

from django_tasks import task

from huitong.apps.cases.advancing import recompute_deadlines


@task()
def recount_deadlines(year: int) -> int:
    """Count deadlines again after the working days of a year changed. Returns how many moved."""
    return recompute_deadlines(year)
