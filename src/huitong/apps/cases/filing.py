"""Files put into cases: known by their content, not by their name; kept outside of what the web server serves."""

from __future__ import annotations

import hashlib
import io
import os
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.cases.acting import locked_case, note_event
from huitong.apps.cases.models import Attachment, Case, CaseEvent
from huitong.apps.cases.selectors import access_case
from huitong.apps.cases.specs import AttachmentSpec
from huitong.apps.ledger.services import record_audit
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 50
"""Of one case."""
_MAGIC = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
}
_ZIPPED = {
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "OFD.xml": ("application/ofd", "ofd"),
}
_TEXT = {"txt": "text/plain", "csv": "text/csv"}
REFUSALS = ("cases.file_too_large", "cases.file_empty", "cases.file_kind", "cases.too_many_files")
"""What may be wrong with a file that is to be kept."""
ACCEPTED = (".pdf", ".png", ".jpg", ".jpeg", ".docx", ".xlsx", ".ofd", ".txt", ".csv")


def attach_file(acting_user: User, *, number: str, name: str, content: BinaryIO) -> Attachment:
    """Put a file into a case that the user may see.

    Raises:
        Terminal: ``people.not_found``, what :func:`kept_content` raises, ``cases.too_many_files``.
    """
    _check_room(access_case(acting_user, number))
    with kept_content(name, content) as kept:
        return attach_kept(acting_user, number=number, kept=kept)


@contextmanager
def kept_content(name: str, content: BinaryIO) -> Iterator[AttachmentSpec]:
    """Look at a file and put it on disk, for a row to name it before the block is left: killed before that, it lies
    there unnamed. To be entered only by who may, and has room for one more.

    Raises:
        Terminal: ``cases.file_too_large``, ``cases.file_empty``, ``cases.file_kind`` when the content is not what its
            name says or of no accepted kind.
    """
    data = content.read(MOST_BYTES + 1)
    name = clean_name(name)
    if len(data) > MOST_BYTES:
        raise Terminal("cases.file_too_large", name=name, most=MOST_BYTES // 1024 // 1024)
    if not data:
        raise Terminal("cases.file_empty", name=name)
    media_type = media_type_of(name, data)
    spec = AttachmentSpec(name=name, media_type=media_type, size=len(data), sha256=hashlib.sha256(data).hexdigest())
    _keep(spec.sha256, data)
    yield spec
    _keep(spec.sha256, data)  # somebody who dropped the same content may have taken it away before it was named


@transaction.atomic
def attach_kept(acting_user: User, *, number: str, kept: AttachmentSpec) -> Attachment:
    """Put a file whose content is kept already into a case that the user may see.

    Raises:
        Terminal: ``people.not_found``, ``cases.too_many_files``.
    """
    case = locked_case(acting_user, number)
    _check_room(case)
    row: Attachment = Attachment.objects.create(
        case=case,
        name=kept.name,
        media_type=kept.media_type,
        size=kept.size,
        sha256=kept.sha256,
        uploaded_by=acting_user,
        at=clock.now(),
    )
    note_event(case, CaseEvent.Kind.ATTACHED, acting_user, data={"name": kept.name, "size": kept.size})
    record_audit(acting_user, action="cases.attach_file", kind="case", target=number, after=kept)
    return row


def _check_room(case: Case) -> None:
    if Attachment.objects.filter(case=case).count() >= MOST_FILES:
        raise Terminal("cases.too_many_files", number=case.number, most=MOST_FILES)


def forget_content(sha256: str, *, named: Callable[[str], bool]) -> None:
    """Delete a file's content once the transaction is over, unless a row names it.

    Args:
        named: tells whether a row of the caller's app names it; asked before the attachments of cases, which a row may
            become meanwhile.
    """
    transaction.on_commit(lambda: _forget(sha256, lambda: named(sha256) or _is_attached(sha256)))


def _is_attached(sha256: str) -> bool:
    return Attachment.objects.filter(sha256=sha256).exists()


def _forget(sha256: str, named: Callable[[], bool]) -> None:
    """Take it away, look again, and put it back if somebody has named it just then: who names it puts it back too."""
    target = _place(sha256)
    aside = target.with_name(f".{sha256}.{uuid4().hex}")
    if named() or not target.exists():
        return
    try:
        target.replace(aside)
    except FileNotFoundError:
        return  # somebody was faster
    if named():
        aside.replace(target)
    else:
        aside.unlink()


def clean_name(name: str) -> str:
    """Return a file's name without folders, controls and marks that turn the reading direction."""
    base = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in base if unicodedata.category(sign)[0] != "C").strip(". ")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[:180]}{dot}{ending[:10]}" if dot else kept[:190] or "file"


def media_type_of(name: str, data: bytes) -> str:
    """Return what a file is, by its content.

    Raises:
        Terminal: ``cases.file_kind``.
    """
    ending = name.rpartition(".")[2].lower()
    known = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None) or _zipped(data)
    if known is None and ending in _TEXT and _is_text(data):
        return _TEXT[ending]
    if known is None or known[1] != {"jpeg": "jpg"}.get(ending, ending):
        raise Terminal("cases.file_kind", name=name)
    return known[0]


def _zipped(data: bytes) -> tuple[str, str] | None:
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except zipfile.BadZipFile:
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None  # a document that runs programs
    return next((kind for member, kind in _ZIPPED.items() if member in names), None)


def _is_text(data: bytes) -> bool:
    if b"\x00" in data:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def file_of(row: Attachment) -> Path:
    """Return where an attachment's content is."""
    return _place(row.sha256)


def folder() -> Path:
    """Return the folder of all attachments."""
    return Path(settings.HUITONG.home) / "attachments"


def _place(sha256: str) -> Path:
    return folder() / sha256[:2] / sha256


def _keep(sha256: str, data: bytes) -> None:
    target = _place(sha256)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{sha256}.{uuid4().hex}")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
