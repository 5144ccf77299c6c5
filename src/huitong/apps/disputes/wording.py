"""The names in a dispute, which its case keeps in Chinese, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from huitong.apps.cases.models import Case
from huitong.apps.catalog.selectors import english_of_code, english_of_fields, item_names
from huitong.apps.labels import language

OPENED, CHECKED = "对数据提出异议", "核实数据异议"
"""What the value, and the row it comes from, are looked at for, as evidence keeps it."""
PURPOSES = {OPENED: _("对数据提出异议"), CHECKED: _("核实数据异议")}
FIELD, ITEM, VALUE = "field", "table", "value"
"""Questions of the case type that the trace answers with names."""
_KEPT_CODE = re.compile("(?P<title>.+)（(?P<code>[^（）]+)）")


def kept_item(title: str, code: str) -> str:
    """Return how a case keeps the item that a value comes from."""
    return f"{title}（{code}）"


def kept_code(title: str, code: str) -> str:
    """Return how a case keeps a value that is a code of a list."""
    return f"{title}（{code}）"


def names_in_language(case: Case, data: Mapping[str, object]) -> dict[str, str]:
    """Return field, item and value among ``data`` by their English names, for who reads English.

    Two queries, and one more where the value is a code of a list.

    What has no English name, or is called otherwise by now, stays as the case keeps it.
    """
    if language() != "en" or not {FIELD, ITEM} & data.keys():
        return {}
    field, item, code = str(data.get(FIELD, "")), data.get(ITEM), case.subject_key
    title, title_en = item_names([code]).get(code, ("", ""))
    names = {FIELD: english_of_fields([field]).get(field, "")}
    if title_en and item == kept_item(title, code):
        names[ITEM] = f"{title_en} ({code})"
    kept = _KEPT_CODE.fullmatch(str(data.get(VALUE, "")))
    english = english_of_code(kept["title"], kept["code"]) if kept else ""
    if kept and english:
        names[VALUE] = f"{english} ({kept['code']})"
    return {name: text for name, text in names.items() if text}
