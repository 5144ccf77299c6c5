"""Declared forms as Django's, so that the pages draw them like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huitong.apps.cases.answers import LONG, SHORT, check_answers, offered_for
from huitong.apps.cases.filing import ACCEPTED, REFUSALS
from huitong.apps.cases.models import Case
from huitong.apps.declared import in_language
from huitong.apps.forms import SiteForm, missing
from huitong.apps.labels import Text
from huitong.engine.declarations.cases import Action, FormField

PROBLEMS: Mapping[str, Text] = {
    "too_long": _("太长了，请精简。"),
    "not_a_number": _("请填写数字。"),
    "out_of_range": _("超出允许的范围。"),
    "not_a_date": _("请填写日期，如 2026-01-31。"),
    "not_offered": _("请从给出的选项中选择。"),
    "unknown": _("没有这一项。"),
}


class AnswersForm(SiteForm):
    """A declared form. What is right is decided in one place, :mod:`huitong.apps.cases.answers`."""

    def __init__(
        self,
        *args: object,
        case_type: str,
        declared: Sequence[FormField],
        case: Case | None = None,
        known: Mapping[str, object] | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **{**kwargs, "initial": _initial(declared, known or {})})
        self.case_type, self.declared, self.case = case_type, tuple(declared), case
        known = known or {}
        for field in declared:
            self.fields[field.name] = _field(case_type, field, case, known)
        for shown in self.fields.values():
            if shown.required and not shown.widget.use_fieldset:
                shown.widget.attrs["aria-required"] = "true"
        self.answers: dict[str, object] = {}

    def clean(self) -> dict[str, object]:
        """Check the answers as the service will."""
        cleaned = super().clean() or {}
        given = {field.name: _given(field, cleaned.get(field.name)) for field in self.declared}
        self.answers, problems = check_answers(self.case_type, self.declared, given, case=self.case)
        for name, problem in problems.items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, missing(self[name]) if problem == "missing" else str(PROBLEMS[problem]))
        return cleaned


class ActionForm(AnswersForm):
    """An action's questions, and the comment that goes with it."""

    comment = forms.CharField(label=_("说明"), required=False, max_length=LONG)

    def __init__(self, *args: object, action: Action, **kwargs: object) -> None:
        super().__init__(*args, declared=action.form, **kwargs)  # type: ignore[arg-type]
        self.action = action
        comment = self.fields.pop("comment")
        comment.label = _("理由") if action.reason else _("说明（可以不填）")
        comment.required = action.reason
        comment.error_messages["required"] = _("请说明理由。")
        attrs = {"class": "input prose", "rows": 3, **({"aria-required": "true"} if action.reason else {})}
        comment.widget = forms.Textarea(attrs=attrs)
        self.fields["comment"] = comment


class SayForm(SiteForm):
    """Something said to everybody in a case."""

    about = dict.fromkeys(
        ("cases.comment_missing", "cases.cannot_mention", "cases.mention_ambiguous", "cases.call_not_allowed"),
        "comment",
    )

    comment = forms.CharField(
        label=_("留言"), max_length=LONG, widget=forms.Textarea(attrs={"class": "input prose", "rows": 2})
    )

    def __init__(self, *args: object) -> None:
        super().__init__(*args, auto_id="say-%s")

    def dressed(self, *, may_call: bool) -> SayForm:
        """Return the form for its page."""
        calling = _("各方都能看到；写 @姓名 或勾选名单提醒某个人。")
        self.fields["comment"].help_text = calling if may_call else _("各方都能看到。")
        return self


class BulkForm(SiteForm):
    """What is said with one action on many cases."""

    comment = forms.CharField(max_length=LONG, widget=forms.Textarea(attrs={"class": "input prose", "rows": 2}))

    def __init__(self, *args: object, reason: bool, **kwargs: object) -> None:
        super().__init__(*args, auto_id="bulk-%s", **kwargs)
        self.fields["comment"].required = reason
        self.fields["comment"].label = _("理由") if reason else _("说明（可以不填）")


