"""Comments of the assessed on their scores, and the bureau's answers."""

from __future__ import annotations

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_bureau
from huitong.apps.assessment.assessed import spoken_for
from huitong.apps.assessment.models import Comment, Quarter, Score
from huitong.apps.assessment.specs import CommentSpec
from huitong.apps.ledger.services import record_audit
from huitong.foundation.clock import now
from huitong.foundation.errors import Terminal

MOST = 2000
"""Characters of a comment or an answer."""


@transaction.atomic
def comment_on_score(acting_user: User, *, quarter: str, organisation: str, text: str, indicator: str = "") -> Comment:
    """Say something to the own organisation's score in a frozen quarter.

    What comes before the bulletin is published stands in its annex; what comes later is shown after it.

    Raises:
        Terminal: ``people.not_found`` for a score that is not there, ``people.not_allowed`` unless a data officer of
            the assessed organisation, or of one below, does it, ``assessment.not_frozen``, ``assessment.text_missing``.
    """
    found = Score.objects.visible_to(acting_user).filter(quarter__code=quarter, code=organisation)
    score = found.select_related("quarter").first()
    if score is None:
        raise Terminal("people.not_found", kind="score", code=f"{quarter}/{organisation}")
    if not may_comment(acting_user, organisation):
        raise Terminal("people.not_allowed", login=acting_user.login)
    if score.quarter.state == Quarter.State.PREVIEW:
        raise Terminal("assessment.not_frozen", quarter=quarter)
    if indicator and not score.parts.filter(indicator=indicator).exists():
        raise Terminal("people.not_found", kind="indicator", code=indicator)
    comment = Comment.objects.create(score=score, indicator=indicator, text=_text(text), user=acting_user)
    record_audit(
        acting_user,
        action="assessment.comment_on_score",
        kind="comment",
        target=str(comment.pk),
        after=_spec_of(comment),
    )
    return comment


@transaction.atomic
def answer_comment(acting_user: User, *, comment: int, text: str) -> Comment:
    """Answer a comment, once.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau does it, ``people.not_found``,
            ``assessment.answered_already``, ``assessment.text_missing``.
    """
    require_bureau(acting_user)
    row = Comment.objects.select_for_update().filter(pk=comment).first()
    if row is None:
        raise Terminal("people.not_found", kind="comment", code=str(comment))
    if row.answer:
        raise Terminal("assessment.answered_already")
    before = _spec_of(row)
    row.answer, row.answered_at, row.answered_by = _text(text), now(), acting_user
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    record_audit(
        acting_user,
        action="assessment.answer_comment",
        kind="comment",
        target=str(row.pk),
        before=before,
        after=_spec_of(row),
    )
    return row


def may_comment(user: User, organisation: str) -> bool:
    """Tell whether ``user`` may speak for an assessed organisation: its data officers, not its developers."""
    return organisation in spoken_for(user)


def _text(text: str) -> str:
    text = text.strip()
    if not text or len(text) > MOST:
        raise Terminal("assessment.text_missing", most=MOST)
    return text


def _spec_of(comment: Comment) -> CommentSpec:
    return CommentSpec(
        quarter=comment.score.quarter.code,
        organisation=comment.score.code,
        indicator=comment.indicator,
        text=comment.text,
        answer=comment.answer,
    )
