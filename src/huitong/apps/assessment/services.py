"""Writes of assessment."""

from huitong.apps.assessment.commenting import answer_comment, comment_on_score
from huitong.apps.assessment.exporting import export_facts
from huitong.apps.assessment.freezing import freeze_generated, freeze_quarter, publish_quarter, refresh_preview
from huitong.apps.assessment.gathering import register_facts
from huitong.apps.assessment.weighing import put_indicator, remove_indicator, set_weights

__all__ = [
    "answer_comment",
    "comment_on_score",
    "export_facts",
    "freeze_generated",
    "freeze_quarter",
    "publish_quarter",
    "put_indicator",
    "refresh_preview",
    "register_facts",
    "remove_indicator",
    "set_weights",
]
