"""Which encoding a file of text has, and the file as UTF-8.

An encoding is accepted when the bytes decode in it, not because they look like it. Only where two decode, what they
spell decides.
"""

from __future__ import annotations

import codecs
import gzip
import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import pyarrow as pa

from huitong.engine.connectors.failures import bad_format, unopened
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import Terminal

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 1 << 20
PIECE = 1 << 18
"""Bytes decoded at a time: few enough to stay in the processor's cache."""
_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like UTF-16: must be asked first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FAMILIAR_SHARE = 0.7
_JUDGED = 4_000
_ONE_SIDED = 0.9
_FEW_CHARACTERS = 8


@contextmanager
def open_bytes(source: Source, path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading, unpacked where it is gzip by its first bytes.

    Raises:
        Terminal: ``source.bad_format`` when it is a damaged archive, also from reads inside the context;
            ``source.permission_denied``, ``source.location_missing``.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
            file.seek(0)
            yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise bad_format(source, path.name, error) from error
    except OSError as error:
        raise unopened(source, path.name, error) from error


def encoding_of(source: Source, path: Path) -> tuple[str, int]:
    """Return a Python codec for a file and the length of its byte order mark.

    A byte order mark decides, then what the source declares; otherwise UTF-16 is told by the places of its zero bytes,
    UTF-8 and GB18030 by decoding up to a megabyte from the first byte that is not ASCII.

    Raises:
        Terminal: ``source.encoding_unknown``, ``source.encoding_unsupported``.
    """
    with open_bytes(source, path) as file:
        head = file.read(CHUNK)
        mark = next(((name, len(mark)) for mark, name in _MARKS if head.startswith(mark)), None)
        if mark:
            return mark
        if source.encoding:
            return _declared(source), 0
        if b"\0" in head:
            return _utf_16(source, path, head), 0
        sample, whole = _from_first_foreign_byte(file, head)
    return _judged(source, path, sample, whole), 0


def _declared(source: Source) -> str:
    try:
        name = codecs.lookup(source.encoding).name
    except LookupError as error:
        raise Terminal("source.encoding_unsupported", source=source.code, encoding=source.encoding) from error
    return {"gbk": "gb18030", "gb2312": "gb18030", "utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(name, name)


def _utf_16(source: Source, path: Path, head: bytes) -> str:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    if max(even, odd) < _ONE_SIDED * (even + odd) or not _decodes(head[: len(head) // 2 * 2], encoding, whole=False):
        raise Terminal("source.encoding_unknown", source=source.code, object=path.name)
    return encoding


def _from_first_foreign_byte(file: BinaryIO, chunk: bytes) -> tuple[bytes, bool]:
    """Return what follows the first byte that is not ASCII, and whether that is all that follows."""
    while chunk and chunk.isascii():
        chunk = file.read(CHUNK)
    start = next((at for at, byte in enumerate(chunk) if byte > 0x7F), 0)
    more = file.read(CHUNK)
    return chunk[start:] + more, len(more) < CHUNK


def _judged(source: Source, path: Path, sample: bytes, whole: bool) -> str:
    as_utf_8, as_gb = _decodes(sample, "utf-8", whole=whole), _decodes(sample, "gb18030", whole=whole)
    if as_utf_8 and not (as_gb and _spells_chinese_only_as_gb(sample)):
        return "utf-8"
    if as_gb and _familiar_chinese(sample):
        return "gb18030"
    raise Terminal("source.encoding_unknown", source=source.code, object=path.name)


def _decodes(data: bytes, encoding: str, *, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _spells_chinese_only_as_gb(sample: bytes) -> bool:
    """Judge bytes that decode both ways.

    A Chinese character is two bytes in GB18030 and three in UTF-8. A text whose every foreign character takes two
    bytes in UTF-8 (so it would be Latin, Greek or Cyrillic) is Chinese when as GB18030 it spells words of two or more
    common characters. That happens by chance only in a few words, never in a text.
    """
    text = codecs.getincrementaldecoder("utf-8")().decode(sample)
    foreign = [character for character in text if not character.isascii()]
    if len(foreign) > _FEW_CHARACTERS or any(ord(character) > 0x7FF for character in foreign):
        return False
    words = "".join(c if not c.isascii() else " " for c in text).split()
    return all(len(word) > 1 for word in words) and bool(words) and _familiar_chinese(sample)


def _familiar_chinese(sample: bytes) -> bool:
    """Tell whether GB18030 text consists mainly of the common characters (GB 2312 level 1) and Chinese punctuation."""
    text = codecs.getincrementaldecoder("gb18030")().decode(sample)
    foreign = [character for character in text if not character.isascii()][:_JUDGED]
    familiar = sum(_is_familiar(character) for character in foreign)
    return bool(foreign) and familiar >= _FAMILIAR_SHARE * len(foreign)


def _is_familiar(character: str) -> bool:
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return code[0] in range(0xB0, 0xD8) or code[0] in range(0xA1, 0xA4)


class Utf8Stream(io.RawIOBase):
    """A file of text as valid UTF-8 bytes, decoded as it is read; its last line has an end.

    ``quotes`` counts the quotation marks that went through since the last ``skip``.
    """

    def __init__(self, source: Source, path: Path, file: BinaryIO, encoding: str) -> None:
        self._source, self._path, self._file, self._encoding = source, path, file, encoding
        self._decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)()
        self._ready = self._cut = b""
        self._read = 0
        self._ended = False
        self._last = b"\n"
        self.quotes = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill ``buffer`` as far as the file goes.

        Raises:
            Terminal: ``source.encoding_mismatch`` at bytes that are not of the encoding.
        """
        target = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(target) and (self._ready or not self._ended):
            part = self._ready[: len(target) - filled]
            target[filled : filled + len(part)] = part
            filled += len(part)
            self.quotes += part.count(b'"')
            self._ready = self._ready[len(part) :] or self._more()
        return filled

    def skip(self, length: int) -> None:
        """Pass over ``length`` bytes of the UTF-8."""
        self.read(length)
        self.quotes = 0

    def _more(self) -> bytes:
        """Return the next piece as UTF-8; at the end of the file a line end, if the last line has none."""
        if self._ended:
            return b""
        data = self._file.read(PIECE)
        self._ended = not data
        try:
            text = self._checked(data) if self._decoder is None else self._decoded(data)
        except UnicodeDecodeError as error:
            place = f"{self._read + error.start:,}"
            raise encoding_mismatch(self._source, self._path.name, self._encoding, place) from error
        self._last = text[-1:] or self._last
        if self._ended and self._last not in b"\r\n":
            return text + b"\n"  # without it the parser takes an empty last cell for a quoted one
        return text

    def _decoded(self, data: bytes) -> bytes:
        assert self._decoder is not None  # the caller asked
        text = self._decoder.decode(data, final=self._ended).encode()
        self._read += len(data)
        return text

    def _checked(self, data: bytes) -> bytes:
        """Return whole characters; one cut at the end of ``data`` waits for the rest. Decodes to find an error."""
        data = self._cut + data
        whole = len(data) if self._ended else _last_boundary(data)
        checked, self._cut = data[:whole], data[whole:]
        if not _is_utf_8(checked):
            checked.decode()
        self._read += len(checked)
        return checked


def _last_boundary(data: bytes) -> int:
    """Return where the last character of UTF-8 begins that may not be complete, the length where all are."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:  # a first byte, which tells how many follow
            following = 1 if byte < 0xE0 else 2 if byte < 0xF0 else 3
            return len(data) - back if following >= back else len(data)
    return len(data)


def _is_utf_8(data: bytes) -> bool:
    """Check text without making a Python text of it, many times faster."""
    offsets = pa.py_buffer(struct.pack("<qq", 0, len(data)))
    try:
        pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def encoding_mismatch(source: Source, object_name: str, encoding: str, place: str) -> Terminal:
    """Say that a file's bytes are not of the encoding that it began with or that was declared."""
    return Terminal(
        "source.encoding_mismatch", source=source.code, object=object_name, encoding=encoding.upper(), place=place
    )
