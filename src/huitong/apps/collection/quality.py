"""What checks found: issues that open, close themselves and open again."""

from __future__ import annotations

from collections.abc import Sequence

from huitong.apps.catalog.models import CatalogItem
from huitong.apps.collection.models import QualityIssue, QualityResult, Run
from huitong.apps.collection.specs import RuleCount
from huitong.foundation.clock import now


def note_quality(run: Run, item: CatalogItem, counts: Sequence[RuleCount]) -> None:
    """Bring an item's issues to what a check found, within the transaction that ends the run.

    A rule with failing rows opens an issue, or opens it again; one without closes it; one that is no longer checked
    closes it too. Nobody decides here, so there is no audit entry.
    """
    issues = {issue.rule: issue for issue in QualityIssue.objects.filter(item=item)}
    known = {count.rule for count in counts}
    gone = [RuleCount(rule, issue.severity, 0, 0) for rule, issue in issues.items() if rule not in known]
    results = []
    for count in (*counts, *gone):
        issue = issues.get(count.rule)
        if issue is None and not count.failed:
            continue
        was_open = issue is not None and issue.state == QualityIssue.State.OPEN
        issue = _brought_to(issue or _new_issue(item, count), count)
        issue.save()
        if was_open or count.failed:
            results.append(
                QualityResult(issue=issue, run=run, at=issue.checked_at, failed=count.failed, total=count.total)
            )
    QualityResult.objects.bulk_create(results)


def _new_issue(item: CatalogItem, count: RuleCount) -> QualityIssue:
    return QualityIssue(
        item=item,
        organisation_id=item.provider_id,
        rule=count.rule,
        state=QualityIssue.State.OPEN,
        opened_at=now(),
    )


def _brought_to(issue: QualityIssue, count: RuleCount) -> QualityIssue:
    issue.severity, issue.failed, issue.total, issue.checked_at = count.severity, count.failed, count.total, now()
    issue.organisation_id = issue.item.provider_id
    if count.failed and issue.state == QualityIssue.State.CLOSED:
        issue.state, issue.closed_at = QualityIssue.State.OPEN, None
        issue.opened_at = issue.checked_at
        issue.times_opened += 1
    elif not count.failed and issue.state == QualityIssue.State.OPEN:
        issue.state, issue.closed_at = QualityIssue.State.CLOSED, issue.checked_at
    return issue
