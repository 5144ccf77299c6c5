"""What a kind of rule is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Severity = Literal["reject", "flag"]


@dataclass(frozen=True)
class Reason:
    """One way to break a rule. The reason of a rule with only one is its kind's name or close to it."""

    name: str
    title: str
    title_en: str


@dataclass(frozen=True)
class FieldColumns:
    """A field inside the check query: quoted column names of its normalised text and of its typed value.

    ``code``: the column with the code found in the element's code list, "" without a list. ``probe``: the column with
    the answer of the probe of the kind ``probe_kind`` (see Probe), "" where the field was not probed.
    """

    name: str
    type: str
    text: str
    value: str
    code: str = ""
    probe: str = ""
    probe_kind: str = ""


@dataclass(frozen=True)
class RuleInput:
    """What a rule is compiled from.

    ``prefix`` starts the names of its helper columns; ``today`` is the day of the check in Beijing; ``sets`` names
    the temporary table with the values this rule looks up (duplicated values, values of the other table), quoted.
    """

    code: str
    field: FieldColumns
    other: FieldColumns | None
    values: tuple[str, ...]
    prefix: str
    today: date
    sets: str = ""

    def helper(self, name: str) -> str:
        """Return the quoted name of a helper column of this rule."""
        return f'"{self.prefix}{name}"'


Helpers = dict[str, str]
"""Quoted column name → expression over the columns of the layers below."""


@dataclass(frozen=True)
class RuleSql:
    """A compiled rule.

    ``conditions``: one a reason, in order; the first that is true is the reason, and a NULL condition is not true.
    ``helpers``: layers of columns that the conditions use, each over the one before.
    ``tables``: one-row look-up columns (lists), quoted name → expression; equal names are shared between rules.
    ``fine``: tested first, for speed; where it is true no condition is, and nothing else is looked at.
    ``applies``: where it is not true nothing is wrong.
    """

    conditions: tuple[str, ...]
    helpers: tuple[Helpers, ...] = ()
    tables: dict[str, str] = field(default_factory=dict)
    applies: str = "true"
    fine: str = ""


@dataclass(frozen=True)
class Probe:
    """A look at the text as written, before it is normalised: most values are in their standard form already.

    ``sql`` gives an expression for what is worth keeping of a quoted VARCHAR column, ``clean`` a condition over the
    column that keeps it: the text is such that none of the normalisers in ``keeps`` would change it.
    """

    sql: Callable[[str], str]
    clean: Callable[[str], str]
    keeps: frozenset[str]


@dataclass(frozen=True)
class RuleKind:
    """One kind of rule.

    ``severity`` is what a derived rule has when the item says nothing; ``time_dependent`` names reasons that may
    pass by themselves as days go by, so that rows failing them are looked at again on every check.
    ``costly``: worth looking at each value once where values come again and again.
    ``says_length``: the kind fixes the length itself, so that no ``max_length`` is derived beside it.
    ``refuse`` says what is wrong with a declaration's type, ``other`` and values, "" when nothing is.
    """

    name: str
    title: str
    title_en: str
    reasons: tuple[Reason, ...]
    severity: Severity
    compile: Callable[[RuleInput], RuleSql]
    time_dependent: frozenset[str] = frozenset()
    costly: bool = False
    says_length: bool = False
    probe: Probe | None = None
    refuse: Callable[[str, str, tuple[str, ...]], str] = lambda _type, _other, _values: ""


def refuse_unless_text(type_: str, _other: str, _values: tuple[str, ...]) -> str:
    """Refuse fields that are not text."""
    return "" if type_ == "string" else "type: string"


def one_reason(name: str, title: str, title_en: str) -> tuple[Reason, ...]:
    """Return the reasons of a rule that can be broken in one way only."""
    return (Reason(name, title, title_en),)
