"""Writes of supply and demand. What follows from a step of a case is in :mod:`huitong.apps.demand.hooks`."""

from __future__ import annotations

from huitong.apps.demand.applying import (
    add_draft_file,
    drop_draft,
    drop_draft_file,
    keep_draft,
    start_draft,
    submit_application,
)
from huitong.apps.demand.declaring import put_authority, put_remit, remove_authority, remove_remit
from huitong.apps.demand.demanding import file_demand, join_demand, lapse_refusals

__all__ = [
    "add_draft_file",
    "drop_draft",
    "drop_draft_file",
    "file_demand",
    "join_demand",
    "keep_draft",
    "lapse_refusals",
    "put_authority",
    "put_remit",
    "remove_authority",
    "remove_remit",
    "start_draft",
    "submit_application",
]
