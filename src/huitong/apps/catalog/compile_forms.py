"""The forms of the steps in which an item is compiled. They take what is written: checks are shown beside it."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.selectors import may_write_for, systems_of
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.classes import ITEM, ORDER, classification
from huitong.apps.collection.selectors import source_list
from huitong.apps.forms import DateField, Group, SiteForm, UploadField
from huitong.apps.labels import Text, choices
from huitong.engine.declarations import items, sources

_CODES = re.compile(r"[、,，;；\s]+")
_LONG = forms.Textarea(attrs={"rows": 3})


class StepForm(SiteForm):
    """A step: fields named as the parts of an item."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of an item that the step writes."""
        return tuple(name for name in self.base_fields if name in items.CatalogItem.__struct_fields__)

    def initial_of(self, spec: items.CatalogItem) -> dict[str, Any]:
        """Return what the fields show of an item."""
        return {name: getattr(spec, name) for name in self.fields if hasattr(spec, name)}

    def applied(self, spec: items.CatalogItem) -> items.CatalogItem:
        """Return the item with what the form says."""
        return msgspec.structs.replace(spec, **self.cleaned_data)


class BasicForm(StepForm):
    """What it is and whose."""

    terms = {
        "classification": "classification",
        "update_cycle": "update cycle",
        "resource_code": "resource code",
    }

    title = forms.CharField(label=_("目录名称"), max_length=200, required=False)
    title_en = forms.CharField(label=_("英文名称"), max_length=300, required=False)
    provider = forms.ChoiceField(label=_("提供部门"))
    system = forms.ChoiceField(label=_("所属系统"), required=False)
    classification = forms.ChoiceField(label=_("资源分类"), required=False)
    sub_class = forms.CharField(
        label=_("细目代码"), required=False, max_length=12, help_text=_("需要再细分时填写，只用数字")
    )
    abstract = forms.CharField(label=_("摘要"), required=False, max_length=2000, widget=_LONG)
    abstract_en = forms.CharField(label=_("英文摘要"), required=False, max_length=3000, widget=_LONG)
    format = forms.ChoiceField(label=_("资源格式"), choices=choices("format"))
    format_type = forms.CharField(label=_("格式类型"), required=False, max_length=40, help_text=_("例如 mysql、xlsx"))
    update_cycle = forms.ChoiceField(label=_("更新周期"), choices=choices("update_cycle"))
    published_on = DateField(label=_("发布日期"), required=False, help_text=_("不填则为审核通过之日"))
    related = forms.CharField(label=_("关联目录"), required=False, max_length=500, help_text=_("目录编号，用顿号隔开"))
    resource_code = forms.CharField(
        label=_("信息资源代码"), required=False, max_length=64, help_text=_("不填则在发布时自动给出流水号")
    )
    groups: ClassVar = (
        Group(_("名称与来源"), ("title", "title_en", "provider", "system")),
        Group(_("分类与代码"), ("classification", "sub_class", "resource_code")),
        Group(
            _("内容"), ("abstract", "abstract_en", "format", "format_type", "update_cycle", "published_on", "related")
        ),
    )

    def __init__(self, *args: Any, viewer: Viewer, spec: items.CatalogItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: dict[str, list[tuple[str, Any]]] = {
            "provider": [(one.code, one.shown_title) for one in may_write_for(viewer)],
            "system": [("", _("（不属于某个系统）")), *systems_of(viewer, spec.provider)],
            "classification": [("", _("请选择")), *_class_choices()],
        }
        for name, values in offered.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]
        if spec.provider and spec.provider not in dict(offered["provider"]):
            self.fields["provider"].choices = [(spec.provider, spec.provider), *offered["provider"]]  # type: ignore[attr-defined]

    def initial_of(self, spec: items.CatalogItem) -> dict[str, Any]:
        """Show a class as its order and what is below it; related items as their codes in a line."""
        return {
            **super().initial_of(spec),
            "classification": spec.classification[:ORDER],
            "sub_class": spec.classification[ORDER:],
            "related": "、".join(spec.related),
        }

    def applied(self, spec: items.CatalogItem) -> items.CatalogItem:
        """Put the class together again."""
        values = dict(self.cleaned_data)
        day = values["published_on"]
        values["published_on"] = day.isoformat() if day else ""
        values["related"] = tuple(code for code in _CODES.split(values["related"]) if code)
        values["classification"] += values.pop("sub_class") if values["classification"] else ""
        return msgspec.structs.replace(spec, **{name: value for name, value in values.items() if name != "sub_class"})


def _class_choices() -> list[tuple[str, list[tuple[str, Text]]]]:
    """Every order below its item, as groups of a choice."""
    known = classification()
    return [
        (
            f"{code} {node.shown}",
            [(one, f"{one} {below.shown}") for one, below in known.items() if len(one) == ORDER and one[:ITEM] == code],
        )
        for code, node in known.items()
        if len(code) == ITEM and any(len(one) == ORDER and one[:ITEM] == code for one in known)
    ]


