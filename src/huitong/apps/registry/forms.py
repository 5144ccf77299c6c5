"""Forms of the registry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, get_args

import msgspec
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import System
from huitong.apps.accounts.selectors import may_write_for
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.models import DataElement
from huitong.apps.forms import DateField, Group, MoneyField, OrganisationField, SiteForm
from huitong.apps.labels import Text, choices, listed
from huitong.engine.declarations import people, projects
from huitong.engine.declarations.items import SharingType
from huitong.foundation.codes import uscc
from huitong.foundation.codes.divisions import division
from huitong.foundation.numbers import whole_number

_SPLIT = re.compile(r"[、,，;；\s]+")
_LONG = forms.Textarea(attrs={"rows": 3})
SHARING_TYPES: dict[str, SharingType] = {name: name for name in get_args(SharingType)}
SHARES = 5
"""Kinds of data that a project's form has room for; what is written beyond it stays."""


class SystemForm(SiteForm):
    """An information system."""

    about = {
        "registry.successor_missing": "successor",
        "registry.succession_cycle": "successor",
        "registry.system_linked": "state",
    }

    code = forms.RegexField(
        label=_("系统代码"),
        regex=r"^[a-z0-9][a-z0-9-]{1,60}$",
        help_text=_("小写字母、数字和连字符"),
        error_messages={"invalid": _("系统代码只能用小写字母、数字和连字符。")},
    )
    title = forms.CharField(label=_("系统名称"), max_length=200)
    title_en = forms.CharField(label=_("英文名称"), max_length=300, required=False)
    organisation = forms.ChoiceField(label=_("建设部门"))
    abstract = forms.CharField(label=_("说明"), required=False, max_length=2000, widget=_LONG)
    level = forms.ChoiceField(label=_("系统层级"), choices=choices("system_level"))
    state = forms.ChoiceField(label=_("状态"), choices=choices("system_state"))
    host = forms.ChoiceField(label=_("部署位置"), required=False, choices=[("", _("未登记")), *choices("system_host")])
    successor = forms.ChoiceField(
        label=_("并入或由谁接替"), required=False, help_text=_("已整合的系统必填，待下线和已下线的选填")
    )
    platform = forms.BooleanField(
        label=_("就是本平台"), required=False, help_text=_("汇聚其他系统数据的平台自己，不算信息孤岛")
    )
    databases = forms.CharField(
        label=_("数据库"),
        required=False,
        max_length=4000,
        widget=_LONG,
        help_text=_("一行一个：名称，产品，表的数量。例如“rkxx，达梦，128”"),
    )
    groups: ClassVar = (
        Group(_("名称与归属"), ("code", "title", "title_en", "organisation", "abstract")),
        Group(_("状态"), ("level", "state", "successor")),
        Group(_("部署"), ("host", "platform", "databases")),
    )

    def __init__(self, *args: Any, viewer: Viewer, code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(one.code, one.shown_title) for one in may_write_for(viewer)]
        others = System.objects.visible_to(viewer).exclude(code=code).select_related("organisation")
        named = [(one.code, f"{one.organisation.shown_short} · {one.shown_title}") for one in others]
        self.fields["organisation"].choices = own  # type: ignore[attr-defined]
        self.fields["successor"].choices = [("", _("没有")), *named]  # type: ignore[attr-defined]
        if code:
            self.fields["code"].disabled = True

    @staticmethod
    def initial_of(spec: people.System) -> dict[str, Any]:
        """Return what the fields show of a system."""
        lines = (f"{one.name}，{one.product}，{one.tables}" for one in spec.databases)
        return {**msgspec.structs.asdict(spec), "databases": "\n".join(lines)}

    def spec(self) -> people.System:
        """Return what was written."""
        said = dict(self.cleaned_data)
        said["databases"] = tuple(_database(line) for line in said["databases"].splitlines() if line.strip())
        return people.System(**said)


def _database(line: str) -> people.Database:
    parts = [part.strip() for part in re.split(r"[，,\t]", line)]
    tables = parts[2] if len(parts) > 2 else ""
    number = whole_number(tables, most=999_999) or 0
    return people.Database(name=parts[0][:100], product=parts[1][:60] if len(parts) > 1 else "", tables=number)


