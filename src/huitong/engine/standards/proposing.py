"""Recognise what the columns of a live source hold: which data element each should be bound to, how sure, and why.

Signs are added up: what the column is called, by name and by comment (the element's own words, words that departments
use, their pinyin initials, what the same column is bound to elsewhere in the catalog) and what it holds (ID numbers,
credit codes, mobile numbers by their check digits and forms; code lists; dates and numbers). A person corrects what is
proposed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pypinyin import lazy_pinyin

from huitong.engine.declarations.elements import CodeList, Element
from huitong.engine.profiling import ColumnProfile
from huitong.foundation.codes import id_number, mobile, uscc

Reason = Literal["name", "word", "initials", "part", "comment", "known", "content", "codes", "titles", "type"]
LEAST = 30
"""Below this, nothing is proposed."""
_NAME, _WORD, _INITIALS, _PART, _KNOWN = 60, 60, 45, 35, 50
_CONTENT, _TITLES, _CODES, _TYPE = 45, 35, 15, 10
_MISMATCH = -70
_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?")
_DATE = re.compile(r"(18|19|20)\d\d([-/.年]?)\d{1,2}(\2|月)?\d{1,2}日?([ T].*)?")
_COMMENT = re.compile(r"[：:，,；;（(。\n|]")
_SPLIT = re.compile(r"[\s_\-（）()/:：]+")


@dataclass(frozen=True)
class Proposal:
    """What one column seems to be: an element ("" for none), how sure in percent, and why."""

    column: str
    element: str
    confidence: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Knowledge:
    """What columns are recognised by."""

    elements: Mapping[str, Element]
    codelists: Mapping[str, CodeList]
    bound: Mapping[str, str] = field(default_factory=dict)
    """Column → the element that items already in the catalog most often bind it to."""


def propose(columns: Sequence[ColumnProfile], known: Knowledge) -> tuple[Proposal, ...]:
    """Return a proposal for every column, in their order. Work grows with columns × elements."""
    words = {name: _words_of(element) for name, element in known.elements.items()}
    return tuple(_best(column, known, words) for column in columns)


def _best(column: ColumnProfile, known: Knowledge, words: Mapping[str, _Words]) -> Proposal:
    best = Proposal(column.name, "", 0)
    for name, element in known.elements.items():
        signs = {
            **_named(column.name, name, words[name], known),
            **_commented(column.comment, words[name]),
            **_held(column, element, known),
        }
        score = sum(signs.values())
        if score >= LEAST and score > best.confidence:
            reasons: tuple[Reason, ...] = tuple(sign for sign, points in signs.items() if points > 0)
            best = Proposal(column.name, name, min(99, score), reasons)
    return best


@dataclass(frozen=True)
class _Words:
    names: frozenset[str]
    words: frozenset[str]
    initials: frozenset[str]


def _words_of(element: Element) -> _Words:
    words = {element.title, *_declared_words().get(element.name, ())}
    chinese = {word for word in words if not word.isascii()}
    initials = {"".join(sound[0] for sound in lazy_pinyin(word)) for word in chinese}
    full = {"".join(lazy_pinyin(word)) for word in chinese}
    return _Words(
        frozenset({element.name, element.name.replace("_", ""), element.code.lower()}),
        frozenset({word.lower() for word in words} | full),
        frozenset(text for text in initials if len(text) > 1),
    )


@cache
def _declared_words() -> dict[str, list[str]]:
    file = resources.files("huitong.engine.standards").joinpath("column_words.yaml")
    declared: dict[str, list[str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return declared


def _named(column: str, element: str, words: _Words, known: Knowledge) -> dict[Reason, int]:
    lower = column.strip().lower()
    signs: dict[Reason, int] = {}
    if known.bound.get(column) == element:
        signs["known"] = _KNOWN
    if lower in words.names:
        signs["name"] = _NAME
    elif lower in words.words:
        signs["word"] = _WORD
    elif lower in words.initials:
        signs["initials"] = _INITIALS
    elif _is_part(lower, words):
        signs["part"] = _PART
    return signs


def said_in(comment: str) -> str:
    """Return the name in a column's comment: what stands before its explanations (``性别：1男，2女`` → ``性别``)."""
    return _COMMENT.split(comment.strip(), maxsplit=1)[0].strip()[:60]


