"""Samples for the gallery: every component of the design system in its states, with invented values."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huitong.apps.labels import LABELS
from huitong.apps.paging import Page
from huitong.apps.tables import Cell, Column, Empty, Filter, Listing, Table, Wanted, plain_table, state_cell, table_of
from huitong.apps.tabs import Tab

TOKENS = (
    ("ink", _("墨")),
    ("azurite", _("石青")),
    ("malachite", _("石绿")),
    ("gamboge", _("藤黄")),
    ("cinnabar", _("朱砂")),
    ("violet", _("紫")),
)
PLACES = (
    ("source", _("数据源")),
    ("raw", _("原样数据")),
    ("checked", _("合格数据")),
    ("quarantine", _("问题数据")),
    ("library", _("基础库")),
    ("service", _("共享服务")),
)


class SampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(label=_("目录名称"), help_text=_("用办事人员看得懂的话。"))
    kind = forms.ChoiceField(label=_("共享类型"), choices=[("a", _("无条件共享")), ("b", _("有条件共享"))])
    method = forms.ChoiceField(label=_("方式"), choices=[("a", _("查询")), ("b", _("核验"))], widget=forms.RadioSelect)
    use_required_attribute = False

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["name"].widget.attrs["class"] = "input"
        self.fields["kind"].widget.attrs["class"] = "input"


def gallery(request: HttpRequest) -> dict[str, object]:
    """Return the context of the gallery page."""
    now = timezone.now()
    return {
        "tokens": TOKENS,
        "places": PLACES,
        "labels": [(kind, tuple(named.values())) for kind, named in LABELS.items()],
        "levels": (1, 2, 3, 4),
        "moments": (now, now - dt.timedelta(minutes=7), now - dt.timedelta(days=400), None),
        "numbers": (0, 7, 12_345, 123_456, 1_234_567, 9_534_000_000, None),
        "shares": ((0, 0), (1, 3), (99_999, 100_000), (1, 100_000), (5, 5)),
        "tabs": (Tab(_("目录说明"), "#tabs", current=True), Tab(_("合格数据"), "#tabs", count=12_345)),
        "table": _sample_table(request),
        "bare": plain_table(_("没有工具的表"), _COLUMNS, _rows()[:2], Empty(_("没有"))),
        "nothing": plain_table(
            _("空表"), _COLUMNS, [], Empty(_("还没有内容"), _("说明为什么空，以及下一步做什么。"), "#", _("去做这件事"))
        ),
        "form": SampleForm(),
        "wrong": SampleForm(data={}, prefix="wrong"),
        "sample_code": "curl -s http://localhost:8000/gateway/v1/population/records",
    }


_COLUMNS = (
    Column("title", _("名称"), sorts=True, head=True),
    Column("state", _("结果"), "badge"),
    Column("rows", _("数量"), "number", sorts=True),
    Column("at", _("时间"), "time"),
)


def _rows() -> list[tuple[Cell, ...]]:
    now = timezone.now()
    return [
        (
            Cell(_("户籍人口"), href="#table", note="340000-police-001"),
            state_cell("run_state", "done"),
            Cell(52_310),
            Cell(now),
        ),
        (
            Cell(_("婚姻登记"), href="#table"),
            state_cell("run_state", "failed", note=_("连不上数据源")),
            Cell(None),
            Cell(now),
        ),
        (Cell(_("不动产登记"), href="#table"), state_cell("run_state", "running"), Cell(0), Cell(now)),
    ]


def _sample_table(request: HttpRequest) -> Table:
    listing: Listing[tuple[Cell, ...]] = Listing(
        name="sample",
        title=_("样例表"),
        columns=_COLUMNS,
        cells=lambda row: row,
        empty=Empty(_("还没有内容")),
        search=_("搜索"),
        filters=(
            Filter("state", _("结果"), [("done", _("完成")), ("failed", _("失败"))]),
            Filter("since", _("开始日期")),
        ),
        order="title",
    )

    def fetch(_: Wanted, number: int, size: int) -> Page[tuple[Cell, ...]]:
        rows = tuple(_rows())
        return Page(rows=rows, total=1_234, number=min(number, 25), size=size)

    return table_of(request, listing, fetch)
