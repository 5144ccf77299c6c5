"""Plan of a check: one query that normalises a table, reads its types and tries all its rules in one pass.

Over the layers of ``check_fields`` come the helper columns of rules (``_r<n>…``, n the rule's number), then the
verdicts (``_verdict<w>``: bits of failed reasons).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice

import msgspec

from huitong.engine.declarations.items import CatalogItem
from huitong.engine.lake.names import KEY, RULES, RUN, ident, idents, literal, table
from huitong.engine.plans.check_fields import CodeTexts, FieldPlan, normalised_sql
from huitong.engine.standards import BoundRule, RuleReason, Standards, rules_of
from huitong.engine.standards.rules.protocol import RuleInput, RuleSql
from huitong.engine.standards.types import TYPES
from huitong.foundation.errors import Terminal

VERSION = 1
"""Raise it when the same declaration gives other results than before: every table is then checked anew."""
BITS = 60
"""Reasons kept in one verdict column."""
CHECKED = "_checked"
"""Temporary table of the rows looked at: key, run, typed values by std name, verdicts."""


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
    raw_columns: Mapping[str, str]
    today: date

    @property
    def reasons(self) -> tuple[RuleReason, ...]:
        """Every reason of every rule; its place is its bit."""
        return tuple(reason for rule in self.rules for reason in rule.reasons)

    @property
    def codelists(self) -> tuple[CodeTexts, ...]:
        """The code lists that its fields use, each once."""
        return tuple({field.codelist.name: field.codelist for field in self.fields if field.codelist}.values())

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
            [[one.name, one.codes, one.titles] for one in self.codelists],
            list(self.raw_columns.items()),
        )
        return hashlib.sha256(msgspec.json.encode(declared)).hexdigest()

    def field(self, name: str) -> FieldPlan:
        """Return the plan of a field by its std name."""
        return next(field for field in self.fields if field.declared.std_name == name)

    def values_sql(self, field: str, source: str) -> str:
        """Return SQL giving ``_key`` and ``v``, the normalised value of one field, for the rows of ``source``."""
        plan = self.field(field)
        return f"SELECT {ident(KEY)}, {plan.columns.value} AS v FROM ({normalised_sql((plan,), source)})"

    def checked_sql(self, source: str) -> str:
        """Return SQL giving key, run, typed values by std name and verdict columns for the rows of ``source``.

        Args:
            source: the raw table, quoted, or a SELECT over it in parentheses.
        """
        return self._part_sql(self.fields, source)

    @property
    def costly(self) -> tuple[FieldPlan, ...]:
        """The fields worth looking at value by value, and that no rule compares with another field."""
        compared = {name for rule in self.rules if rule.other for name in (rule.field, rule.other)}
        return tuple(field for field in self.fields if field.costly and field.declared.std_name not in compared)

    def known_sql(self, field: FieldPlan) -> str:
        """Return SQL giving each raw value of a costly field once: the value, what it becomes, its verdicts."""
        column = ident(field.declared.column)
        source = (
            f"(SELECT DISTINCT '' AS {ident(KEY)}, 0 AS {ident(RUN)}, {column} FROM {table('raw', self.item.table)})"
        )
        return f"SELECT * EXCLUDE ({idents((KEY, RUN))}) FROM ({self._part_sql((field,), source, given=(field,))})"

    def passed_sql(self, source: str, known: tuple[FieldPlan, ...] = ()) -> str:
        """Return SQL giving, as ``checked_sql`` does and without a table between, the std rows with their verdicts.

        Args:
            known: fields whose values are looked up in the tables of :func:`known_values`, made by ``known_sql``.
        """
        rows = self._joined_sql(source, known) if known else self.checked_sql(source)
        return f"SELECT * FROM ({rows}) WHERE NOT ({self.failed_sql('reject')})"

    def _joined_sql(self, source: str, known: tuple[FieldPlan, ...]) -> str:
        """Join last: what is computed above a join pays for its selection of rows."""
        others = tuple(field for field in self.fields if field not in known)
        tables = {field.index: known_values(field) for field in known}
        values = ", ".join(f"{tables.get(field.index, 'r')}.{ident(field.declared.std_name)}" for field in self.fields)
        verdicts = "".join(
            f", {' | '.join(f'{one}.{_verdict(word)}' for one in ('r', *tables.values()))} AS {_verdict(word)}"
            for word in self._words
        )
        joins = "".join(
            f" JOIN {one} ON r.{field.given} IS NOT DISTINCT FROM {one}.{field.given}"
            for field, one in zip(known, tables.values(), strict=True)
        )
        rows = self._part_sql(others, source, given=known)
        return f"SELECT r.{ident(KEY)}, r.{ident(RUN)}, {values}{verdicts} FROM ({rows}) r{joins}"

    def _part_sql(self, fields: tuple[FieldPlan, ...], source: str, *, given: tuple[FieldPlan, ...] = ()) -> str:
        """Return SQL giving key, run, ``given`` raw values, typed values of ``fields``, verdicts of their rules."""
        names = {field.declared.std_name for field in fields}
        compiled = {place: self._compiled(place) for place, rule in enumerate(self.rules) if rule.field in names}
        rows = normalised_sql(fields, source, given=given)
        tables = {name: sql for rule in compiled.values() for name, sql in rule.tables.items()}
        if tables:
            lists = ", ".join(f"{sql} AS {name}" for name, sql in tables.items())
            rows = f"SELECT * FROM ({rows}), (SELECT {lists})"
        for depth in range(max((len(rule.helpers) for rule in compiled.values()), default=0)):
            layer = [one for rule in compiled.values() for one in list(rule.helpers[depth : depth + 1])]
            columns = ", ".join(f"{sql} AS {name}" for helpers in layer for name, sql in helpers.items())
            rows = f"SELECT *, {columns} FROM ({rows})"
        wanted = [idents((KEY, RUN)), *(field.given for field in given)]
        wanted += [f"{field.columns.value} AS {ident(field.declared.std_name)}" for field in fields]
        return f"SELECT {', '.join(wanted)}{self._verdicts_sql(compiled)} FROM ({rows})"

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

    def quarantine_sql(self, source: str) -> str:
        """Return SQL giving the quarantine rows among ``_checked``, with their columns in ``source``, the raw rows."""
        columns = ", ".join(
            f"c.{ident(RULES)}" if name == RULES else f"r.{ident(name)}"
            for name in self.outputs["quarantine", self.item.table]
        )
        rejected = (
            f"SELECT {ident(KEY)}, {self.codes_sql()} AS {ident(RULES)} FROM {CHECKED} "
            f"WHERE {self.failed_sql('reject')}"
        )
        return f"SELECT {columns} FROM {source} r JOIN ({rejected}) c USING ({ident(KEY)})"

    def flags_sql(self, source: str = CHECKED) -> str:
        """Return SQL giving key, run and failed codes of the std rows that break a ``flag`` rule.

        Args:
            source: ``_checked``, or other rows that have key, run and verdicts.
        """
        return (
            f"SELECT {idents((KEY, RUN))}, {self.codes_sql()} AS {ident(RULES)} FROM {source} "
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

    @property
    def _words(self) -> range:
        return range(1 + max((word for word, _bit in self.bits), default=-1))

    def _verdicts_sql(self, compiled: Mapping[int, RuleSql]) -> str:
        """Return the verdict columns, each beginning with a comma; bits of rules that are not ``compiled`` are 0."""
        words: dict[int, list[str]] = {word: [] for word in self._words}
        places = iter(self.bits)
        for place, declared in enumerate(self.rules):
            own = list(islice(places, len(declared.reasons)))
            rule = compiled.get(place)
            if rule is None:
                continue
            guard = f"WHEN {rule.fine} THEN 0 " if rule.fine else ""
            guard += f"WHEN ({rule.applies}) IS NOT TRUE THEN 0 " if rule.applies != "true" else ""
            cases = " ".join(f"WHEN {sql} THEN {1 << bit}" for sql, (_, bit) in zip(rule.conditions, own, strict=True))
            words[own[0][0]].append(f"CASE {guard}{cases} ELSE 0 END::BIGINT")
        return "".join(f", {' | '.join(parts) or '0::BIGINT'} AS {_verdict(word)}" for word, parts in words.items())


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
        element = standards.element(field.element)
        texts = CodeTexts.of(standards.codelists[element.codelist]) if element.codelist else None
        fields.append(FieldPlan(index, field, element, raw_columns[field.column], texts))
    return CheckPlan(
        item=item,
        fields=tuple(fields),
        rules=rules_of(item, standards),
        raw_columns=raw_columns,
        today=today,
    )


def known_values(field: FieldPlan) -> str:
    """Return the quoted name of the temporary table of a costly field's values."""
    return ident(f"_known{field.index}")


def _verdict(word: int) -> str:
    return f'"_verdict{word}"'


def flags_table(name: str) -> str:
    """Return the name in ``meta`` of the table with the flagged rows of an item's table."""
    return f"flags_{name}"


def value_set(rule: int) -> str:
    """Return the name of the one-column temporary table that a ``unique`` or ``reference`` rule looks up values in."""
    return f"_values{rule}"
