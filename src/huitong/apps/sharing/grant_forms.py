"""Forms about a grant that is in force, and its history in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from huitong.apps.forms import DateField, SiteForm
from huitong.apps.labels import Text, label
from huitong.apps.libraries.field_words import field_titles
from huitong.apps.sharing.models import Grant
from huitong.apps.sharing.narrowing import widened
from huitong.apps.sharing.specs import GrantChange, GrantEvent
from huitong.engine.declarations import sharing
from huitong.foundation.errors import Terminal


class ReasonForm(SiteForm):
    """Why a step is taken."""

    about = {"sharing.reason_missing": "reason", "sharing.app_reason_missing": "reason"}

    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, step: str, help_text: Text, data: Mapping[str, object] | None = None) -> None:
        super().__init__(data, auto_id=f"{step}-%s")
        self.step = step
        self.fields["reason"].help_text = help_text  # type: ignore[assignment]


GRANT_STEPS: Mapping[str, Text] = {
    "suspend": _("暂停期间网关拒绝调用，恢复后原样继续。"),
    "resume": _("恢复后网关按原来的内容答复。"),
    "revoke": _("收回后不能恢复，使用方要重新申请。"),
}
APP_STEPS: Mapping[str, Text] = {
    "suspend": _("停用后它的所有调用都被拒绝；只有数据管理部门能恢复。"),
    "resume": _("恢复后按它的授权答复。"),
}
"""What follows from each step that needs a reason."""


def reason_forms(steps: Mapping[str, Text], tried: ReasonForm | None = None) -> dict[str, ReasonForm]:
    """Return a form for each step, by its name, with what follows from it; the one that was tried as it was sent."""
    return {step: tried if tried and tried.step == step else ReasonForm(step, said) for step, said in steps.items()}


class ChangeForm(SiteForm):
    """What is left of a grant. Offers only what it gives now: more needs an application."""

    terms = {
        "clear": "clear",
        "kinds": "service kind",
        "quota": "quota",
    }

    digest = forms.CharField(widget=forms.HiddenInput)
    fields_left = forms.MultipleChoiceField(label=_("可用项目"), widget=forms.CheckboxSelectMultiple)
    clear = forms.MultipleChoiceField(
        label=_("不遮盖的项目"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("其余项目按规定遮盖。"),
    )
    kinds = forms.MultipleChoiceField(label=_("方式"), widget=forms.CheckboxSelectMultiple)
    quota = forms.IntegerField(label=_("每日限额"), min_value=0, help_text=_("每天最多答复多少个号码；0 表示不限。"))
    valid_to = DateField(label=_("截止日期"), required=False)
    only_field = forms.ChoiceField(label=_("只限这一项"), required=False, help_text=_("需要时，再把数据范围收窄。"))
    only_values = forms.CharField(label=_("取值"), required=False, max_length=500, help_text=_("几个值用逗号分开。"))
    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: object, grant: Grant, **kwargs: object) -> None:
        spec = grant.as_spec()
        self._spec, self._digest = spec, grant.digest
        initial = {
            "digest": grant.digest,
            "fields_left": list(spec.fields),
            "clear": list(spec.clear),
            "kinds": list(spec.kinds),
            "quota": spec.quota,
            "valid_to": grant.valid_to,
        }
        super().__init__(*args, initial=initial, **kwargs)
        offered = grant.service.as_spec().fields
        titles = field_titles((*spec.fields, *offered))
        self._offer("fields_left", [(name, titles[name]) for name in spec.fields])
        self._offer("clear", [(name, titles[name]) for name in spec.clear])
        self._offer("kinds", [(kind, label("service_kind", kind).text) for kind in spec.kinds])
        self._offer("only_field", [("", _("不再收窄")), *((name, titles[name]) for name in offered)])
        if not spec.clear:
            del self.fields["clear"]

    def _offer(self, name: str, offered: list[tuple[str, Text]]) -> None:
        self.fields[name].choices = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        """A further condition needs both its parts."""
        cleaned = super().clean() or {}
        if bool(cleaned.get("only_field")) != bool(cleaned.get("only_values")):
            self.add_error("only_values", _("请同时选择项目并填写取值。"))
        if not self.errors and cleaned["digest"] == self._digest:
            self._check_narrower()
        return cleaned

    def _check_narrower(self) -> None:
        """Say at its field what would give more than before."""
        part = widened(self._spec, msgspec.structs.replace(self._spec, **msgspec.structs.asdict(self.change())))
        if part:
            error = Terminal("sharing.change_widens", grant=self._spec.code, part=label("grant_part", part).text)
            self.about = {error.code: {"fields": "fields_left", "row_filter": "only_values"}.get(part, part)}
            self.refuse(error)

    def change(self) -> GrantChange:
        """Return what is left."""
        asked = self.cleaned_data
        until = asked["valid_to"]
        left = tuple(name for name in self._spec.fields if name in asked["fields_left"])
        return GrantChange(
            fields=left,
            clear=tuple(name for name in self._spec.clear if name in asked.get("clear", ()) and name in left),
            kinds=tuple(kind for kind in self._spec.kinds if kind in asked["kinds"]),
            row_filter=self._rows(asked["only_field"], asked["only_values"]),
            quota=asked["quota"],
            valid_to=until.isoformat() if until else "",
        )

    def _rows(self, field: str, values: str) -> tuple[sharing.RowFilter, ...]:
        """The rows there are, narrowed once more."""
        kept = self._spec.row_filter
        if not field:
            return kept
        wanted = tuple(one.strip() for one in values.replace("，", ",").split(",") if one.strip())
        known = next((one for one in kept if one.field == field), None)
        if known is None:
            return (*kept, sharing.RowFilter(field=field, values=wanted))
        both = sharing.RowFilter(field=field, values=tuple(one for one in known.values if one in wanted))
        return tuple(both if one is known else one for one in kept)


@dataclass(frozen=True)
class ToldEvent:
    """A line of a grant's history, in words."""

    event: GrantEvent
    title: Text
    tone: str
    icon: str
    changes: tuple[tuple[Text, str, str], ...]


_EVENTS: dict[str, tuple[Text, str, str]] = {
    "put_grant": (_("授权生效"), "good", "circle-check"),
    "change_grant": (_("变更"), "info", "refresh"),
    "renew_grant": (_("续期"), "good", "circle-check"),
    "suspend_grant": (_("已暂停"), "bad", "clock"),
    "resume_grant": (_("已恢复"), "good", "circle-check"),
    "warn_grant": (_("提醒即将到期"), "info", "clock"),
    "expire_grant": (_("已到期"), "bad", "clock"),
    "revoke_grant": (_("已收回"), "bad", "ban"),
}


def told_events(events: tuple[GrantEvent, ...]) -> list[ToldEvent]:
    """Return a history in the reader's words."""
    return [_told(one) for one in events]


def _told(event: GrantEvent) -> ToldEvent:
    title, tone, icon = _EVENTS.get(event.action, (event.action, "", "history"))
    if event.action == "put_grant" and event.changes:
        title = _("变更")
    changes = tuple((label("grant_part", name).text, before, after) for name, before, after in event.changes)
    return ToldEvent(event, title, tone, icon, changes)
