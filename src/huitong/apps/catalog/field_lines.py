"""The fields of a draft as lines of a table on its form: read from what was sent, with lines added, removed and moved.

Works by buttons that submit the form, so it needs no JavaScript.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from huitong.apps.catalog.checking import Finding
from huitong.apps.catalog.models import DataElement
from huitong.engine.declarations import items
from huitong.foundation.numbers import whole_number

MOST_LINES = 300
NEW_LINES = 3
PARTS = ("title", "title_en", "column", "element", "name", "guide_type", "length")


@dataclass(frozen=True)
class FieldLine:
    """One line as written, with what the checks say about it."""

    title: str = ""
    title_en: str = ""
    column: str = ""
    element: str = ""
    name: str = ""
    guide_type: str = ""
    length: str = ""
    required: bool = False
    unique: bool = False
    findings: Sequence[Finding] = field(default=())
    hint: str = ""
    """What the scan of the live source made of the column."""

    @property
    def blank(self) -> bool:
        """Whether nothing is written on it."""
        return not any(getattr(self, part) for part in PARTS)


def read_lines(sent: Mapping[str, str]) -> list[FieldLine]:
    """Return the lines that a form sent, in order, blank ones included."""
    lines = []
    for place in range(min(whole_number(sent.get("lines", "")) or 0, MOST_LINES)):
        texts = {part: sent.get(f"f{place}-{part}", "").strip()[:200] for part in PARTS}
        flags = {part: bool(sent.get(f"f{place}-{part}")) for part in ("required", "unique")}
        lines.append(FieldLine(**texts, **flags))  # type: ignore[arg-type]
    return lines


def moved(lines: Sequence[FieldLine], order: str) -> list[FieldLine]:
    """Carry out a button: ``add``, ``remove-3``, ``up-3`` or ``down-3``; anything else leaves the lines as they are."""
    changed = list(lines)
    verb, _, number = order.partition("-")
    if verb == "add":
        return [*changed, *(FieldLine() for _ in range(NEW_LINES))][:MOST_LINES]
    place = whole_number(number)
    if place is None or place >= len(changed):
        return changed
    line = changed.pop(place)
    if verb == "up":
        changed.insert(max(0, place - 1), line)
    elif verb == "down":
        changed.insert(place + 1, line)
    return changed


def fields_from(lines: Sequence[FieldLine]) -> tuple[items.ItemField, ...]:
    """Return the fields of the lines that say something; an element may be given by name, title or code. One query."""
    names = {
        word: name for name, title, code in DataElement.objects.values_list("name", "title", "code")
        for word in (name, title, code)
    }  # fmt: skip
    return tuple(_field(line, names) for line in lines if not line.blank)


def _field(line: FieldLine, names: Mapping[str, str]) -> items.ItemField:
    text = line.element.partition(" ")[0]
    element = names.get(text, names.get(line.element, ""))
    known = line.guide_type if line.guide_type in ("C", "N", "Y", "D", "T", "L", "M", "G", "B", "I", "F") else ""
    return items.ItemField(
        column=line.column,
        element=element,
        name="" if line.name == element else line.name,
        title=line.title,
        title_en=line.title_en,
        required=line.required,
        unique=line.unique,
        guide_type=known,  # type: ignore[arg-type]
        length=whole_number(line.length, most=999_999) or 0,
    )


def lines_from(
    fields: Sequence[items.ItemField], found: Sequence[Finding], hints: Mapping[str, str]
) -> list[FieldLine]:
    """Return the lines of a draft's fields with the findings and hints about each; a new draft has some to write on."""
    lines = [
        FieldLine(
            title=one.title,
            title_en=one.title_en,
            column=one.column,
            element=one.element,
            name=one.name,
            guide_type=one.guide_type,
            length=str(one.length or ""),
            required=one.required,
            unique=one.unique,
            findings=[each for each in found if each.line == place],
            hint=hints.get(one.column, ""),
        )
        for place, one in enumerate(fields)
    ]
    return lines or [replace(FieldLine()) for _ in range(NEW_LINES)]
