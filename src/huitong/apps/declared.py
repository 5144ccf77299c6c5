"""What every model of a declared thing shares: its canonical spec, a digest to compare by, titles in two languages."""

from __future__ import annotations

import hashlib
from typing import TypeVar

import msgspec
from django.db import models
from django.utils.translation import get_language

from huitong.engine.declarations.spec import Spec

S = TypeVar("S", bound=Spec)


def canonical(spec: Spec) -> bytes:
    """Return the one JSON text of ``spec``: declared field order, defaults left out."""
    return msgspec.json.encode(spec, order="deterministic")


def digest_of(spec: Spec) -> str:
    """Return the SHA-256 of the canonical JSON: equal digests mean equal declarations."""
    return hashlib.sha256(canonical(spec)).hexdigest()


def stored(spec: Spec) -> object:
    """Return ``spec`` as the plain value that a JSON column keeps."""
    return msgspec.json.decode(canonical(spec))


def revived(value: object, kind: type[S]) -> S:
    """Return the spec of ``kind`` that :func:`stored` wrote."""
    return msgspec.convert(value, kind)


class Declared(models.Model):
    """A row that carries the spec it was declared by; the other columns are for filtering and joining."""

    spec = models.JSONField()
    digest = models.CharField(max_length=64)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def set_spec(self, spec: Spec) -> None:
        """Keep ``spec`` and its digest."""
        self.spec = stored(spec)
        self.digest = digest_of(spec)


def in_language(title: str, title_en: str) -> str:
    """Return the title in the language of the current request; Chinese where there is no English one."""
    english = (get_language() or "").startswith("en")
    return title_en or title if english else title


class Titled(models.Model):
    """A title in Chinese, the source language, and in English."""

    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def shown_title(self) -> str:
        """The title in the language of the current request."""
        return in_language(self.title, self.title_en)
