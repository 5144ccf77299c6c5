"""Forms as the site draws them: groups, required marks, hints for keyboards; money, dates, organisations, files.

A form derives from :class:`SiteForm` and is drawn by ``{% form form %}``, or field by field by ``{% field form.x %}``
below ``{% form_errors form %}``. The server checks everything; scripts only suggest and warn of unsaved changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePath
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from huitong.apps.accounts.selectors import organisations_like
from huitong.apps.labels import Text, language
from huitong.foundation.errors import HuitongError

MEGABYTE = 1_000_000
SIGNATURES: Mapping[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "xlsx": (b"PK\x03\x04",),
    "docx": (b"PK\x03\x04",),
    "ofd": (b"PK\x03\x04",),
    "zip": (b"PK\x03\x04",),
}
"""How files of a kind begin; a kind that is not named here is text."""


@dataclass(frozen=True)
class Group:
    """Fields that belong together, below a heading."""

    title: Text
    fields: Sequence[str]
    help: Text = ""


@dataclass(frozen=True)
class ShownGroup:
    """A group with its bound fields."""

    title: Text
    help: Text
    fields: Sequence[forms.BoundField]


class SpecificErrors(forms.BaseForm):
    """What is wrong is said at the field that it is about, and what is missing in the field's own words."""

    about: Mapping[str, str] = {}
    """The field that a service's refusal is about, by the error's code; every other stands above the fields."""

    def add_error(self, field: str | None, error: Any) -> None:
        """Add an error; that a field is required names it, unless the field has words of its own for it."""
        plain = forms.Field.default_error_messages["required"]
        if field is not None and getattr(error, "code", "") == "required" and error.message == plain:
            error = missing(self[field])
        super().add_error(field, error)

    def refuse(self, error: HuitongError) -> None:
        """Say why a service refused what was sent.

        Raises:
            HuitongError: the error itself where no field is to blame, for the reader may not do this, or what it is
                about is not there.
        """
        field = self.about.get(error.code)
        field = field if field in self.fields else None
        if field is None and error.status in (401, 403, 404):
            raise error
        gap = " " if language() == "en" else ""
        self.add_error(field, f"{error.detail(language())}{gap}{error.hint(language())}")


def missing(bound: forms.BoundField) -> forms.ValidationError:
    """Return what is said of a field that was left empty: what to do there, by the field's name."""
    kind = bound.field
    if isinstance(kind, forms.FileField):
        words = _("请上传“%(label)s”。")
    elif isinstance(kind.widget, forms.CheckboxInput):
        words = _("请勾选“%(label)s”。")
    elif isinstance(kind.widget, forms.Select | forms.RadioSelect):
        words = _("请选择“%(label)s”。")
    else:
        words = _("请填写“%(label)s”。")
    return forms.ValidationError(words, code="required", params={"label": bound.label})


class SiteForm(SpecificErrors, forms.Form):
    """A form in the look of the site. The browser checks nothing: the server's messages are the better ones."""

    groups: ClassVar[Sequence[Group]] = ()
    """The fields under headings; fields that no group names come first, without a heading."""
    terms: ClassVar[Mapping[str, str]] = {}
    """What a field's label means, by the glossary's English name: a question mark beside it explains it."""
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in self.fields.values():
            widget = each.widget
            if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
                continue
            widget.attrs.setdefault("class", "input")
            if each.required:
                widget.attrs.setdefault("aria-required", "true")

    def shown_groups(self) -> list[ShownGroup]:
        """Return the visible fields, group by group."""
        grouped = {name for group in self.groups for name in group.fields}
        rest = [field for field in self.visible_fields() if field.name not in grouped]
        shown = [ShownGroup("", "", rest)] if rest else []
        for group in self.groups:
            fields = [self[name] for name in group.fields if name in self.fields]
            shown.append(ShownGroup(group.title, group.help, fields))
        return [group for group in shown if group.fields]


def term_of(form: forms.BaseForm, name: str) -> str:
    """Return the glossary's name for a field's label: its own or inherited; "" for none."""
    for each in type(form).__mro__:
        if found := vars(each).get("terms", {}).get(name):
            return str(found)
    return ""


class DateField(forms.DateField):
    """A day, picked in the browser's own calendar or typed as 2026-03-01."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)


class MoneyField(forms.DecimalField):
    """An amount of money that is not negative; thousands may be set apart by commas."""

    def __init__(self, *, unit: Text = "", **kwargs: Any) -> None:
        self.unit: Text = unit or _("元")
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(max_digits=16, decimal_places=2, min_value=0, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Return the amount, ``1,234.50`` and ``１２３４`` alike."""
        text = str(value).replace(",", "").replace("，", "").replace(" ", "") if value is not None else None
        return super().to_python(text)


class SuggestInput(forms.TextInput):
    """A text field that suggests while one types: what stands at ``address`` for ``?q=`` are its options."""

    def __init__(self, address: str | Promise, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.address = address

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add what makes it suggest."""
        attrs = super().build_attrs(base_attrs, extra_attrs)
        options = f"{attrs.get('id', 'field')}_options"
        return attrs | {
            "list": options,
            "hx-get": str(self.address),
            "hx-trigger": "input changed delay:150ms, focus once",
            "hx-target": f"#{options}",
            "hx-params": "*",
            "hx-sync": "this:replace",
            "data-suggest": "",
        }


class OrganisationField(forms.CharField):
    """An organisation, by its name, short name or code; gives its code."""

    default_error_messages: ClassVar = {
        "unknown": _("没有叫“%(value)s”的组织机构。请从提示中选，或填写它的代码。"),
        "several": _("“%(value)s”对应多个组织机构，请写全称或代码。"),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", SuggestInput(reverse_lazy("accounts:suggest_organisations")))
        super().__init__(max_length=200, **kwargs)

    def clean(self, value: Any) -> str:
        """Return the organisation's code, "" for none."""
        text = super().clean(value)
        if not text:
            return ""
        found = organisations_like(text, exactly=True)
        if len(found) != 1:
            code = "several" if found else "unknown"
            raise forms.ValidationError(self.error_messages[code], code=code, params={"value": text})
        return found[0].code


class UploadField(forms.FileField):
    """A file of one of the kinds allowed, told by its name and by how it begins, up to a size."""

    default_error_messages: ClassVar = {
        "kind": _("只能上传 %(kinds)s 文件。"),
        "content": _("文件内容和扩展名不符，请检查是不是选错了文件。"),
        "size": ngettext_lazy("文件不能超过 %(most)d MB。", "文件不能超过 %(most)d MB。", "most"),
    }

    def __init__(self, *, kinds: Sequence[str], megabytes: int = 10, **kwargs: Any) -> None:
        self.kinds, self.megabytes = tuple(kinds), megabytes
        accept = ",".join(f".{kind}" for kind in kinds)
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": accept}))
        super().__init__(**kwargs)

    def to_python(self, data: Any) -> UploadedFile | None:
        """Return the file when it is what it says it is."""
        file: UploadedFile | None = super().to_python(data)  # type: ignore[assignment]
        if file is None:
            return None
        kind = PurePath(file.name or "").suffix.removeprefix(".").lower()
        if kind not in self.kinds:
            raise self._wrong("kind", kinds="、".join(self.kinds))
        if (file.size or 0) > self.megabytes * MEGABYTE:
            raise self._wrong("size", most=self.megabytes)
        start = file.read(16)
        file.seek(0)
        known = SIGNATURES.get(kind)
        if (known is not None and not start.startswith(known)) or (known is None and b"\x00" in start):
            raise self._wrong("content")
        return file

    def _wrong(self, code: str, **params: Any) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code, params=params)
