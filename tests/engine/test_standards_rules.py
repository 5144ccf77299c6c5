"""Kinds of rules: the SQL gives the verdicts that the foundation's scalar functions give; declarations are verified."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huitong.engine.declarations.elements import CodeEntry, CodeList, Element
from huitong.engine.declarations.items import CatalogItem, ItemField, Rule
from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.sources import Link
from huitong.engine.plans.check_fields import CodeTexts
from huitong.engine.standards import Standards, rules_of
from huitong.engine.standards.rules import RULE_KINDS
from huitong.engine.standards.rules.protocol import FieldColumns, RuleInput, RuleKind
from huitong.foundation.codes import divisions, id_number, mobile, uscc
from huitong.foundation.errors import Terminal

CONNECTION = duckdb.connect()
TODAY = date(2026, 1, 1)


def verdicts(kind: str, texts: list[str], *, type_: str = "string", values: tuple[str, ...] = ()) -> list[str]:
    """Return for each text the reason that a kind of rule gives, "" where nothing is wrong; the same with a probe."""
    rule = RULE_KINDS[kind]
    plain = _verdicts(rule, FieldColumns("x", type_, "x", "v"), texts, values)
    if rule.probe:
        probed = FieldColumns("x", type_, "x", "v", probe="p", probe_kind=kind)
        assert _verdicts(rule, probed, texts, values) == plain
    return plain


def _verdicts(rule: RuleKind, column: FieldColumns, texts: list[str], values: tuple[str, ...]) -> list[str]:
    value = f"TRY_CAST(x AS {({'date': 'DATE', 'integer': 'BIGINT'}).get(column.type, 'VARCHAR')}) AS v"
    sql = rule.compile(RuleInput("x", column, None, values, "_r", TODAY))
    tables = ", ".join(f"{table} AS {name}" for name, table in sql.tables.items()) or "1"
    probe = f"{rule.probe.sql('x')} AS p" if rule.probe else "NULL AS p"
    rows = f"SELECT *, {value}, {probe} FROM (SELECT unnest($1) AS x), (SELECT {tables})"
    for helpers in sql.helpers:
        rows = f"SELECT *, {', '.join(f'{one} AS {name}' for name, one in helpers.items())} FROM ({rows})"
    fine = f"WHEN {sql.fine} THEN ''" if sql.fine else ""
    cases = " ".join(
        f"WHEN {condition} THEN '{reason.name}'" for condition, reason in zip(sql.conditions, rule.reasons, strict=True)
    )
    query = f"SELECT CASE {fine} WHEN ({sql.applies}) IS NOT TRUE THEN '' {cases} ELSE '' END FROM ({rows})"
    return [row[0] for row in CONNECTION.execute(query, [texts]).fetchall()]


digits = st.text("0123456789", min_size=1, max_size=18)
days = st.dates(date(1870, 1, 1), date(2030, 12, 31)).map("{:%Y%m%d}".format)
plausible_ids = st.builds(
    lambda area, day, order: id_number.complete(f"{area}{day}{order:03}"),
    st.sampled_from(sorted(divisions.divisions())) | st.from_regex("[0-9]{6}", fullmatch=True),
    days | st.from_regex("(18|19|20)[0-9]{6}", fullmatch=True),
    st.integers(0, 999),
)


@st.composite
def spoilt(draw: st.DrawFn, clean: st.SearchStrategy[str]) -> str:
    """Change up to two characters of a value, or its length."""
    chars = list(draw(clean))
    for _ in range(draw(st.integers(0, 2))):
        chars[draw(st.integers(0, len(chars) - 1))] = draw(st.sampled_from("0123456789XABCEIOSVZx.+-_ e金"))
    return "".join(chars[: draw(st.sampled_from([18, 18, 18, 17, 15]))])


@settings(deadline=None, max_examples=20)
@given(
    st.lists(
        plausible_ids
        | spoilt(plausible_ids)
        | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
        min_size=40,
        max_size=80,
    )
)
def test_id_numbers(texts: list[str]) -> None:
    assert verdicts("id_number", texts) == [id_number.problem(text, today=TODAY) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "34.152220000101E16",
        "3415020000001010E2",
        "341502000000101E3X",
        "0000000000000001E17",
        "000000000000001E17",
        "99999999999999999X",
        "-34150219900101001",
        "+34150219900101001",
        "3415_2199001010016",
        " 34150219900101001",
        "110105190002290021",
        "110105200002290001",
        "110105202602010001",
        "金金金金金金",
        "11X105194912310026",
        "",
    ],
)
def test_id_numbers_that_casts_might_let_through(text: str) -> None:
    assert verdicts("id_number", [text]) == [id_number.problem(text, today=TODAY)]
    assert verdicts("id_number", [text])[0] in ("length", "characters", "province", "birth_date", "checksum")


plausible_codes = st.builds(
    uscc.complete,
    st.from_regex("[1-9ANY][1-9][0-9]{6}", fullmatch=True),
    st.text(uscc.ALPHABET, min_size=8, max_size=8),
)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(
        plausible_codes
        | spoilt(plausible_codes)
        | digits
        | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
        min_size=40,
        max_size=80,
    )
)
def test_credit_codes(texts: list[str]) -> None:
    assert verdicts("uscc", texts) == [uscc.problem(text) for text in texts]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.from_regex("1[0-9]{10}|1[0-9.]{5,8}e[0-9]{1,3}", fullmatch=True) | digits, min_size=20))
def test_mobile_numbers(texts: list[str]) -> None:
    assert verdicts("mobile", texts) == ["" if mobile.is_valid(text) else "format" for text in texts]


@pytest.mark.parametrize(
    ("kind", "type_", "values", "text", "reason"),
    [
        ("max_length", "string", ("3",), "王小明", ""),
        ("max_length", "string", ("3",), "欧阳小明", "max_length"),
        ("range", "integer", ("0", "150"), "150", ""),
        ("range", "integer", ("0", "150"), "151", "range"),
        ("range", "integer", ("0", ""), "-1", "range"),
        ("range", "date", ("2000-01-01", ""), "1999-12-31", "range"),
        ("matches", "string", ("^[0-9]{6}$",), "237000", ""),
        ("matches", "string", ("^[0-9]{6}$",), "23700", "matches"),
        ("not_future", "date", (), "2026-01-01", ""),
        ("not_future", "date", (), "2026-01-02", "not_future"),
    ],
)
def test_small_rules(kind: str, type_: str, values: tuple[str, ...], text: str, reason: str) -> None:
    assert verdicts(kind, [text], type_=type_, values=values) == [reason]


def element(name: str, **more: object) -> Element:
    """Declare an element with little."""
    return Element(code=name, name=name, title=name, title_en=name, **more)  # type: ignore[arg-type]


def item(*fields: ItemField, rules: tuple[Rule, ...] = (), key: tuple[str, ...] = ()) -> CatalogItem:
    """Declare an item with little."""
    return CatalogItem(
        code="I", title="I", title_en="I", provider="o", table="t", fields=fields, rules=rules,
        link=Link(source="s", key=key),
    )  # fmt: skip


SHIPPED = load_pack("standards")
STANDARDS = Standards.of(SHIPPED.elements, SHIPPED.codelists)


def test_rules_follow_from_bindings() -> None:
    bound = item(
        ItemField(column="sfzh", element="id_number"),
        ItemField(column="xb", element="sex", required=True),
        ItemField(column="csrq", element="birth_date"),
        ItemField(column="xm", element="person_name", name="name", unique=True),
        key=("sfzh",),
    )
    reasons = {one.code: one.severity for rule in rules_of(bound, STANDARDS) for one in rule.reasons}
    assert reasons == {
        "id_number.required": "reject",
        **{f"id_number.{one}": "reject" for one in ("length", "characters", "province", "birth_date", "checksum")},
        "sex.required": "flag",
        "sex.in_codelist": "flag",
        "birth_date.conversion": "reject",
        "birth_date.not_future": "flag",
        "name.max_length": "flag",
        "name.unique": "flag",
    }


def test_an_own_rule_with_a_derived_code_sets_the_severity() -> None:
    bound = item(
        ItemField(column="dm", element="uscc"),
        rules=(Rule(code="uscc.checksum", kind="uscc", field="uscc", severity="flag", title="校验码"),),
    )
    reasons = {one.code: one for rule in rules_of(bound, STANDARDS) for one in rule.reasons}
    assert len(reasons) == 4
    assert (reasons["uscc.checksum"].severity, reasons["uscc.checksum"].title) == ("flag", "校验码")
    assert reasons["uscc.length"].severity == "reject"


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        (element("x", normalisers=("shout",)), "standards.unknown_normaliser"),
        (element("x", checks=("beautiful",)), "standards.unknown_rule"),
        (element("x", checks=("range:0,9",)), "standards.bad_rule"),
        (element("x", type="integer", checks=("range:low,9",)), "standards.bad_rule"),
        (element("x", type="date", checks=("id_number",)), "standards.bad_rule"),
        (element("x", checks=("not_future",)), "standards.bad_rule"),
        (element("x", checks=("matches:(",)), "standards.bad_rule"),
        (element("x", mask="sunglasses"), "standards.unknown_mask"),
        (element("x", codelist="colours"), "standards.unknown_codelist"),
    ],
)
def test_unusable_elements_are_refused(declared: Element, code: str) -> None:
    with pytest.raises(Terminal) as caught:
        Standards.of([declared], [])
    assert caught.value.code == code
    assert "{" not in caught.value.detail("zh") + caught.value.hint("en")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Rule(code="r", kind="compare", field="sex", values=("<",)), "standards.bad_rule"),
        (Rule(code="r", kind="compare", field="sex", other="age", values=("<",)), "standards.unknown_field"),
        (Rule(code="r", kind="compare", field="sex", other="sex", values=("~",)), "standards.bad_rule"),
        (Rule(code="r", kind="reference", field="sex", values=("person",)), "standards.bad_rule"),
        (Rule(code="r", kind="matches", field="age", values=("x",)), "standards.unknown_field"),
        (Rule(code="r", kind="nonsense", field="sex"), "standards.unknown_rule"),
    ],
)
def test_unusable_rules_are_refused(rule: Rule, code: str) -> None:
    with pytest.raises(Terminal) as caught:
        rules_of(item(ItemField(column="xb", element="sex"), rules=(rule,)), STANDARDS)
    assert caught.value.code == code


def test_two_rules_cannot_share_a_code() -> None:
    rules = tuple(Rule(code="r", kind="matches", field="sex", values=(text,)) for text in "12")
    with pytest.raises(Terminal, match=r"standards\.duplicate_rule"):
        rules_of(item(ItemField(column="xb", element="sex"), rules=rules), STANDARDS)


def test_an_unknown_element_is_named() -> None:
    with pytest.raises(Terminal, match=r"standards\.unknown_element"):
        rules_of(item(ItemField(column="x", element="shoe_size")), STANDARDS)


def test_titles_stand_for_codes_where_they_are_clear() -> None:
    entries = (("1", "甲"), ("2", "乙"), ("3", "乙"), ("4", "1"))
    codelist = CodeList(
        name="l", title="l", entries=tuple(CodeEntry(code=code, title=title) for code, title in entries)
    )
    texts = CodeTexts.of(codelist)
    assert texts.codes == ("1", "2", "3", "4")
    assert texts.titles == (("甲", "1"),)


def test_shipped_elements_are_fit_for_use() -> None:
    assert len(SHIPPED.elements) >= 90
    for one in SHIPPED.elements:
        assert one.level < 3 or one.mask, f"{one.name} is personal and has no mask"
        assert one.title_en, one.name


def test_shipped_code_lists_are_trees_and_divisions_agree() -> None:
    for codelist in SHIPPED.codelists:
        codes = {entry.code for entry in codelist.entries}
        assert len(codes) == len(codelist.entries)
        assert {entry.parent for entry in codelist.entries if entry.parent} <= codes
        assert codelist.title != codelist.name
    shipped = {
        entry.code: (entry.title, entry.title_en, entry.parent) for entry in STANDARDS.codelists["division"].entries
    }
    known = divisions.divisions().values()
    assert shipped == {entry.code: (entry.title, entry.title_en, entry.parent) for entry in known}
    assert {"341500", "341502", "340000", "110101"} <= set(shipped)
