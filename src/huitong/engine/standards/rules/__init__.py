"""Kinds of rules: each says what is wrong with a row by a DuckDB condition."""

from huitong.engine.standards.rules import (
    compare,
    conversion,
    id_number,
    in_codelist,
    matches,
    max_length,
    mobile,
    not_future,
    range,  # noqa: A004
    reference,
    required,
    unique,
    uscc,
)
from huitong.engine.standards.rules.protocol import RuleKind

RULE_KINDS: dict[str, RuleKind] = {
    module.KIND.name: module.KIND
    for module in (
        required,
        conversion,
        max_length,
        in_codelist,
        id_number,
        uscc,
        mobile,
        matches,
        range,
        not_future,
        compare,
        unique,
        reference,
    )
}
"""Every kind by the name that data elements and items use."""
