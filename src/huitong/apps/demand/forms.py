"""Forms of applications and demands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from huitong.apps.cases.services import ACCEPTED, REFUSALS
from huitong.apps.demand.applying import LONGEST
from huitong.apps.demand.specs import Asked, Offer
from huitong.apps.forms import DateField, OrganisationField, SiteForm
from huitong.apps.labels import Text, label
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

Choices = Sequence[tuple[str, Text]]
_AREA = {"rows": 2}


class PurposeForm(SiteForm):
    """What for."""

    terms = {
        "purpose": "purpose",
        "legal_basis": "legal basis",
    }

    purpose = forms.CharField(
        label=_("用途"),
        max_length=300,
        widget=forms.Textarea(attrs=_AREA),
        help_text=_("办什么事时用、为什么需要。被查询的人会看到这句话。"),
    )
    legal_basis = forms.CharField(
        label=_("法律依据"),
        max_length=300,
        widget=forms.Textarea(attrs=_AREA),
        help_text=_("写明法规名称和条款。"),
    )
    matter = forms.CharField(label=_("办理的事项"), max_length=200, help_text=_("政务服务事项或工作任务的名称。"))
    audience = forms.CharField(
        label=_("谁会看到"), max_length=200, help_text=_("哪些岗位的人员会看到数据，例如“补贴审核岗”。")
    )


class ScopeForm(SiteForm):
    """Which fields, in which ways, how much, how long. ``offer`` is set by :func:`for_offer`."""

    terms = {
        "clear_asked": "clear",
        "kinds": "service kind",
        "volume": "quota",
        "until": "renew",
    }

    about = {
        "demand.bad_period": "until",
        "demand.field_not_offered": "fields_asked",
        "demand.way_not_offered": "kinds",
        "cases.reason_missing": "comment",
    }

    offer: ClassVar[Offer]
    table: ClassVar[tuple[str, str]] = ("fields_asked", "clear_asked")

    fields_asked = forms.MultipleChoiceField(label=_("需要的项目"), widget=forms.CheckboxSelectMultiple)
    clear_asked = forms.MultipleChoiceField(
        label=_("需要原值的项目"), required=False, widget=forms.CheckboxSelectMultiple
    )
    kinds = forms.MultipleChoiceField(label=_("方式"), widget=forms.CheckboxSelectMultiple)
    volume = forms.IntegerField(
        label=_("每日数量"), min_value=1, max_value=10_000_000, help_text=_("一天最多查询多少个人或企业。")
    )
    since = DateField(label=_("从哪天开始使用"), required=False, help_text=_("不填表示同意后立即开始。"))
    until = DateField(label=_("使用到"), help_text=_("到期前可以续期，一次最长三年。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "fields_asked", [(field.name, field.title) for field in self.offer.fields])
        _offer(self, "clear_asked", [(field.name, field.title) for field in self.offer.fields if field.mask])
        _offer(self, "kinds", kinds_of(self.offer.kinds))

    def clean(self) -> dict[str, Any]:
        """A value in full is of a field that is asked for, and the end lies ahead."""
        cleaned = super().clean() or {}
        if not set(cleaned.get("clear_asked", ())) <= set(cleaned.get("fields_asked", ())):
            self.add_error("clear_asked", _("要原值的项目，要同时选为需要的项目。"))
        until = cleaned.get("until")
        if until is not None and until <= clock.beijing_today():
            self.add_error("until", _("请选择以后的日期。"))
        elif until is not None and until > (latest := clock.beijing_today() + LONGEST):
            self.refuse(Terminal("demand.bad_period", until=until.isoformat(), latest=latest.isoformat()))
        since = cleaned.get("since")
        if since is not None and until is not None and since > until:
            self.add_error("since", _("开始日期不能晚于结束日期。"))
        return cleaned


class AppForm(SiteForm):
    """Who calls."""

    terms = {
        "app": "consumer app",
    }

    apps: ClassVar[Choices] = ()

    app = forms.ChoiceField(label=_("由哪个应用调用"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "app", self.apps)


class CheckForm(SiteForm):
    """A last look."""

    sure = forms.BooleanField(label=_("以上内容属实，数据只用于所写的用途"))


class FileForm(SiteForm):
    """A file that goes along with the application."""

    about = dict.fromkeys(REFUSALS, "file")

    file = forms.FileField(
        label=_("文件"),
        allow_empty_file=True,
        help_text=_("PDF、OFD、图片、docx、xlsx、txt、csv，不超过 20 MB。"),
        widget=forms.FileInput(attrs={"class": "case-file", "accept": ",".join(ACCEPTED)}),
    )


class CorrectionForm(PurposeForm, ScopeForm):
    """An application as a whole, to be completed."""


class TermsForm(SiteForm):
    """What is agreed to: as asked, or less."""

    terms = {
        "granted_clear": "clear",
        "granted_kinds": "service kind",
        "granted_quota": "quota",
    }

    about = {
        "demand.bad_period": "granted_until",
        "demand.field_not_offered": "filter_field",
        "cases.reason_missing": "comment",
    }

    offer: ClassVar[Offer]
    asked: ClassVar[Asked]
    table: ClassVar[tuple[str, str]] = ("granted_fields", "granted_clear")

    granted_fields = forms.MultipleChoiceField(label=_("同意的项目"), widget=forms.CheckboxSelectMultiple)
    granted_clear = forms.MultipleChoiceField(
        label=_("同意给原值的项目"), required=False, widget=forms.CheckboxSelectMultiple
    )
    granted_kinds = forms.MultipleChoiceField(label=_("同意的方式"), widget=forms.CheckboxSelectMultiple)
    granted_quota = forms.IntegerField(label=_("每日限额"), min_value=1)
    granted_until = DateField(label=_("有效期到"))
    filter_field = forms.ChoiceField(label=_("数据范围"), required=False, help_text=_("可以只给其中一部分记录。"))
    filter_values = forms.CharField(
        label=_("范围取值"), required=False, max_length=500, help_text=_("几个值用逗号分开。")
    )
    lookup_key = forms.ChoiceField(
        label=_("按哪一项查询"), required=False, help_text=_("这项目录还没有服务，同意后自动建立。")
    )
    comment = forms.CharField(label=_("说明"), required=False, max_length=1000, widget=forms.Textarea(attrs=_AREA))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        asked, offer = self.asked, self.offer
        kwargs.setdefault(
            "initial",
            {
                "granted_fields": list(asked.fields),
                "granted_clear": list(asked.clear),
                "granted_kinds": list(asked.kinds),
                "granted_quota": asked.volume,
                "granted_until": dt.date.fromisoformat(asked.until),
                "lookup_key": offer.lookup_key,
            },
        )
        super().__init__(*args, **kwargs)
        titles = {field.name: field.title for field in offer.fields}
        _offer(self, "granted_fields", [(name, titles.get(name, name)) for name in asked.fields])
        _offer(self, "granted_clear", [(name, titles.get(name, name)) for name in asked.clear])
        _offer(self, "granted_kinds", kinds_of(asked.kinds))
        _offer(self, "filter_field", [("", _("全部记录")), *titles.items()])
        _offer(self, "lookup_key", list(titles.items()))
        if offer.service:
            del self.fields["lookup_key"]

    def clean(self) -> dict[str, Any]:
        """A condition needs both its parts, and no more is given than was asked."""
        cleaned = super().clean() or {}
        if (cleaned.get("granted_quota") or 0) > self.asked.volume:
            self.add_error("granted_quota", _("申请的是每日 %(most)d，不能超过。") % {"most": self.asked.volume})
        until = cleaned.get("granted_until")
        if until is not None and until.isoformat() > self.asked.until:
            self.add_error("granted_until", _("申请的是使用到 %(day)s，不能更晚。") % {"day": self.asked.until})
        elif until is not None and until <= clock.beijing_today():
            self.add_error("granted_until", _("请选择以后的日期。"))
        if bool(cleaned.get("filter_field")) != bool(cleaned.get("filter_values")):
            self.add_error("filter_values", _("请同时选择项目并填写取值。"))
        return cleaned


class DemandForm(SiteForm):
    """What is needed that nobody offers."""

    title = forms.CharField(
        label=_("数据名称"), max_length=200, help_text=_("一句话说明要什么，例如“居住证办理记录”。")
    )
    what = forms.CharField(
        label=_("需要什么数据"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("关于谁、哪些内容、多大范围、多新。"),
    )
    wanted = forms.CharField(
        label=_("需要的项目"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs=_AREA),
        help_text=_("例如：身份证号码、办理日期、办理状态。"),
    )
    matter = forms.CharField(label=_("办理的事项"), max_length=200)
    legal_basis = forms.CharField(label=_("法律依据"), required=False, max_length=300)
    cycle = forms.ChoiceField(label=_("更新要求"), required=False)
    guess = OrganisationField(
        label=_("可能在哪个部门"), required=False, help_text=_("不清楚可以不填，由数据管理部门判断。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(
            self,
            "cycle",
            [(value, label("update_cycle", value).text if value else "—") for value in _CYCLES],
        )


_CYCLES = ("", "daily", "weekly", "monthly", "irregular")


class DemandCorrectionForm(DemandForm):
    """A demand to be completed: its title and guess stay."""

    title = None  # type: ignore[assignment]
    guess = None  # type: ignore[assignment]


class DepartmentForm(SiteForm):
    """To whom a demand goes."""

    about = {"demand.nobody_there": "department", "people.not_found": "department", "cases.reason_missing": "comment"}

    department = OrganisationField(label=_("责任部门"))
    comment = forms.CharField(label=_("说明"), required=False, max_length=1000, widget=forms.Textarea(attrs=_AREA))


class ItemForm(SiteForm):
    """The item that ends a demand."""

    about = {
        "demand.item_not_ready": "item",
        "demand.not_your_item": "item",
        "people.not_found": "item",
        "cases.reason_missing": "comment",
    }

    item = forms.CharField(label=_("目录代码"), max_length=64)
    comment = forms.CharField(label=_("说明"), required=False, max_length=1000, widget=forms.Textarea(attrs=_AREA))


class WordsForm(SiteForm):
    """What is said with a step that asks nothing else."""

    about = {"cases.reason_missing": "comment"}

    comment = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs=_AREA),
        help_text=_("各方都会看到。"),
    )


def reason_field() -> forms.CharField:
    """Return the field of a reason that a step cannot do without."""
    return forms.CharField(
        label=_("理由"), max_length=1000, widget=forms.Textarea(attrs=_AREA), help_text=_("各方都会看到。")
    )


class JoinForm(SiteForm):
    """What for one's department needs what another has asked for."""

    about = {"demand.matter_missing": "matter"}

    matter = forms.CharField(label=_("本单位用于什么事项"), max_length=200)


def kinds_of(kinds: Sequence[str]) -> Choices:
    """Return ways of use with their words."""
    return [(kind, label("service_kind", kind).text) for kind in kinds]


def for_offer(form: type[SiteForm], **known: object) -> type[SiteForm]:
    """Return a form that knows what is offered: forms of steps are made without arguments."""
    return type(form.__name__, (form,), known)


def _offer(form: SiteForm, name: str, offered: Choices) -> None:
    form.fields[name].choices = list(offered)  # type: ignore[attr-defined]
