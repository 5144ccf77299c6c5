"""The names in a dispute, which its case keeps in Chinese, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from huitong.apps.cases.models import Case
from huitong.apps.catalog.selectors import english_of_elements, item_names
from huitong.apps.labels import language

OPENED, CHECKED = "对数据提出异议", "核实数据异议"
"""What the value, and the row it comes from, are looked at for, as evidence keeps it."""
PURPOSES = {OPENED: _("对数据提出异议"), CHECKED: _("核实数据异议")}
FIELD, ITEM = "field", "table"
"""Questions of the case type that the trace answers with names."""


def kept_item(title: str, code: str) -> str:
    """Return how a case keeps the item that a value comes from."""
    return f"{title}（{code}）"


def names_in_language(case: Case, data: Mapping[str, object]) -> dict[str, str]:
    """Return the field and the item among ``data`` by their English names, for who reads English. Two queries.

    What has no English name, or is called otherwise by now, stays as the case keeps it.
    """
    if language() != "en" or not {FIELD, ITEM} & data.keys():
        return {}
    field, item, code = str(data.get(FIELD, "")), data.get(ITEM), case.subject_key
    title, title_en = item_names([code]).get(code, ("", ""))
    names = {FIELD: english_of_elements([field]).get(field, "")}
    if title_en and item == kept_item(title, code):
        names[ITEM] = f"{title_en} ({code})"
    return {name: text for name, text in names.items() if text}