class OrganisationForm(SiteForm):
    """An organisation in the tree."""

    about = {
        "registry.second_bureau": "kind",
        "registry.last_bureau": "kind",
        "registry.second_root": "superior",
        "accounts.organisation_cycle": "superior",
    }

    code = forms.RegexField(
        label=_("机构代码"),
        regex=r"^[a-z0-9][a-z0-9-]{1,60}$",
        help_text=_("小写字母、数字和连字符"),
        error_messages={"invalid": _("机构代码只能用小写字母、数字和连字符。")},
    )
    title = forms.CharField(label=_("名称"), max_length=200)
    title_en = forms.CharField(label=_("英文名称"), max_length=300, required=False)
    short = forms.CharField(label=_("简称"), max_length=60, required=False)
    short_en = forms.CharField(label=_("英文简称"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("类型"), choices=choices("organisation_kind"))
    superior = OrganisationField(label=_("上级机构"), required=False, help_text=_("只有本级政府没有上级"))
    division = forms.CharField(label=_("行政区划"), max_length=12, required=False, help_text=_("六位代码，GB/T 2260"))
    uscc = forms.CharField(label=_("统一社会信用代码"), max_length=18, required=False)
    groups: ClassVar = (
        Group(_("名称"), ("code", "title", "title_en", "short", "short_en")),
        Group(_("隶属"), ("kind", "superior", "division")),
        Group(_("代码"), ("uscc",)),
    )

    def __init__(self, *args: Any, code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if code:
            self.fields["code"].disabled = True

    def clean_division(self) -> str:
        """A division is one of the national list."""
        text = str(self.cleaned_data["division"]).strip()
        if text and division(text) is None:
            raise forms.ValidationError(_("没有这个行政区划代码。"))
        return text

    def clean_uscc(self) -> str:
        """A credit code proves itself by its check digit."""
        text = uscc.normalise(str(self.cleaned_data["uscc"]))
        if text and uscc.problem(text):
            raise forms.ValidationError(_("统一社会信用代码的位数或校验码不对。"))
        return text

    def spec(self, known: people.Organisation | None) -> people.Organisation:
        """Return what was written; who answers for its data stays."""
        base = known or people.Organisation(code=self.cleaned_data["code"], title="", title_en="")
        return msgspec.structs.replace(base, **self.cleaned_data)


class ContactsForm(SiteForm):
    """Who answers for an organisation's data."""

    terms = {
        "officer_name": "chief data officer / liaison",
    }

    officer_name = forms.CharField(label=_("首席数据官"), max_length=60, required=False)
    officer_post = forms.CharField(label=_("职务"), max_length=100, required=False)
    officer_phone = forms.CharField(label=_("电话"), max_length=40, required=False)
    liaisons = forms.CharField(
        label=_("数据联络员"),
        required=False,
        max_length=4000,
        widget=_LONG,
        help_text=_("一行一人：姓名，职务，电话"),
    )

    @staticmethod
    def initial_of(spec: people.Organisation) -> dict[str, Any]:
        """Return what the fields show of an organisation."""
        officer = spec.chief_data_officer or people.Contact(name="")
        lines = (f"{one.name}，{one.post}，{one.phone}" for one in spec.liaisons)
        return {
            "officer_name": officer.name,
            "officer_post": officer.post,
            "officer_phone": officer.phone,
            "liaisons": "\n".join(lines),
        }

    def officer(self, known: people.Contact | None) -> people.Contact | None:
        """Return the chief data officer as written; the account and English name stay while the name does."""
        said = self.cleaned_data
        if not said["officer_name"]:
            return None
        base = known if known and known.name == said["officer_name"] else people.Contact(name=said["officer_name"])
        return msgspec.structs.replace(base, post=said["officer_post"], phone=said["officer_phone"])

    def people(self, known: tuple[people.Contact, ...]) -> tuple[people.Contact, ...]:
        """Return the liaisons as written."""
        before = {one.name: one for one in known}
        found = []
        for line in self.cleaned_data["liaisons"].splitlines():
            name, post, phone = [*(part.strip() for part in re.split(r"[，,\t]", line)), "", ""][:3]
            if name:
                base = before.get(name, people.Contact(name=name[:60]))
                found.append(msgspec.structs.replace(base, post=post[:100], phone=phone[:40]))
        return tuple(found)


class ProjectForm(SiteForm):
    """An IT project: what for, how much, what it shares, what it collects."""

    terms = {
        "collects": "collected again",
    }

    title = forms.CharField(label=_("项目名称"), max_length=200)
    title_en = forms.CharField(label=_("英文名称"), max_length=300, required=False)
    organisation = forms.ChoiceField(label=_("申报部门"))
    kind = forms.ChoiceField(label=_("项目类型"), choices=choices("project_kind"), widget=forms.RadioSelect)
    purpose = forms.CharField(
        label=_("建设内容"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("解决什么问题，不做会怎样"),
    )  # fmt: skip
    system = forms.ChoiceField(label=_("涉及的系统"), required=False)
    host = forms.ChoiceField(label=_("部署位置"), required=False, choices=[("", _("未定")), *choices("system_host")])
    asked = MoneyField(label=_("申报金额"), required=False)
    starts_on = DateField(label=_("开始日期"), required=False)
    ends_on = DateField(label=_("完成日期"), required=False)
    collects = forms.CharField(
        label=_("要向群众和企业采集的数据元"),
        required=False,
        max_length=4000,
        widget=_LONG,
        help_text=_("数据元名称，用顿号隔开；全市已经有的会在保存后指出"),
    )
    groups: ClassVar = (
        Group(_("项目概况"), ("title", "title_en", "organisation", "kind", "purpose")),
        Group(_("系统与经费"), ("system", "host", "asked", "starts_on", "ends_on")),
        Group(_("采集"), ("collects",)),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [(one.code, one.shown_title) for one in may_write_for(viewer)]  # type: ignore[attr-defined]
        systems = System.objects.visible_to(viewer).select_related("organisation")
        named = [(one.code, f"{one.organisation.shown_short} · {one.shown_title}") for one in systems]
        self.fields["system"].choices = [("", _("新系统，尚未登记")), *named]  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(spec: projects.Project) -> dict[str, Any]:
        """Return what the fields show of a project."""
        titles = dict(DataElement.objects.filter(name__in=spec.collects).values_list("name", "title"))
        collects = "、".join(titles.get(name, name) for name in spec.collects)
        return {**msgspec.structs.asdict(spec), "asked": spec.asked or None, "collects": collects}

    def clean_collects(self) -> tuple[str, ...]:
        """Every word is a data element, by title or name."""
        names, unknown = element_names(self.cleaned_data["collects"])
        if unknown:
            raise forms.ValidationError(_("没有这些数据元：%(names)s"), params={"names": "、".join(unknown)})
        return names

    def spec(self, shares: tuple[projects.ProjectShare, ...]) -> projects.Project:
        """Return what was written, with the data that it will share."""
        said = dict(self.cleaned_data)
        for name in ("starts_on", "ends_on"):
            said[name] = said[name].isoformat() if said[name] else ""
        said["asked"] = int(said["asked"] or 0)
        return projects.Project(shares=shares, **said)


class DecideForm(SiteForm):
    """What is said with a decision about a project."""

    about = {
        "cases.reason_missing": "comment",
        "cases.answer_missing": "approved_amount",
        "cases.answer_wrong": "approved_amount",
        "registry.not_less": "approved_amount",
    }

    comment = forms.CharField(label=_("意见和理由"), required=False, max_length=4000, widget=_LONG)
    approved_amount = MoneyField(label=_("核定金额"), required=False, help_text=_("只在核减后同意时填写"))

    def __init__(self, *args: Any) -> None:
        super().__init__(*args, auto_id="decide-%s")


def element_names(text: str) -> tuple[tuple[str, ...], list[str]]:
    """Return the names of the data elements that a text lists by name or title, and the words that are none."""
    words = [word for word in _SPLIT.split(text) if word]
    known = {word: name for name, title in DataElement.objects.values_list("name", "title") for word in (name, title)}
    return tuple(dict.fromkeys(known[word] for word in words if word in known)), [w for w in words if w not in known]


@dataclass(frozen=True)
class ShareLine:
    """One line of the data that a project will share, as it is written."""

    title: str = ""
    sharing_type: SharingType = "conditional"
    elements: str = ""

    @property
    def untitled(self) -> Text:
        """What is wrong with its title; "" for nothing."""
        return "" if self.title or not self.elements else _("请写明是什么数据。")

    @property
    def unknown(self) -> Text:
        """What is wrong with its data elements; "" for nothing."""
        unknown = element_names(self.elements)[1]
        return gettext("没有这些数据元：%(names)s") % {"names": listed(unknown)} if unknown else ""

    def share(self) -> projects.ProjectShare:
        """Return what it says."""
        names, _unknown = element_names(self.elements)
        return projects.ProjectShare(title=self.title, sharing_type=self.sharing_type, elements=names)


def sent_lines(sent: Any) -> list[ShareLine]:
    """Return the lines of data that a project will share, as they were sent."""
    return [
        ShareLine(
            sent.get(f"s{place}-title", "").strip()[:200],
            SHARING_TYPES.get(sent.get(f"s{place}-type", ""), "conditional"),
            sent.get(f"s{place}-elements", "").strip(),
        )
        for place in range(min(whole_number(sent.get("shares", "")) or 0, 50))
    ]