def _commented(comment: str, words: _Words) -> dict[Reason, int]:
    said = said_in(comment).lower()
    if not said:
        return {}
    if said in words.words or said in words.names:
        return {"comment": _WORD}
    return {"comment": _PART} if _is_part(said, words) else {}


def _is_part(lower: str, words: _Words) -> bool:
    """Tell whether a longer name ends in one of the words (男方姓名), or has one of them as a part (user_mobile)."""
    parts = set(_SPLIT.split(lower))
    chinese = (word for word in words.words if not word.isascii() and len(word) > 1)
    return bool(parts & (words.names | words.words)) or any(lower.endswith(word) for word in chinese)


def _held(column: ColumnProfile, element: Element, known: Knowledge) -> dict[Reason, int]:
    if not column.values:
        return {}
    check = next((one.partition(":")[0] for one in element.checks if one.partition(":")[0] in _VALID), "")
    if check:
        share = _share(column.values, _VALID[check])
        return {"content": round(_CONTENT * share) if share >= 0.5 else _MISMATCH}
    if element.codelist and element.codelist in known.codelists:
        return _coded(column, known.codelists[element.codelist])
    return _typed(column, element)


def _coded(column: ColumnProfile, codelist: CodeList) -> dict[Reason, int]:
    """Short codes (1, 2) are in many lists and say little; titles, and the codes of long lists, say more."""
    if _share(column.values, {entry.title for entry in codelist.entries}.__contains__) >= 0.8:
        return {"titles": _TITLES}
    if _share(column.values, {entry.code for entry in codelist.entries}.__contains__) >= 0.8:
        return {"codes": _TITLES if len(codelist.entries) > 100 else _CODES}
    return {"codes": _MISMATCH // 2}


def _typed(column: ColumnProfile, element: Element) -> dict[Reason, int]:
    declared = column.type.lower()
    if element.type in ("date", "datetime"):
        fits = "date" in declared or "time" in declared or _share(column.values, _is_date) >= 0.8
        precise = _share(column.values, lambda text: len(text) > 10 and ":" in text) >= 0.5
        return {"type": _TYPE + (5 if precise == (element.type == "datetime") else -5) if fits else _MISMATCH}
    if element.type in ("integer", "decimal"):
        return {
            "type": _TYPE if _share(column.values, lambda text: bool(_NUMBER.fullmatch(text))) >= 0.8 else _MISMATCH
        }
    if element.type == "boolean":
        return {"type": _TYPE if column.distinct <= 2 else _MISMATCH}
    return {"type": _MISMATCH} if element.max_length and column.longest > 3 * element.max_length else {}


def _is_date(text: str) -> bool:
    return bool(_DATE.fullmatch(text))


def _share(values: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(1 for value in values if test(value)) / len(values)


def _is_id_number(text: str) -> bool:
    return not id_number.problem(id_number.upgrade(id_number.normalise(text)), today=date.max)


_VALID: Mapping[str, Callable[[str], bool]] = {
    "id_number": _is_id_number,
    "uscc": lambda text: not uscc.problem(uscc.normalise(text)),
    "mobile": lambda text: mobile.is_valid(mobile.normalise(text)),
}


def proposed_key(columns: Iterable[ColumnProfile], proposals: Iterable[Proposal]) -> tuple[str, ...]:
    """Return the columns that identify a row: the primary key where the source declares one.

    Where it does not, what the rows looked at suggest: a record number first, then ID numbers and credit codes, then
    any column without repetition.
    """
    columns = tuple(columns)
    declared = sorted((column.key, column.name) for column in columns if column.key)
    if declared:
        return tuple(name for _place, name in declared)
    meaning = {one.column: one.element for one in proposals}
    order = ("record_id", "case_number", "certificate_number", "id_number", "uscc")
    single = [column.name for column in columns if column.identifies]
    single.sort(key=lambda name: order.index(meaning[name]) if meaning.get(name) in order else len(order))
    return tuple(single[:1])


def proposed_watermark(proposals: Iterable[Proposal]) -> str:
    """Return the column that says when a row last changed, "" where none does."""
    return next((one.column for one in proposals if one.element == "updated_at" and one.confidence >= 50), "")