class ExtendForm(SiteForm):
    """More working days for a clock."""

    about = {"cases.extension_too_long": "days", "cases.reason_missing": "reason"}

    days = forms.IntegerField(label=_("工作日"), min_value=1, initial=1)
    reason = forms.CharField(label=_("理由"), max_length=1000)

    def __init__(self, *args: object, clock: str) -> None:
        super().__init__(*args, auto_id=f"extend-{clock}-%s")
        self.clock = clock

    def dressed(self, *, most: int) -> ExtendForm:
        """Return the form for its page."""
        self.fields["days"].label = gettext("工作日（至多 %(most)s 个）") % {"most": most}
        self.fields["days"].widget.attrs["max"] = most
        return self


class HandOverForm(SiteForm):
    """The colleague who goes on with a case."""

    about = {"cases.cannot_take_over": "login", "people.not_found": "login"}

    login = forms.CharField(label=_("转交给"), widget=forms.Select)
    comment = forms.CharField(label=_("附言"), max_length=300, required=False)

    def __init__(self, *args: object) -> None:
        super().__init__(*args, auto_id="over-%s")

    def dressed(self, *, colleagues: Sequence[tuple[str, str]]) -> HandOverForm:
        """Return the form for its page."""
        self.fields["login"].widget.choices = colleagues
        return self


class FileForm(SiteForm):
    """A file for a case."""

    about = dict.fromkeys(REFUSALS, "file")

    file = forms.FileField(
        label=_("文件"),
        allow_empty_file=True,
        help_text=_("PDF、OFD、图片、docx、xlsx、txt、csv，不超过 20 MB。"),
        widget=forms.FileInput(attrs={"class": "case-file", "accept": ",".join(ACCEPTED)}),
    )

    def __init__(self, *args: object) -> None:
        super().__init__(*args, auto_id="file-%s")


def _initial(declared: Sequence[FormField], known: Mapping[str, object]) -> dict[str, object]:
    words = {True: "yes", False: "no"}
    kinds = {field.name: field.kind for field in declared}
    return {name: words[bool(value)] if kinds.get(name) == "yes_no" else value for name, value in known.items()}


def _given(field: FormField, value: object) -> object:
    if field.kind == "yes_no":
        return {"yes": True, "no": False}.get(str(value))
    return value


def _field(case_type: str, field: FormField, case: Case | None, known: Mapping[str, object]) -> forms.Field:
    offered = offered_for(case_type, field, case, {**(case.data if case else {}), **known})
    words: dict[str, object] = {
        "label": in_language(field.title, field.title_en) + ("" if field.required else _optional()),
        "help_text": in_language(field.help, field.help_en),
        "required": field.required,
    }
    if offered is not None or field.kind == "yes_no":
        words["error_messages"] = {"invalid_choice": PROBLEMS["not_offered"]}
    if field.kind == "yes_no":
        pairs = [("yes", _("是")), ("no", _("否"))]
        return forms.ChoiceField(choices=pairs, widget=forms.RadioSelect, **words)  # type: ignore[arg-type]
    if field.kind in ("choices", "item_fields") and offered is not None:
        return forms.MultipleChoiceField(choices=offered, widget=forms.CheckboxSelectMultiple, **words)  # type: ignore[arg-type]
    if offered is not None:
        few = len(offered) <= 5
        widget = forms.RadioSelect() if few else forms.Select(attrs={"class": "input"})
        blank = () if few else (("", "—"),)
        return forms.ChoiceField(choices=(*blank, *offered), widget=widget, **words)  # type: ignore[arg-type]
    return forms.CharField(widget=_widget(field), **words)  # type: ignore[arg-type]


def _widget(field: FormField) -> forms.Widget:
    plain = {"class": "input"}
    if field.kind == "long_text":
        return forms.Textarea(attrs={"class": "input prose", "rows": 4, "maxlength": field.max_length or LONG})
    if field.kind == "number":
        return forms.NumberInput(attrs={**plain, "step": "any"})
    if field.kind == "date":
        return forms.DateInput(attrs={**plain, "type": "date"})
    return forms.TextInput(attrs={**plain, "maxlength": field.max_length or SHORT})


def _optional() -> str:
    return str(_("（选填）"))
