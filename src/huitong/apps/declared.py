"""What every model of a declared thing shares: its canonical spec, a digest to compare by, titles in two languages."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import msgspec
from django.db import models
from django.db.models.expressions import Col
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
    return _reader(kind).decode(value.text) if isinstance(value, SpecText) else msgspec.convert(value, kind)


@cache
def _reader(kind: type[S]) -> msgspec.json.Decoder[S]:
    return msgspec.json.Decoder(kind)


@dataclass(frozen=True, slots=True)
class SpecText:
    """A spec as the database has it: a page reads hundreds of rows with specs and looks into few of them."""

    text: str


class SpecField(models.JSONField):
    """A JSON column of a spec, parsed when :func:`revived` asks for it and not before."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return the text itself; what is looked up inside of it, parsed."""
        if isinstance(value, str) and isinstance(expression, Col):
            return SpecText(value)
        return super().from_db_value(value, expression, connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Write a text that was read back as the JSON that it is."""
        plain = json.loads(value.text) if isinstance(value, SpecText) else value
        return super().get_db_prep_value(plain, connection, prepared)

    def deconstruct(self) -> Any:
        """Be a JSON column for migrations."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.JSONField", args, options


class Declared(models.Model):
    """A row that carries the spec it was declared by; the other columns are for filtering and joining."""

    spec = SpecField()
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
