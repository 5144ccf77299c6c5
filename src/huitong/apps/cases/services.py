"""Writes of cases.

For other apps: declare a ``CaseType`` in a pack (:mod:`huitong.engine.declarations.cases`), register hooks in
``AppConfig.ready()`` (:mod:`huitong.apps.cases.registry`), then :func:`open_case`, :func:`act`. A case knows its
subject by kind and key only; what a state means for the subject is what the hooks do, in the action's transaction.
"""

from __future__ import annotations

from huitong.apps.cases.acting import act, open_case
from huitong.apps.cases.advancing import advance_clocks, extend_clock, recompute_deadlines
from huitong.apps.cases.assigning import add_onlooker, assign_party
from huitong.apps.cases.declaring import put_case_type, remove_case_type
from huitong.apps.cases.filing import ACCEPTED, REFUSALS, attach_file, attach_kept, forget_content, kept_content
from huitong.apps.cases.many import act_on_many
from huitong.apps.cases.teamwork import claim, comment_on, hand_over, release

__all__ = [
    "ACCEPTED",
    "REFUSALS",
    "act",
    "act_on_many",
    "add_onlooker",
    "advance_clocks",
    "assign_party",
    "attach_file",
    "attach_kept",
    "claim",
    "comment_on",
    "extend_clock",
    "forget_content",
    "hand_over",
    "kept_content",
    "open_case",
    "put_case_type",
    "recompute_deadlines",
    "release",
    "remove_case_type",
]
