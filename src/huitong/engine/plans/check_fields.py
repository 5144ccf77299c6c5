"""The first half of a check query: from raw columns to normalised texts, codes and typed values.

The query grows in layers, each a SELECT over the one before, so that no expression is written twice: raw text → probes
→ normalisers (one layer a step) → codes of code lists → typed values. Names of columns inside: ``_t<i>`` text of field
i, ``_p<i>`` its probe, ``_c<i>`` its code, ``_v<i>`` its typed value.

Most values are in their standard form as they were written. A probe finds that out for the price of reading them (the
cast of a date, the pattern of a mobile number, the look-up of a code), and a probed value passes by the normalisers:
without probes normalising costs twice as much as all rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from huitong.engine.declarations.elements import Element
from huitong.engine.declarations.items import ItemField
from huitong.engine.lake.names import KEY, RUN, ident, idents, literal
from huitong.engine.standards.bindings import normalisers_of
from huitong.engine.standards.normalisers import NORMALISERS
from huitong.engine.standards.rules import RULE_KINDS
from huitong.engine.standards.rules.protocol import FieldColumns, RuleKind
from huitong.engine.standards.standards import ElementCheck
from huitong.engine.standards.types import TYPES

CODE_TEXTS = "_code_texts"
"""Temporary table (list, text, code): every code and every title that means one code."""


@dataclass(frozen=True)
class FieldPlan:
    """One field: where it comes from and what it becomes."""

    index: int
    declared: ItemField
    element: Element
    raw_type: str

    @property
    def direct(self) -> bool:
        """Whether the source's type is cast as it is, without a detour over text."""
        return self.raw_type.split("(")[0].split(" ")[0] in TYPES[self.element.type].takes

    @property
    def normalisers(self) -> tuple[str, ...]:
        """Names of the normalisers that its text passes."""
        return () if self.direct else normalisers_of(self.element)

    @property
    def probing_kind(self) -> RuleKind | None:
        """The kind of rule whose probe tells a clean value, None where no kind does."""
        for check in map(ElementCheck.of, self.element.checks):
            kind = RULE_KINDS[check.kind]
            if kind.probe and self.element.type == "string" and kind.probe.keeps.issuperset(self.normalisers):
                return kind
        return None

    @property
    def columns(self) -> FieldColumns:
        """The field's columns inside the query."""
        kind = self.probing_kind
        own_value = self.element.type != "string" or self.element.codelist
        return FieldColumns(
            name=self.declared.std_name,
            type=self.element.type,
            text=f'"_t{self.index}"',
            value=f'"_v{self.index}"' if own_value else f'"_t{self.index}"',
            code=f'"_c{self.index}"' if self.element.codelist else "",
            probe=f'"_p{self.index}"' if self.probe_sql() else "",
            probe_kind=kind.name if kind and not self.element.codelist else "",
        )

    def raw_sql(self) -> str:
        """Return the expression that takes the field out of the raw table."""
        column = ident(self.declared.column)
        if self.direct or self.raw_type == "VARCHAR":
            return column
        if self.raw_type in ("DOUBLE", "FLOAT"):  # spreadsheets keep a telephone number as 5641234567.0
            whole = f"{column} = floor({column}) AND abs({column}) < 1e15"
            return f"CASE WHEN {whole} THEN {column}::BIGINT::VARCHAR ELSE {column}::VARCHAR END"
        return f"{column}::VARCHAR"

    def probe_sql(self) -> str:
        """Return the expression of the probe over the text as written, "" where there is none."""
        text, kind, quick = f'"_t{self.index}"', self.probing_kind, TYPES[self.element.type].quick
        if self.direct:
            return ""
        if self.element.codelist:
            return f"{_join(self, 'p')}.code"
        return kind.probe.sql(text) if kind and kind.probe else quick(text) if quick else ""

    def step_sql(self, step: int) -> str:
        """Return the expression of the text after a step of normalising."""
        text, probe, kind = self.columns.text, self.columns.probe, self.probing_kind
        if step >= len(self.normalisers):
            return text
        normalised = NORMALISERS[self.normalisers[step]].sql(text)
        if not probe:
            return normalised
        clean = kind.probe.clean(probe) if self.columns.probe_kind and kind and kind.probe else f"{probe} IS NOT NULL"
        return f"CASE WHEN {clean} THEN {text} ELSE {normalised} END"

    def code_sql(self) -> str:
        """Return the expression of the code: of the text as written, else of the normalised text."""
        return f"coalesce({self.columns.probe}, {_join(self, 'c')}.code)" if self.columns.probe else "NULL"

    def value_sql(self) -> str:
        """Return the expression that turns the normalised text into the typed value."""
        reader, text = TYPES[self.element.type], self.columns.text
        if self.element.codelist:
            return f"coalesce({self.columns.code}, {text})"
        if self.direct:
            return reader.cast(text)
        return f"coalesce({self.columns.probe}, {reader.sql(text)})" if self.columns.probe else reader.sql(text)


def normalised_sql(fields: tuple[FieldPlan, ...], source: str) -> str:
    """Return SQL giving ``_key``, ``_run`` and the text, code and value columns of the fields.

    Args:
        source: the raw table, quoted, or a SELECT over it in parentheses.
    """
    texts = [f"{field.raw_sql()} AS {field.columns.text}" for field in fields]
    rows = f"SELECT {', '.join([idents((KEY, RUN)), *texts])} FROM {source}"
    probed = [field for field in fields if field.columns.probe]
    coded = [field for field in probed if field.element.codelist]
    probes = "".join(f", {field.probe_sql()} AS {field.columns.probe}" for field in probed)
    joins = "".join(_code_join(field, "p", on=f"n.{field.columns.text}") for field in coded)
    rows = f"SELECT n.*{probes} FROM ({rows}) n{joins}"
    for step in range(max((len(field.normalisers) for field in fields), default=0)):
        changed = ", ".join(
            f"{field.step_sql(step)} AS {field.columns.text}" for field in fields if step < len(field.normalisers)
        )
        rows = f"SELECT * REPLACE ({changed}) FROM ({rows})"
    codes = "".join(f", {field.code_sql()} AS {field.columns.code}" for field in fields if field.columns.code)
    joins = "".join(_code_join(field, "c", on=_unknown(field)) for field in coded)
    rows = f"SELECT n.*{codes} FROM ({rows}) n{joins}"
    typed = [field for field in fields if field.columns.value != field.columns.text]
    values = "".join(f", {field.value_sql()} AS {field.columns.value}" for field in typed)
    return f"SELECT *{values} FROM ({rows})"


def _unknown(field: FieldPlan) -> str:
    return f"CASE WHEN n.{field.columns.probe} IS NULL THEN n.{field.columns.text} END"


def _join(field: FieldPlan, purpose: str) -> str:
    return f'"_j{purpose}{field.index}"'


def _code_join(field: FieldPlan, purpose: str, *, on: str) -> str:
    join = _join(field, purpose)
    texts = f"SELECT text, code FROM {CODE_TEXTS} WHERE list = {literal(field.element.codelist)}"
    return f" LEFT JOIN ({texts}) {join} ON {on} = {join}.text"
