"""The first half of a check query: from raw columns to normalised texts, codes and typed values.

The query grows in layers, each a SELECT over the one before, so that no expression is written twice: raw text → probes
→ normalisers (one layer a step) → codes of code lists → typed values. Names of columns inside: ``_t<i>`` text of field
i, ``_p<i>`` its probe, ``_c<i>`` its code, ``_v<i>`` its typed value; where it is asked for, ``_g<i>`` as given.

Most values are in their standard form as they were written. A probe finds that out for the price of reading them (the
cast of a date, the pattern of a mobile number, the look-up of a code), and a probed value passes by the normalisers:
without probes normalising costs twice as much as all rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from huitong.engine.declarations.elements import CodeList, Element
from huitong.engine.declarations.items import ItemField
from huitong.engine.lake.names import KEY, RUN, ident, idents, literal
from huitong.engine.standards.bindings import normalisers_of
from huitong.engine.standards.normalisers import NORMALISERS
from huitong.engine.standards.rules import RULE_KINDS
from huitong.engine.standards.rules.protocol import FieldColumns, RuleKind
from huitong.engine.standards.standards import ElementCheck
from huitong.engine.standards.types import TYPES

CODE_TITLES = "_code_titles"
"""Temporary table (list, place, code): what the titles of a code list mean, in their order in its type."""


@dataclass(frozen=True)
class CodeTexts:
    """What may be written for the values of a code list: every code, and every title that means one code.

    Texts are looked up by casting to an ENUM: a hash look-up within the projection. A join would do the same, but
    leaves every column of the rows as a selection vector, which the layers above it pay for.
    """

    name: str
    codes: tuple[str, ...]
    titles: tuple[tuple[str, str], ...]
    """Title and code."""

    @classmethod
    def of(cls, codelist: CodeList) -> CodeTexts:
        """Take the texts out of a code list."""
        codes = tuple(dict.fromkeys(entry.code for entry in codelist.entries))
        meant: dict[str, set[str]] = {}
        for entry in codelist.entries:
            meant.setdefault(entry.title, set()).add(entry.code)
        known = set(codes)
        clear = tuple((title, *found) for title, found in meant.items() if len(found) == 1 and title not in known)
        return cls(codelist.name, codes, tuple((title, code) for title, code in clear))

    @property
    def type(self) -> str:
        """The quoted name of the temporary ENUM type."""
        return ident(f"_codes_{self.name}")

    @property
    def table(self) -> str:
        """The quoted name of the one-row column with the codes that the titles mean."""
        return ident(f"_titles_{self.name}")

    def type_sql(self) -> str:
        """Return the statement that makes the type: codes first, then titles."""
        texts = [*self.codes, *(title for title, _ in self.titles)]
        return f"CREATE OR REPLACE TEMP TYPE {self.type} AS ENUM ({', '.join(map(literal, texts or ['']))})"

    def code_sql(self, found: str, text: str) -> str:
        """Return the expression of the code: ``found`` is a column of the type, ``text`` what was cast to it."""
        place = f"enum_code({found})::INTEGER"
        return (
            f"CASE WHEN {found} IS NULL OR {place} < {len(self.codes)} THEN {text} "
            f"ELSE {self.table}[{place} - {len(self.codes) - 1}] END"
        )


@dataclass(frozen=True)
class FieldPlan:
    """One field: where it comes from and what it becomes."""

    index: int
    declared: ItemField
    element: Element
    raw_type: str
    codelist: CodeTexts | None

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
    def given(self) -> str:
        """The quoted column with what the source gives."""
        return f'"_g{self.index}"'

    @property
    def costly(self) -> bool:
        """Whether it is worth looking at each of its values once where they come again and again."""
        return bool(self.codelist) or bool(self.probing_kind and self.probing_kind.costly)

    @property
    def columns(self) -> FieldColumns:
        """The field's columns inside the query."""
        kind = self.probing_kind
        own_value = self.element.type != "string" or self.codelist
        return FieldColumns(
            name=self.declared.std_name,
            type=self.element.type,
            text=f'"_t{self.index}"',
            value=f'"_v{self.index}"' if own_value else f'"_t{self.index}"',
            code=f'"_c{self.index}"' if self.codelist else "",
            probe=f'"_p{self.index}"' if self.probe_sql() else "",
            probe_kind=kind.name if kind and not self.codelist else "",
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
        if self.codelist:
            return f"TRY_CAST({text} AS {self.codelist.type})"
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
        """Return the expression of the code list's type: of the text as written, else of the normalised text."""
        cast = f"TRY_CAST({self.columns.text} AS {self.codelist.type})" if self.codelist else "NULL"
        return f"coalesce({self.columns.probe}, {cast})" if self.columns.probe else cast

    def value_sql(self) -> str:
        """Return the expression that turns the normalised text into the typed value."""
        reader, text = TYPES[self.element.type], self.columns.text
        if self.codelist:
            return self.codelist.code_sql(self.columns.code, text)
        if self.direct:
            return reader.cast(text)
        return f"coalesce({self.columns.probe}, {reader.sql(text)})" if self.columns.probe else reader.sql(text)


def normalised_sql(fields: Iterable[FieldPlan], source: str, *, given: Iterable[FieldPlan] = ()) -> str:
    """Return SQL giving ``_key``, ``_run`` and the text, code and value columns of the fields.

    Args:
        source: the raw table, quoted, or a SELECT over it in parentheses.
        given: fields whose raw values are wanted too.
    """
    fields = tuple(fields)
    texts = [f"{ident(field.declared.column)} AS {field.given}" for field in given]
    texts += [f"{field.raw_sql()} AS {field.columns.text}" for field in fields]
    rows = f"SELECT {', '.join([idents((KEY, RUN)), *texts])} FROM {source}"
    probes = "".join(f", {field.probe_sql()} AS {field.columns.probe}" for field in fields if field.columns.probe)
    rows = f"SELECT *{probes} FROM ({rows})"
    for step in range(max((len(field.normalisers) for field in fields), default=0)):
        changed = ", ".join(
            f"{field.step_sql(step)} AS {field.columns.text}" for field in fields if step < len(field.normalisers)
        )
        rows = f"SELECT * REPLACE ({changed}) FROM ({rows})"
    codelists = {field.codelist.table: field.codelist.name for field in fields if field.codelist}
    if codelists:
        codes = "".join(f", {field.code_sql()} AS {field.columns.code}" for field in fields if field.codelist)
        titles = ", ".join(f"{_titles_sql(name)} AS {column}" for column, name in codelists.items())
        rows = f"SELECT *{codes} FROM ({rows}), (SELECT {titles})"
    typed = [field for field in fields if field.columns.value != field.columns.text]
    values = "".join(f", {field.value_sql()} AS {field.columns.value}" for field in typed)
    return f"SELECT *{values} FROM ({rows})"


def _titles_sql(name: str) -> str:
    return f"(SELECT list(code ORDER BY place) FROM {CODE_TITLES} WHERE list = {literal(name)})"