class SharingForm(StepForm):
    """With whom, on what condition, in which way."""

    terms = {
        "sharing_type": "sharing type",
        "open_to_public": "open data, open set",
    }

    sharing_type = forms.ChoiceField(label=_("共享类型"), choices=choices("sharing_type"), widget=forms.RadioSelect)
    sharing_condition = forms.CharField(
        label=_("共享条件"), required=False, max_length=1000, widget=_LONG, help_text=_("有条件共享时必填")
    )
    sharing_condition_en = forms.CharField(label=_("英文共享条件"), required=False, max_length=2000, widget=_LONG)
    sharing_basis = forms.CharField(
        label=_("不予共享依据"),
        required=False,
        max_length=500,
        help_text=_("不予共享时必填：法律、行政法规或国家政策的名称和条款"),
    )
    sharing_basis_en = forms.CharField(label=_("英文不予共享依据"), required=False, max_length=1000)
    sharing_method = forms.ChoiceField(label=_("共享方式"), choices=choices("sharing_method"), widget=forms.RadioSelect)
    open_to_public = forms.BooleanField(label=_("向社会开放"), required=False)
    open_condition = forms.CharField(label=_("开放条件"), required=False, max_length=500)
    open_condition_en = forms.CharField(label=_("英文开放条件"), required=False, max_length=1000)
    groups: ClassVar = (
        Group(
            _("共享属性"),
            (
                *("sharing_type", "sharing_condition", "sharing_condition_en"),
                *("sharing_basis", "sharing_basis_en", "sharing_method"),
            ),
        ),
        Group(_("开放属性"), ("open_to_public", "open_condition", "open_condition_en")),
    )


class LinkForm(StepForm):
    """挂接: where its rows are. Without a source the item is published unlinked."""

    terms = {
        "source": "source",
        "mode": "full / incremental",
        "watermark": "watermark",
    }

    source = forms.ChoiceField(label=_("数据源"), required=False)
    object = forms.CharField(
        label=_("表或文件"), required=False, max_length=300, help_text=_("表名、文件名，或“文件.xlsx#工作表”")
    )
    key = forms.CharField(label=_("主键"), required=False, max_length=200, help_text=_("来源列，多个用顿号隔开"))
    mode = forms.ChoiceField(label=_("归集方式"), choices=choices("link_mode"))
    watermark = forms.CharField(
        label=_("增量依据"), required=False, max_length=100, help_text=_("随每次变更增大的来源列")
    )
    overlap = forms.IntegerField(label=_("回读范围"), required=False, min_value=0, help_text=_("秒，或数值单位"))
    table = forms.CharField(
        label=_("表名"),
        required=False,
        max_length=64,
        help_text=_("在平台上的表名：小写字母、数字和下划线；不填则由目录代码得出"),
    )

    parts = ("link", "table")

    def __init__(self, *args: Any, viewer: Viewer, spec: items.CatalogItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(row.code, f"{row.organisation} · {row.title}") for row in source_list(viewer)]
        if spec.link and spec.link.source not in dict(offered):
            offered.insert(0, (spec.link.source, spec.link.source))
        self.fields["source"].choices = [("", _("暂不挂接")), *offered]  # type: ignore[attr-defined]

    def initial_of(self, spec: items.CatalogItem) -> dict[str, Any]:
        """Show the link's own parts."""
        link = spec.link or sources.Link(source="")
        own = {name: getattr(link, name) for name in ("source", "object", "mode", "watermark", "overlap")}
        return {**own, "key": "、".join(link.key), "table": spec.table}

    def clean_table(self) -> str:
        """A table's name is one that every database takes."""
        text = str(self.cleaned_data["table"]).strip()
        if text and not re.fullmatch(r"[a-z][a-z0-9_]*", text):
            raise forms.ValidationError(_("表名只能用小写字母、数字和下划线，以字母开头。"))
        return text

    def applied(self, spec: items.CatalogItem) -> items.CatalogItem:
        """Bind the item to the source, or to none."""
        said = self.cleaned_data
        link = None
        if said["source"]:
            known = spec.link or sources.Link(source="")
            link = msgspec.structs.replace(
                known,
                source=said["source"],
                object=said["object"],
                key=tuple(name for name in _CODES.split(said["key"]) if name),
                mode=said["mode"],
                watermark=said["watermark"],
                overlap=said["overlap"] or 0,
            )
        return msgspec.structs.replace(spec, link=link, table=said["table"])


class ImportForm(SiteForm):
    """A workbook to read."""

    about = dict.fromkeys(("catalog.sheet_unreadable", "catalog.sheet_no_heads", "catalog.sheet_too_large"), "file")

    file = UploadField(label=_("Excel 文件"), kinds=("xlsx",), megabytes=10)


class NewForm(SiteForm):
    """What a new item begins with."""

    title = forms.CharField(label=_("目录名称"), max_length=200, help_text=_("说明有什么数据，例如“居住证签发信息”"))
    provider = forms.ChoiceField(label=_("提供部门"))

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [(one.code, one.shown_title) for one in may_write_for(viewer)]  # type: ignore[attr-defined]


class DecideForm(SiteForm):
    """What is said with a decision about a draft."""

    about = {"cases.reason_missing": "comment"}

    comment = forms.CharField(
        label=_("意见"),
        required=False,
        max_length=4000,
        widget=_LONG,
        help_text=_("退回或不予发布时必填，编制部门能看到"),
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args, auto_id="decide-%s")


class ReasonForm(SiteForm):
    """Why."""

    reason = forms.CharField(label=_("理由"), max_length=1000, widget=_LONG)
