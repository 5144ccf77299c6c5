"""Forms of assessment: a comment, an answer, the weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from huitong.apps.assessment.commenting import MOST
from huitong.apps.assessment.specs import PartRow
from huitong.apps.declared import in_language
from huitong.apps.forms import SiteForm
from huitong.engine.declarations.indicators import Indicator


class CommentForm(SiteForm):
    """What the assessed say to their score."""

    indicator = forms.ChoiceField(label=_("关于"), required=False)
    text = forms.CharField(label=_("意见"), max_length=MOST, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, parts: Iterable[PartRow], data: Mapping[str, object] | None = None) -> None:
        super().__init__(data)
        choices = [("", _("总体得分")), *((part.indicator, part.title) for part in parts)]
        self.fields["indicator"].choices = choices  # type: ignore[attr-defined]


class AnswerForm(SiteForm):
    """What the bureau answers."""

    text = forms.CharField(
        label=_("答复"), max_length=MOST, widget=forms.Textarea(attrs={"class": "input assess-text", "rows": 3})
    )

    def __init__(self, comment: int, data: Mapping[str, object] | None = None) -> None:
        super().__init__(data, auto_id=f"answer-{comment}-%s")
        self.comment = comment


def weights_form(indicators: Sequence[Indicator], data: Mapping[str, object] | None = None) -> SiteForm:
    """Return the form with a weight for each indicator, and the reason."""
    form = SiteForm(data)
    for one in indicators:
        form.fields[f"weight_{one.code}"] = forms.FloatField(
            label=in_language(one.title, one.title_en), min_value=0, max_value=1000, initial=f"{one.weight:g}"
        )
    form.fields["reason"] = forms.CharField(label=_("理由"), max_length=300)
    for each in form.fields.values():
        each.widget.attrs["class"] = "input"
        each.widget.attrs["inputmode"] = "decimal" if isinstance(each, forms.FloatField) else "text"
    return form
