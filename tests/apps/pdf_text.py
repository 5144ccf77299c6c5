"""The text of a PDF as a reader's program copies it: glyphs of embedded fonts through their ToUnicode tables."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_RADICAL = re.compile("[\u2e80-\u2fdf]")
_SIMPLE = dict(zip("⻚⻔⻋⻅⻓⻢⻛⻩", "页门车见长马风黄", strict=True))
"""Radicals that Unicode does not take back to the character."""
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def pdf_text(content: bytes) -> str:
    """Return the text of all pages, without the spaces between glyphs; characters for the radicals (⻚) alike."""
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    for body in list(objects.values()):
        objects |= _packed(body)
    fonts = _fonts(objects)
    pieces = []
    for body in objects.values():
        stream = _stream(body)
        if b" Tf" in stream:
            pieces.append(_shown(stream, fonts))
    return _RADICAL.sub(_whole, "".join(pieces))


def _whole(radical: re.Match[str]) -> str:
    return _SIMPLE.get(radical[0]) or unicodedata.normalize("NFKC", radical[0])


def _stream(body: bytes) -> bytes:
    match = _STREAM.search(body)
    if match is None:
        return b""
    head, content = body[: match.start()], match[1]
    length = re.search(rb"/Length (\d+)(?! \d+ R)\b", head)
    if length:  # a stream may end with the byte of a line's end
        content = body[match.start(1) : match.start(1) + int(length[1])]
    return zlib.decompress(content) if b"FlateDecode" in head else content


def _packed(body: bytes) -> dict[int, bytes]:
    """Objects that lie together in a compressed stream: first their numbers and places, then they themselves."""
    if b"/ObjStm" not in body:
        return {}
    stream, first = _stream(body), int(re.findall(rb"/First (\d+)", body)[0])
    numbers = [int(word) for word in stream[:first].split()]
    starts = [first + place for place in numbers[1::2]]
    ends = [*starts[1:], len(stream)]
    return {number: stream[a:b] for number, a, b in zip(numbers[0::2], starts, ends, strict=True)}


@dataclass(frozen=True)
class _Font:
    """Characters by code, and how many bytes a code has."""

    characters: Mapping[int, str]
    width: int


def _fonts(objects: dict[int, bytes]) -> dict[bytes, _Font]:
    """Fonts by the name that pages give them."""
    fonts: dict[bytes, _Font] = {}
    for body in objects.values():
        for name, number in re.findall(rb"/([\w-]+) (\d+) 0 R", body):
            font = objects.get(int(number), b"")
            table = re.search(rb"/ToUnicode (\d+) 0 R", font)
            if table:
                fonts[name] = _font(_stream(objects[int(table[1])]))
    return fonts


def _font(table: bytes) -> _Font:
    characters: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(rb"<([0-9a-fA-F]+)> ?<([0-9a-fA-F]+)>", block):
            characters[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be", "ignore")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in re.findall(rb"<([0-9a-fA-F]+)> ?<([0-9a-fA-F]+)> ?<([0-9a-fA-F]+)>", block):
            codes = range(int(first, 16), int(last, 16) + 1)
            characters |= {code: chr(int(text, 16) + place) for place, code in enumerate(codes)}
    return _Font(characters, width=1 if re.search(rb"<00> ?<FF>", table) else 2)


def _shown(stream: bytes, fonts: dict[bytes, _Font]) -> str:
    font = _Font({}, 2)
    text = []
    for name, hexes in re.findall(rb"/([\w-]+) [\d.]+ Tf|<([0-9a-fA-F]*)>", stream):
        if name:
            font = fonts.get(name, font)
            continue
        digits = 2 * font.width
        codes = [int(hexes[at : at + digits], 16) for at in range(0, len(hexes), digits)]
        text += [font.characters.get(code, "") for code in codes]
    return "".join(text)
