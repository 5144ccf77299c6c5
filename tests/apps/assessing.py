"""The town assessed: the shipped indicators, and a quarter frozen as if it were over."""

from __future__ import annotations

import datetime as dt

import pytest

from huitong.apps.accounts.models import User
from huitong.apps.assessment import freezing
from huitong.apps.assessment.models import Quarter
from huitong.apps.assessment.services import freeze_quarter, put_indicator
from huitong.engine.assessment.period import period_at
from huitong.engine.declarations.load import load_pack
from huitong.foundation.clock import beijing_today

INDICATORS = load_pack("assessment").indicators
NOW = period_at(beijing_today())
"""The quarter in which the town's chain is run."""


def put_indicators(system: User) -> None:
    """Declare the shipped indicators."""
    for one in INDICATORS:
        put_indicator(system, spec=one)


def freeze_now(system: User, monkeypatch: pytest.MonkeyPatch) -> Quarter:
    """Freeze the running quarter on the day after it, with everything that happened in it until now."""
    with monkeypatch.context() as later:
        later.setattr(freezing, "beijing_today", lambda: NOW.ends + dt.timedelta(days=1))
        return freeze_quarter(system, quarter=NOW.code)
