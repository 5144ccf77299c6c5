"""Plan of a check: one query that normalises a table, reads its types and tries all its rules in one pass.

The query grows in layers, each a SELECT over the one before, so that no expression is written twice: raw text →
normalisers (one layer a step) → codes of code lists → typed values → helper columns of rules → verdicts. Column names
inside: ``_t<i>`` text of field i, ``_c<i>`` its code, ``_v<i>`` its typed value, ``_r<n>…`` helpers of rule n,
``_verdict<w>`` bits of failed reasons.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice

import msgspec

from huitong.engine.declarations.elements import CodeList, Element
from huitong.engine.declarations.items import CatalogItem, ItemField
from huitong.engine.lake.names import KEY, RULES, RUN, ident, idents, literal, table
from huitong.engine.standards import BoundRule, RuleReason, Standards, rules_of
from huitong.engine.standards.bindings import normalisers_of
from huitong.engine.standards.normalisers import NORMALISERS
from huitong.engine.standards.rules.protocol import FieldColumns, RuleInput, RuleSql
from huitong.engine.standards.types import TYPES
from huitong.foundation.errors import Terminal

VERSION = 1
"""Raise it when the same declaration gives other results than before: every table is then checked anew."""
BITS = 60
"""Reasons kept in one verdict column."""
CODE_TEXTS = "_code_texts"
"""Temporary table (list, text, code): every code and every title that means one code."""
CHECKED = "_checked"
"""Temporary table of the rows looked at: key, run, typed values by std name, verdicts."""


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
    def columns(self) -> FieldColumns:
        """The field's columns inside the query."""
        own_value = self.element.type != "string" or self.element.codelist
        return FieldColumns(
            name=self.declared.std_name,
            type=self.element.type,
            text=f'"_t{self.index}"',
            value=f'"_v{self.index}"' if own_value else f'"_t{self.index}"',
            code=f'"_c{self.index}"' if self.element.codelist else "",
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

    def value_sql(self) -> str:
        """Return the expression that turns the normalised text into the typed value."""
        reader, text = TYPES[self.element.type], self.columns.text
        if self.element.codelist:
            return f"coalesce({self.columns.code}, {text})"
        return reader.cast(text) if self.direct else reader.sql(text)


@dataclass(frozen=True)
class Reference:
    """A rule that looks values up in another std table."""

    rule: int
    field: str
    table: str
    column: str


@dataclass(frozen=True)
class CheckPlan:
    """All that a check of one item needs, as SQL; nothing is executed here."""

    item: CatalogItem
    fields: tuple[FieldPlan, ...]
    rules: tuple[BoundRule, ...]
    codelists: tuple[CodeList, ...]
    raw_columns: Mapping[str, str]
    today: date

    @property
    def reasons(self) -> tuple[RuleReason, ...]:
        """Every reason of every rule; its place is its bit."""
        return tuple(reason for rule in self.rules for reason in rule.reasons)

    @property
    def uniques(self) -> tuple[tuple[int, str], ...]:
        """Number and field of each ``unique`` rule."""
        return tuple((place, rule.field) for place, rule in enumerate(self.rules) if rule.kind.name == "unique")

    @property
    def references(self) -> tuple[Reference, ...]:
        """The ``reference`` rules."""
        return tuple(
            Reference(place, rule.field, rule.values[0], rule.values[1])
            for place, rule in enumerate(self.rules)
            if rule.kind.name == "reference"
        )

    @property
    def time_dependent_codes(self) -> tuple[str, ...]:
        """Codes of reasons that may pass by themselves."""
        return tuple(code for rule in self.rules for code in rule.time_dependent_codes)

    @property
    def outputs(self) -> dict[tuple[str, str], dict[str, str]]:
        """Columns, name to DuckDB type, of the tables that the check writes: std, quarantine, flagged rows."""
        system = {KEY: "VARCHAR", RUN: "BIGINT"}
        values = {field.declared.std_name: TYPES[field.element.type].column_type for field in self.fields}
        raw = {name: kind for name, kind in self.raw_columns.items() if name not in system}
        failed = {RULES: "VARCHAR[]"}
        return {
            ("std", self.item.table): system | values,
            ("quarantine", self.item.table): system | failed | raw,
            ("meta", flags_table(self.item.table)): system | failed,
        }

    @property
    def failing_outputs(self) -> tuple[tuple[str, str], ...]:
        """The outputs that carry ``_rules``."""
        return tuple(self.outputs)[1:]

    @property
    def fingerprint(self) -> str:
        """A hash of everything that the result depends on but rows and the day."""
        elements = sorted({field.element.name: field.element for field in self.fields}.items())
        declared = (
            VERSION,
            self.item.fields,
            self.item.rules,
            self.item.link.key if self.item.link else (),
            elements,
            self.codelists,
            list(self.raw_columns.items()),
        )
        return hashlib.sha256(msgspec.json.encode(declared)).hexdigest()

    def field(self, name: str) -> FieldPlan:
        """Return the plan of a field by its std name."""
        return next(field for field in self.fields if field.declared.std_name == name)

    def values_sql(self, field: str, source: str) -> str:
        """Return SQL giving ``_key`` and ``v``, the normalised value of one field, for the rows of ``source``."""
        plan = self.field(field)
        return f"SELECT {ident(KEY)}, {plan.columns.value} AS v FROM ({_normalised_sql((plan,), source)})"

    def checked_sql(self, source: str) -> str:
        """Return SQL giving key, run, typed values by std name and verdict columns for the rows of ``source``.

        Args:
            source: the raw table, quoted, or a SELECT over it in parentheses.
        """
        compiled = [self._compiled(place) for place in range(len(self.rules))]
        rows = _normalised_sql(self.fields, source)
        tables = {name: sql for rule in compiled for name, sql in rule.tables.items()}
        if tables:
            lists = ", ".join(f"{sql} AS {name}" for name, sql in tables.items())
            rows = f"SELECT * FROM ({rows}), (SELECT {lists})"
        for depth in range(max((len(rule.helpers) for rule in compiled), default=0)):
            layer = [one for rule in compiled for one in list(rule.helpers[depth : depth + 1])]
            columns = ", ".join(f"{sql} AS {name}" for helpers in layer for name, sql in helpers.items())
            rows = f"SELECT *, {columns} FROM ({rows})"
        values = ", ".join(f"{field.columns.value} AS {ident(field.declared.std_name)}" for field in self.fields)
        return f"SELECT {idents((KEY, RUN))}, {values}{self._verdicts_sql(compiled)} FROM ({rows})"

    @cached_property
    def bits(self) -> tuple[tuple[int, int], ...]:
        """For each reason the number of its verdict column and its bit there; one rule's reasons share a column."""
        places: list[tuple[int, int]] = []
        word = bit = 0
        for rule in self.rules:
            if bit + len(rule.reasons) > BITS:
                word, bit = word + 1, 0
            places += [(word, bit + offset) for offset in range(len(rule.reasons))]
            bit += len(rule.reasons)
        return tuple(places)

    def failed_sql(self, severity: str) -> str:
        """Return a condition over ``_checked``: a reason of this severity failed."""
        masks: dict[int, int] = {}
        for reason, (word, bit) in zip(self.reasons, self.bits, strict=True):
            if reason.severity == severity:
                masks[word] = masks.get(word, 0) | 1 << bit
        return " OR ".join(f"{_verdict(word)} & {mask} <> 0" for word, mask in masks.items()) or "false"

    def codes_sql(self) -> str:
        """Return an expression over ``_checked``: the codes of all failed reasons, in order."""
        names = (
            f"CASE WHEN {_verdict(word)} & {1 << bit} <> 0 THEN {literal(reason.code)} END"
            for reason, (word, bit) in zip(self.reasons, self.bits, strict=True)
        )
        return f"list_filter([{', '.join(names)}]::VARCHAR[], lambda code: code IS NOT NULL)"

    def std_sql(self) -> str:
        """Return SQL giving the std rows among ``_checked``."""
        columns = idents(self.outputs["std", self.item.table])
        return f"SELECT {columns} FROM {CHECKED} WHERE NOT ({self.failed_sql('reject')})"

    def quarantine_sql(self) -> str:
        """Return SQL giving the quarantine rows among ``_checked``, with the raw columns they had."""
        columns = ", ".join(
            f"c.{ident(RULES)}" if name == RULES else f"r.{ident(name)}"
            for name in self.outputs["quarantine", self.item.table]
        )
        rejected = (
            f"SELECT {ident(KEY)}, {self.codes_sql()} AS {ident(RULES)} FROM {CHECKED} "
            f"WHERE {self.failed_sql('reject')}"
        )
        return f"SELECT {columns} FROM {table('raw', self.item.table)} r JOIN ({rejected}) c USING ({ident(KEY)})"

    def flags_sql(self) -> str:
        """Return SQL giving key, run and failed codes of the std rows among ``_checked`` that break a ``flag`` rule."""
        return (
            f"SELECT {idents((KEY, RUN))}, {self.codes_sql()} AS {ident(RULES)} FROM {CHECKED} "
            f"WHERE ({self.failed_sql('flag')}) AND NOT ({self.failed_sql('reject')})"
        )

    def _compiled(self, place: int) -> RuleSql:
        rule = self.rules[place]
        return rule.kind.compile(
            RuleInput(
                code=rule.reasons[0].code,
                field=self.field(rule.field).columns,
                other=self.field(rule.other).columns if rule.other else None,
                values=rule.values,
                prefix=f"_r{place}",
                today=self.today,
                sets=value_set(place),
            )
        )

    def _verdicts_sql(self, compiled: list[RuleSql]) -> str:
        words: dict[int, list[str]] = {}
        places = iter(self.bits)
        for rule in compiled:
            guard = f"WHEN ({rule.applies}) IS NOT TRUE THEN 0 " if rule.applies != "true" else ""
            own = list(islice(places, len(rule.conditions)))
            cases = " ".join(f"WHEN {sql} THEN {1 << bit}" for sql, (_, bit) in zip(rule.conditions, own, strict=True))
            words.setdefault(own[0][0], []).append(f"CASE {guard}{cases} ELSE 0 END::BIGINT")
        return "".join(f", {' | '.join(parts)} AS {_verdict(word)}" for word, parts in words.items())


def check_plan(item: CatalogItem, standards: Standards, *, raw_columns: Mapping[str, str], today: date) -> CheckPlan:
    """Plan the check of an item.

    Args:
        raw_columns: columns of the raw table, name to DuckDB type.
        today: the day in Beijing.

    Raises:
        Terminal: ``check.column_missing``, ``check.duplicate_field``, and ``standards.*`` for unusable declarations.
    """
    names: set[str] = set()
    fields = []
    for index, field in enumerate(item.fields):
        if field.column not in raw_columns:
            known = ", ".join(name for name in raw_columns if name not in (KEY, RUN))
            raise Terminal("check.column_missing", item=item.code, table=item.table, column=field.column, known=known)
        if field.std_name.lower() in names or field.std_name in (KEY, RUN):
            raise Terminal("check.duplicate_field", item=item.code, field=field.std_name)
        names.add(field.std_name.lower())
        fields.append(FieldPlan(index, field, standards.element(field.element), raw_columns[field.column]))
    used = sorted({field.element.codelist for field in fields if field.element.codelist})
    return CheckPlan(
        item=item,
        fields=tuple(fields),
        rules=rules_of(item, standards),
        codelists=tuple(standards.codelists[name] for name in used),
        raw_columns=raw_columns,
        today=today,
    )


def _verdict(word: int) -> str:
    return f'"_verdict{word}"'


def flags_table(name: str) -> str:
    """Return the name in ``meta`` of the table with the flagged rows of an item's table."""
    return f"flags_{name}"


def value_set(rule: int) -> str:
    """Return the name of the one-column temporary table that a ``unique`` or ``reference`` rule looks up values in."""
    return f"_values{rule}"


def code_texts(codelists: Iterable[CodeList]) -> Iterator[tuple[str, str, str]]:
    """Give (list, text, code) for every code, and for every title that means one code and is no code itself."""
    for codelist in codelists:
        codes = {entry.code for entry in codelist.entries}
        titles: dict[str, set[str]] = {}
        for entry in codelist.entries:
            titles.setdefault(entry.title, set()).add(entry.code)
        yield from ((codelist.name, code, code) for code in sorted(codes))
        for title, meant in titles.items():
            if len(meant) == 1 and title not in codes:
                yield codelist.name, title, next(iter(meant))


def _normalised_sql(fields: tuple[FieldPlan, ...], source: str) -> str:
    """Return SQL giving ``_key``, ``_run`` and the text, code and value columns of the fields."""
    rows = _texts_sql(fields, [field.raw_sql() for field in fields], source)
    for step in range(max((len(field.normalisers) for field in fields), default=0)):
        rows = _texts_sql(fields, [_step_sql(field, step) for field in fields], f"({rows})")
    coded = [field for field in fields if field.element.codelist]
    if coded:
        codes = "".join(f', "_j{field.index}".code AS {field.columns.code}' for field in coded)
        rows = f"SELECT n.*{codes} FROM ({rows}) n{''.join(map(_code_join, coded))}"
    typed = [field for field in fields if field.columns.value != field.columns.text]
    values = "".join(f", {field.value_sql()} AS {field.columns.value}" for field in typed)
    return f"SELECT *{values} FROM ({rows})"


def _texts_sql(fields: tuple[FieldPlan, ...], expressions: list[str], source: str) -> str:
    texts = "".join(f", {sql} AS {field.columns.text}" for field, sql in zip(fields, expressions, strict=True))
    return f"SELECT {idents((KEY, RUN))}{texts} FROM {source}"


def _step_sql(field: FieldPlan, step: int) -> str:
    text = field.columns.text
    return NORMALISERS[field.normalisers[step]].sql(text) if step < len(field.normalisers) else text


def _code_join(field: FieldPlan) -> str:
    join = f'"_j{field.index}"'
    texts = f"SELECT text, code FROM {CODE_TEXTS} WHERE list = {literal(field.element.codelist)}"
    return f" LEFT JOIN ({texts}) {join} ON n.{field.columns.text} = {join}.text"
