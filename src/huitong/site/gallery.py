"""Samples for the gallery: every component of the design system in its states, with invented values."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huitong.apps.charts import Chart, Series
from huitong.apps.declared import in_language
from huitong.apps.forms import DateField, Group, MoneyField, OrganisationField, SiteForm, UploadField
from huitong.apps.graphs import Graph, Node, drawing_of
from huitong.apps.labels import LABELS
from huitong.apps.maps import Area, AreaMap, Point
from huitong.apps.paging import Page
from huitong.apps.steps import ShownStep
from huitong.apps.tables import Cell, Column, Empty, Filter, Listing, Table, Wanted, plain_table, state_cell, table_of
from huitong.apps.tabs import Tab
from huitong.foundation.codes.divisions import division
from huitong.site.gallery_samples import sample_flow, sample_hits

NOW = dt.datetime(2024, 3, 12, 9, 30, tzinfo=dt.UTC)
"""The gallery looks the same on every day, for its pictures are compared. Of a year gone by: then years are shown."""
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


class SampleForm(SiteForm):
    """A field of each kind."""

    groups = (
        Group(_("基本情况"), ("name", "kind", "method", "provider")),
        Group(_("时间与金额"), ("since", "cost", "paper", "agree"), _("组标题下可以有一句说明。")),
    )
    name = forms.CharField(label=_("目录名称"), help_text=_("用办事人员看得懂的话。"))
    kind = forms.ChoiceField(label=_("共享类型"), choices=[("a", _("无条件共享")), ("b", _("有条件共享"))])
    method = forms.ChoiceField(label=_("方式"), choices=[("a", _("查询")), ("b", _("核验"))], widget=forms.RadioSelect)
    provider = OrganisationField(label=_("提供部门"), help_text=_("输入名称、简称或代码，会有提示。"), required=False)
    since = DateField(label=_("开始日期"), required=False)
    cost = MoneyField(label=_("金额"), unit=_("万元"), required=False)
    paper = UploadField(label=_("附件"), kinds=("pdf", "xlsx"), required=False)
    agree = forms.BooleanField(label=_("我已核对以上内容"))


def gallery(request: HttpRequest) -> dict[str, object]:
    """Return the context of the gallery page."""
    now = timezone.now()
    return {
        "spaces": ("1", "2", "3", "4", "5", "6", "8", "10", "12"),
        "types": (("xs", "12"), ("s", "13"), ("m", "14"), ("l", "16"), ("xl", "20"), ("2xl", "26"), ("3xl", "34")),
        "wall_steps": range(6),
        "flow_drawing": sample_flow(),
        "hits": sample_hits(),
        "tokens": TOKENS,
        "places": PLACES,
        "labels": [(kind, tuple(named.values())) for kind, named in LABELS.items()],
        "levels": (1, 2, 3, 4),
        "moment": NOW,
        "moments": (now, now - dt.timedelta(minutes=7), now - dt.timedelta(days=3), None),
        "numbers": (0, 7, 12_345, 123_456, 1_234_567, 9_534_000_000, None),
        "shares": ((0, 0), (1, 3), (99_999, 100_000), (1, 100_000), (5, 5)),
        "tabs": (Tab(_("目录说明"), "#tabs", current=True), Tab(_("合格数据"), "#tabs", count=12_345)),
        "table": _sample_table(request),
        "bare": plain_table(_("没有工具的表"), _COLUMNS, _rows()[:2], Empty(_("没有"))),
        "nothing": plain_table(
            _("空表"), _COLUMNS, [], Empty(_("还没有内容"), _("说明为什么空，以及下一步做什么。"), "#", _("去做这件事"))
        ),
        "form": SampleForm(),
        "wrong": SampleForm(data={"wrong-cost": "1.2.3", "wrong-provider": "?"}, prefix="wrong"),
        "steps": (
            ShownStep(_("说明用途"), "done", "#forms"),
            ShownStep(_("选择信息项"), "current"),
            ShownStep(_("期限与用量"), "todo"),
            ShownStep(_("核对提交"), "todo"),
        ),
        "charts": _sample_charts(),
        "map": AreaMap(
            "sample",
            _("各县区的记录"),
            "341500",
            _sample_areas(),
            (Point(str(_("监测站点")), 116.5, 31.75, note=_("地点可以有一句说明")),),
            _("条"),
        ),
        "graph": drawing_of(_sample_graph()),
        "deadlines": [
            (day, left, state)
            for left, state in (
                (8, "running"),
                (1, "running"),
                (0, "running"),
                (-3, "running"),
                (5, "paused"),
                (2, "ended"),
            )
            for day in (NOW.date() + dt.timedelta(days=left),)
        ],
        "loading": plain_table(_("正在读取的表"), _COLUMNS, _rows()[:2], Empty(_("没有"))),
        "failed": plain_table(_("读取失败"), _COLUMNS, _rows()[:2], Empty(_("没有"))),
        "sample_code": "curl -s http://localhost:8000/gateway/v1/population/records",
    }


def _sample_graph() -> Graph:
    nodes = (
        Node("a", 0, "source", str(_("公安局")), href="#graphs"),
        Node("b", 0, "source", str(_("民政局")), href="#graphs"),
        Node("c", 1, "raw", str(_("户籍人口")), "52,310", href="#graphs"),
        Node("d", 1, "raw", str(_("婚姻登记")), "8,114", href="#graphs"),
        Node("e", 2, "library", str(_("基础库")), "52,290", href="#graphs", here=True),
        Node("f", 3, "service", str(_("共享服务")), href="#graphs"),
    )
    edges = (("a", "c"), ("b", "d"), ("c", "e"), ("d", "e"), ("e", "f"))
    return Graph((_("提供部门"), _("数据目录"), _("基础库"), _("共享服务")), nodes, edges)


def _sample_areas() -> tuple[Area, ...]:
    numbers = {"341502": 920_000, "341503": 870_000, "341504": 210_000, "341522": 1_600_000, "341524": 660_000}
    named = (division(code) for code in ("341502", "341503", "341504", "341522", "341523", "341524", "341525"))
    return tuple(
        Area(one.code, in_language(one.title, one.title_en), numbers.get(one.code), "#charts") for one in named if one
    )


def _sample_charts() -> tuple[Chart, ...]:
    days = [f"11-{day:02d}" for day in range(1, 15)]
    added = [1200, 900, 1500, 800, 400, 300, 2100, 1800, 1700, 1600, None, 200, 900, 2400]
    return (
        Chart(
            name="bars",
            title=_("每天归集的变化"),
            labels=days,
            label=_("日期"),
            series=(Series(_("新增"), added), Series(_("更新"), [v and v // 3 for v in added], "gamboge")),
            unit=_("行"),
            stacked=True,
            note=_("近 14 天，按归集完成的时间"),
        ),
        Chart(
            name="rate",
            title=_("合格率"),
            labels=days,
            label=_("日期"),
            series=(Series(_("合格率"), [97 + (day * 7 % 11) / 4 for day in range(14)], "malachite"),),
            unit="%",
            shape="area",
            percent=True,
        ),
        Chart(name="none", title=_("没有数据"), labels=days, series=(Series(_("新增"), [None] * 14),)),
    )


_COLUMNS = (
    Column("title", _("名称"), sorts=True, head=True),
    Column("state", _("结果"), "badge"),
    Column("rows", _("数量"), "number", sorts=True),
    Column("at", _("时间"), "time"),
)


def _rows() -> list[tuple[Cell, ...]]:
    return [
        (
            Cell(_("户籍人口"), href="#table", note="340000-police-001"),
            state_cell("run_state", "done"),
            Cell(52_310),
            Cell(NOW),
        ),
        (
            Cell(_("婚姻登记"), href="#table"),
            state_cell("run_state", "failed", note=_("连不上数据源")),
            Cell(None),
            Cell(NOW),
        ),
        (Cell(_("不动产登记"), href="#table"), state_cell("run_state", "running"), Cell(0), Cell(NOW)),
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
