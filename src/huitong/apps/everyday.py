"""What people mean by what they type: everyday words beside those that titles have, declared in ``everyday.yaml``.

Every search reads a text so: the public one, that of the desk, that of the catalog. It is the words asked for that are
widened, never what they are looked up in, so a change of the list needs nothing built anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import islice
from typing import TypeVar

import msgspec
from pypinyin import lazy_pinyin

from huitong.apps.spelling import fits_any
from huitong.engine.declarations.spec import Spec

T = TypeVar("T")
_FRINGE = " ?？!！,，.。、的"
_READ = 4
"""Everyday words of one text that are read: nobody asks for more at once, and each is looked up everywhere."""


class Everyday(Spec, frozen=True, kw_only=True):
    """Words that people say for one thing, the words that titles have for it, and whom to ask about it."""

    said: tuple[str, ...]
    means: tuple[str, ...]
    ask: tuple[str, ...] = ()


class EverydayWords(Spec, frozen=True, kw_only=True):
    """The list: what is written around a thing, and the things."""

    around: tuple[str, ...]
    words: tuple[Everyday, ...]


@cache
def everyday_words() -> EverydayWords:
    """Return the list as declared."""
    file = resources.files("huitong.apps").joinpath("everyday.yaml")
    return msgspec.yaml.decode(file.read_bytes(), type=EverydayWords)


@lru_cache(maxsize=1024)
def close_readings(text: str) -> tuple[str, ...]:
    """Return ``text``, and it again with each everyday word in it replaced by each word that titles have for it.

    ``社保`` and ``shebao`` are read as ``社会保险`` and ``参保`` beside themselves.
    """
    plain = _plain(text)
    known = _by_pinyin().get(plain, plain)
    found = [text]
    for said, one in islice(_said_in(known), _READ):
        found += [" ".join(_pattern(said).sub(f" {word} ", known).split()) for word in one.means]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1024)
def bare_readings(text: str) -> tuple[str, ...]:
    """Return what is left of ``text`` without what is written around a thing, and what that may mean; often nothing."""
    plain = _plain(text)
    bare = _bare(plain)
    return close_readings(bare) if bare and bare != plain else ()


@lru_cache(maxsize=1024)
def offices(text: str) -> tuple[str, ...]:
    """Return words in the names of the departments to ask about ``text``."""
    plain = _plain(text)
    known = _by_pinyin().get(plain, plain)
    return tuple(dict.fromkeys(word for _said, one in _said_in(known) for word in one.ask))


def meant(text: str, rows: Iterable[T], names: Callable[[T], Iterable[str]]) -> list[T]:
    """Return the rows one of whose ``names`` fits ``text`` as written or as it is meant; as written first.

    Only where there is none, what is written around a thing is left away.
    """
    named = [(row, tuple(names(row))) for row in rows]
    for said in (close_readings(text), bare_readings(text)):
        fitting = [(at, row) for row, called in named if (at := _first_fitting(said, called)) is not None]
        if fitting:
            return [row for _at, row in sorted(fitting, key=lambda place: place[0])]
    return []


def _first_fitting(said: Sequence[str], called: Sequence[str]) -> int | None:
    return next((at for at, text in enumerate(said) if fits_any(text, *called)), None)


def _said_in(plain: str) -> Iterator[tuple[str, Everyday]]:
    """The everyday words in a text, the longest first; a word inside of a longer one is not said."""
    left = plain
    for said, one in _longest_first():
        if said in left and (taken := _pattern(said).sub("\n", left)) != left:
            left = taken
            if not any(word in plain for word in one.means):
                yield said, one


def _bare(plain: str) -> str:
    left = plain
    while True:
        shorter = left
        for word in sorted(everyday_words().around, key=len, reverse=True):
            edge = r"\b" if word.isascii() else ""
            shorter = re.sub(rf"^{re.escape(word)}{edge}|{edge}{re.escape(word)}$", "", shorter).strip(_FRINGE)
        if shorter == left:
            return left
        left = shorter


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@cache
def _longest_first() -> tuple[tuple[str, Everyday], ...]:
    pairs = ((_plain(said), one) for one in everyday_words().words for said in one.said)
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _by_pinyin() -> dict[str, str]:
    """Everyday words of two or more characters by their pinyin in full."""
    words = (said for said, _one in reversed(_longest_first()) if not said.isascii() and len(said) > 1)
    return {"".join(lazy_pinyin(said)): said for said in words}


@cache
def _pattern(said: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(said)}\b" if said.isascii() else re.escape(said))
