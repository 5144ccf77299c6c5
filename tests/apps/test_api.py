"""The API as a program meets it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_openapi(client) -> None:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200, answer.content
    print(answer.json()["paths"].keys())
