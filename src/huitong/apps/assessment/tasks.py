"""Background work of assessment. It may be delivered twice: the second time it finds a fresh preview."""

from __future__ import annotations

import datetime as dt

from django_tasks import task

from huitong.apps.accounts.services import system_user
from huitong.apps.assessment.models import Quarter
from huitong.apps.assessment.services import refresh_preview
from huitong.engine.assessment.period import period_at
from huitong.foundation.clock import beijing_today, now

FRESH = dt.timedelta(hours=1)
"""A preview younger than this is not computed again."""


@task()
def renew_preview() -> str:
    """Compute the running quarter's preview unless there is a fresh one. Returns what was done."""
    if has_fresh_preview():
        return "fresh"
    refresh_preview(system_user())
    return "computed"


def has_fresh_preview() -> bool:
    """Tell whether the running quarter has a preview of the last hour. One query."""
    code = period_at(beijing_today()).code
    return Quarter.objects.filter(code=code, computed_at__gt=now() - FRESH).exists()


def want_preview(shown: str = "") -> None:
    """Have the running quarter's preview computed, when there is none, or a stale one is being looked at.

    Args:
        shown: the quarter that somebody looks at.
    """
    code = period_at(beijing_today()).code
    known = Quarter.objects.filter(code=code).values_list("computed_at", flat=True).first()
    if known is None or (shown == code and known < now() - FRESH):
        renew_preview.enqueue()
