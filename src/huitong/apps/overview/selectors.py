"""Reads that join several domains."""

from __future__ import annotations

from huitong.apps.overview.flow import city_flow
from huitong.apps.overview.items import item_head, item_page
from huitong.apps.overview.rows import rows_head, rows_of
from huitong.apps.overview.status import status

__all__ = ["city_flow", "item_head", "item_page", "rows_head", "rows_of", "status"]
