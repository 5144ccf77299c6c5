"""The data subject's keyed hash, as evidence names people and companies."""

from __future__ import annotations

import unicodedata

from django.conf import settings

from huitong.foundation.hashing import hash_subject


def subject_of(key: str) -> str:
    """Return the name under which evidence keeps an ID number, credit code or other key, however it is written."""
    return hash_subject(settings.HUITONG.secret, normal_key(key))


def normal_key(key: str) -> str:
    """Return a key as it is stored: narrow characters, no blanks around it, capitals."""
    return unicodedata.normalize("NFKC", key).strip().upper()
