"""The number that a look-up asks for, checked as its data element says before anybody is looked up by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from huitong.apps.catalog.models import DataElement
from huitong.apps.declared import in_language
from huitong.apps.ledger.selectors import normal_key
from huitong.engine.standards.rules import RULE_KINDS
from huitong.foundation.clock import beijing_today
from huitong.foundation.codes import id_number, uscc
from huitong.foundation.errors import Terminal

Check = tuple[Callable[[str], str], Callable[[str], str]]
"""How a number is brought to its standard form, and what is then wrong with it, by the name of a rule's reason."""

CHECKS: Mapping[str, Check] = {
    "id_number": (id_number.normalise, lambda number: id_number.problem(number, today=beijing_today())),
    "uscc": (uscc.normalise, uscc.problem),
}
"""By the check that a data element names."""


def standard_key(element: DataElement | None, key: str) -> str:
    """Return a number as the library has it.

    Raises:
        Terminal: ``libraries.key_wrong``, where no such number can exist.
    """
    checks = element.as_spec().checks if element else ()
    for name in checks:
        if name not in CHECKS:
            continue
        normalise, problem = CHECKS[name]
        number = normalise(key)
        if wrong := problem(number):
            reason = next(one for one in RULE_KINDS[name].reasons if one.name == wrong)
            title = element.shown_title if element else name
            raise Terminal("libraries.key_wrong", element=title, reason=in_language(reason.title, reason.title_en))
        return number
    return normal_key(key)
