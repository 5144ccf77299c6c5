"""Values of the help."""

from __future__ import annotations

from dataclasses import dataclass

from huitong.apps.labels import Text


@dataclass(frozen=True)
class Section:
    """A heading of a guide, to jump to."""

    anchor: str
    title: str
    place: str = ""
    """The name of the address of the page it is about, "" when it is about none."""
    job: str = ""
    """The job of the navigation that the page belongs to."""


@dataclass(frozen=True)
class Guide:
    """One page of the users' guide, as HTML."""

    name: str
    title: str
    lead: str
    """Its first paragraph, as text."""
    html: str
    sections: tuple[Section, ...]
    text: str
    """All of it as text, for the search."""


@dataclass(frozen=True)
class Term:
    """One term of the glossary in both languages."""

    anchor: str
    zh: str
    en: str
    meaning: str
    """In the reader's language."""


@dataclass(frozen=True)
class Step:
    """One step of the tour: who to be, below which address it happens, what to look at."""

    role: str
    within: str
    title: Text
    text: Text


@dataclass(frozen=True)
class Stop:
    """Where a browser is on the tour."""

    number: int
    of: int
    title: Text
    text: Text
    here: bool
    """Whether the page is the step's, read by whom it is for: otherwise the strip leads back."""

    @property
    def last(self) -> bool:
        """Whether no step follows."""
        return self.number == self.of

    @property
    def dots(self) -> tuple[tuple[int, str], ...]:
        """Every step's number with how it stands: ``done``, ``current`` or ``ahead``."""
        states = {-1: "done", 0: "current", 1: "ahead"}
        return tuple((n, states[(n > self.number) - (n < self.number)]) for n in range(1, self.of + 1))
