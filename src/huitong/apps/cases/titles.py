"""Titles that a service makes up, in the reader's language.

A case keeps one title, in Chinese: it is searched by it, and mails quote it. A title that somebody typed is theirs and
is shown as it is. One that a service made up follows a declared form, so that its fixed words, and the name of the
thing where that has an English one, are put into the reader's language when it is shown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from huitong.apps.labels import language

if TYPE_CHECKING:
    from huitong.apps.cases.models import Case

Names = Callable[[Iterable[str]], Mapping[str, tuple[str, str]]]
"""From keys of subjects: their titles in Chinese and English, in a fixed number of queries."""
Words = Callable[[Iterable[str]], Mapping[str, str]]
"""From Chinese words to English ones, in a fixed number of queries; words without any are left out."""


@dataclass(frozen=True)
class TitleForm:
    """A form with gaps, ``{}``: ``申请使用“{}”``, ``To use “{}”``. The first is the subject, others are its parts."""

    zh: str
    en: str

    def of(self, *things: str) -> str:
        """Return the title that a case about ``things`` keeps."""
        return _filled(self.zh, things)

    def in_english(self, *things: str) -> str:
        """Return the English title about ``things``."""
        return _filled(self.en, things)

    def things_in(self, title: str) -> tuple[str, ...]:
        """Return what ``title`` is about, nothing where it is of another form."""
        found = re.fullmatch("(.+)".join(re.escape(one) for one in self.zh.split("{}")), title, re.DOTALL)
        return found.groups() if found else ()


_forms: dict[str, list[TitleForm]] = defaultdict(list)
_names: dict[str, Names] = {}
_parts: dict[str, Words] = {}


def title_form(case_type: str, zh: str, en: str) -> TitleForm:
    """Declare a form of the titles of a case type."""
    form = TitleForm(zh, en)
    _forms[case_type].append(form)
    return form


def subject_names(kind: str, names: Names) -> None:
    """Say how the things of a kind are called. For an app's ``ready()``."""
    _names[kind] = names


def part_words(case_type: str, words: Words) -> None:
    """Say how the parts in the titles of a case type are called in English. For an app's ``ready()``."""
    _parts[case_type] = words


class TitleWords:
    """The titles of some cases in the reader's language. Reads nothing for Chinese readers."""

    def __init__(self, cases: Iterable[Case], tongue: str = "") -> None:
        self._english = (tongue or language()) == "en"
        self._called: dict[tuple[str, str], tuple[str, str]] = {}
        self._words: dict[tuple[str, str], str] = {}
        keys: dict[str, set[str]] = defaultdict(set)
        parts: dict[str, set[str]] = defaultdict(set)
        for case in cases if self._english else ():
            if case.subject_kind in _names and _forms.get(case.type.code):
                keys[case.subject_kind].add(case.subject_key)
            if case.type.code in _parts:
                parts[case.type.code].update(_form_of(case)[1][1:])
        for kind, wanted in keys.items():
            self._called |= {(kind, key): called for key, called in _names[kind](wanted).items()}
        for code, wanted in parts.items():
            self._words |= {(code, zh): en for zh, en in _parts[code](wanted).items()}

    def of(self, case: Case) -> str:
        """Return the title of one of the cases."""
        if not self._english:
            return case.title
        form, things = _form_of(case)
        if form is None:
            return case.title
        zh, en = self._called.get((case.subject_kind, case.subject_key), ("", ""))
        subject = en if en and things[0] == zh else things[0]
        return form.in_english(subject, *(self._words.get((case.type.code, one), one) for one in things[1:]))


def _form_of(case: Case) -> tuple[TitleForm | None, tuple[str, ...]]:
    """The form that a case's title has, with what stands in its gaps."""
    for form in _forms.get(case.type.code, ()):
        things = form.things_in(case.title)
        if things:
            return form, things
    return None, ()


def _filled(form: str, things: Iterable[str]) -> str:
    """A form with its gaps filled, whatever the things are written with."""
    before, *after = form.split("{}")
    return before + "".join(thing + text for thing, text in zip(things, after, strict=True))
