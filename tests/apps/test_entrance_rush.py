"""A rush at the entrance: many attempts at once, each in a connection of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from huitong.apps.accounts.attempts import FROM_ONE_ADDRESS, Origin, open_attempt
from huitong.apps.accounts.models import User
from huitong.foundation.errors import Terminal


@pytest.mark.django_db(transaction=True)
def test_forty_at_once_count_forty(system: User) -> None:
    def attempt(number: int) -> bool:
        try:
            open_attempt(login="nobody", origin=Origin("10.0.0.1", ""), method="password")
        except Terminal:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(attempt, range(40)))
    assert sum(passed) <= FROM_ONE_ADDRESS
