"""Numbers of more than 15 digits in a workbook, such as ID numbers that a program wrote as numbers.

Readers make floats of numbers, which keep about 16 digits. The file of an .xlsx (ECMA-376) holds the digits themselves.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError, iterparse

_LONG = re.compile(r"-?[1-9]\d{15,}")
_REFERENCE = re.compile(r"([A-Z]+)(\d+)")
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def long_numbers(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Return the digits of every long whole number of a sheet, by row and column from 0.

    Empty for workbooks of other formats, which keep floats themselves. Grows with the long numbers, not with the sheet.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_part(archive, sheet)) as xml:
            return dict(_found(xml))
    except (zipfile.BadZipFile, KeyError, ParseError):
        return {}


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the sheet's file in the archive."""
    with archive.open(_WORKBOOK) as xml:
        relation = next((_attribute(each, "id") for each in _elements(xml, "sheet") if each.get("name") == sheet), "")
    with archive.open(_RELATIONS) as xml:
        target = next(
            (each.get("Target", "") for each in _elements(xml, "Relationship") if each.get("Id") == relation), ""
        )
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _found(xml: IO[bytes]) -> Iterator[tuple[tuple[int, int], str]]:
    row = -1
    for element in _elements(xml, "row"):
        row = int(element.get("r", row + 2)) - 1
        column = -1
        for cell in element:
            column = _column(cell.get("r", ""), column)
            digits = next((each.text or "" for each in cell if _name(each) == "v"), "")
            if cell.get("t", "n") == "n" and _LONG.fullmatch(digits):
                yield (row, column), digits
        element.clear()


def _column(reference: str, before: int) -> int:
    match = _REFERENCE.fullmatch(reference)
    if not match:
        return before + 1
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _elements(xml: IO[bytes], name: str) -> Iterator[Element]:
    """Go through the elements of one name, whichever edition of the standard its namespace is of."""
    for _, element in iterparse(xml):
        if _name(element) == name:
            yield element


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
