"""The words by which a catalog item is found: Chinese words and their parts, pinyin in full and by initials, codes.

Look-ups are by prefix, so a word is stored once for each place at which a reader may begin to type it: "结婚登记信息"
is found by 结婚, 登记, 婚登, jiehun, dengji, jhdj and djxx alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import rjieba
from pypinyin import lazy_pinyin

from huitong.engine.declarations import items

TITLE, CODE, FIELD, TEXT = 10, 8, 3, 1
"""Weights: where a word stands decides how far up its item comes."""
LONGEST = 48
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z0-9_]+")
_NOISE = frozenset("的和及与或在为等了由对")


def tokens_of(item: items.CatalogItem, *, provider: Iterable[str] = (), elements: Iterable[str] = ()) -> dict[str, int]:
    """Return every token of an item with its weight, the greatest where it occurs twice.

    Args:
        provider: names of the providing department.
        elements: titles of the data elements that the fields are bound to.
    """
    found: dict[str, int] = {}
    places = (
        (TITLE, (item.title, item.title_en)),
        (CODE, (item.code, item.resource_code, item.table)),
        (FIELD, (*provider, *elements, *_field_words(item))),
        (TEXT, (item.abstract, item.abstract_en, item.category)),
    )
    for weight, texts in places:
        for text in texts:
            for token in _tokens(text, weight):
                found[token[:LONGEST]] = max(weight, found.get(token[:LONGEST], 0))
    return found


def query_tokens(text: str) -> tuple[str, ...]:
    """Return what must all be found for ``text`` as typed: its Chinese words, and its Latin words as they are."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = [word for run in _HAN.findall(plain) for word in _cut(run)]
    words += [part for part in _LATIN.findall(plain) if part.strip("_")]
    return tuple(dict.fromkeys(word[:LONGEST] for word in words))


def _field_words(item: items.CatalogItem) -> Iterator[str]:
    for field in item.fields:
        yield from (field.title, field.title_en, field.std_name)


def half_words(words: Iterable[str]) -> tuple[str, ...]:
    """Return ``words`` with longer Chinese ones taken apart into two characters each: for a second, looser try."""
    parts: dict[str, None] = {}
    for word in words:
        if _HAN.fullmatch(word) and len(word) > 2:
            parts.update(dict.fromkeys(word[at : at + 2] for at in range(0, len(word), 2)))
        else:
            parts[word] = None
    return tuple(parts)


def _tokens(text: str, weight: int) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    for run in _HAN.findall(plain):
        yield from _parts(run)
        if weight == TITLE:
            yield from _pinyin(list(run[:30]))
        elif weight != TEXT:
            yield from _pinyin(_cut(run))
    for word in _LATIN.findall(plain):
        yield word
        yield from word.split("_")[1:]


def _parts(run: str) -> Iterator[str]:
    """Every place in a run of Chinese at which somebody may begin: prefixes of these are what is looked up."""
    for start in range(len(run)):
        if run[start] not in _NOISE:
            yield run[start : start + 8]


def _pinyin(words: list[str]) -> Iterator[str]:
    """Full pinyin and initials from the beginning of each word (or character) on."""
    sounds = lazy_pinyin("".join(words))
    at = 0
    for word in words:
        rest = sounds[at : at + 10]
        yield "".join(rest)
        yield "".join(sound[0] for sound in rest)
        at += len(word)


def _cut(run: str) -> list[str]:
    return [word for word in rjieba.cut(run, False) if word.strip() and word not in _NOISE]
