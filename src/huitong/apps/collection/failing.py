"""What needs somebody now: runs that failed and have not been followed by one that did not."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.collection.models import Run
from huitong.apps.collection.selectors import run_row
from huitong.apps.collection.specs import RunRow
from huitong.apps.paging import PAGE_SIZE, Page, page_of


def failing_runs(viewer: Viewer, *, number: int = 1, size: int = PAGE_SIZE) -> Page[RunRow]:
    """Return the newest failed run of each step and target whose last run failed, newest first. Two queries."""
    ended = (Run.State.DONE, Run.State.FAILED)
    later = Run.objects.filter(kind=OuterRef("kind"), target=OuterRef("target"), state__in=ended, pk__gt=OuterRef("pk"))
    rows = Run.objects.visible_to(viewer).filter(~Exists(later), state=Run.State.FAILED)
    return page_of(rows.select_related("organisation", "requested_by", "item"), run_row, number=number, size=size)
