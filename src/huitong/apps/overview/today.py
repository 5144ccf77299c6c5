"""My work today: what waits, what is late, what failed overnight, what has grown too old. As far as one may see."""

from __future__ import annotations

from dataclasses import dataclass, replace

from huitong.apps.accounts.models import User
from huitong.apps.cases.selectors import COUNTED, queue_for, waiting_counts
from huitong.apps.cases.specs import CaseFilter, CaseRow, WaitingCounts
from huitong.apps.collection.failing import Failures, failures
from huitong.apps.collection.selectors import OverdueItems, overdue_items
from huitong.apps.collection.target_words import TargetWords
from huitong.apps.paging import Page

SHORT_LIST = 6


@dataclass(frozen=True)
class Today:
    """The first part of everybody's home. Lists are short; the numbers beside them are not."""

    work: WaitingCounts
    late: Page[CaseRow]
    """Past their day, of all cases one sees, whoever's turn it is."""
    waiting: tuple[CaseRow, ...]
    """Of what waits for the reader: what is not late yet."""
    failures: Failures
    overdue: OverdueItems
    most: int = COUNTED
    """Where counts of cases stop."""


def today_of(user: User, words: TargetWords) -> Today:
    """Return what somebody finds in the morning. A fixed number of queries, however much there is.

    Args:
        words: what runs worked on, in words; learns what it needs.
    """
    found = failures(user, most=SHORT_LIST)
    words.learn([*(one.run for one in found.night), *found.older])
    night = (replace(one, run=replace(one.run, target_title=words.text(one.run))) for one in found.night)
    older = (replace(run, target_title=words.text(run)) for run in found.older)
    return Today(
        work=waiting_counts(user),
        late=queue_for(user, CaseFilter(view="open", due="late"), size=SHORT_LIST, most=COUNTED),
        waiting=queue_for(user, CaseFilter(due="ahead"), size=SHORT_LIST, most=SHORT_LIST).rows,
        failures=replace(found, night=tuple(night), older=tuple(older)),
        overdue=overdue_items(user, most=SHORT_LIST),
    )
