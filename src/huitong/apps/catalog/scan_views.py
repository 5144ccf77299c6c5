"""Pages of compiling from a live source: choose one, see what it holds, correct what was recognised."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import User
from huitong.apps.catalog.compile_views import require_compiler
from huitong.apps.catalog.scanning import (
    MOST_OBJECTS,
    Drafted,
    ScanColumn,
    draft_from_source,
    draft_many_from_source,
    scan_object,
    scan_source,
)
from huitong.apps.catalog.selectors import may_draft_for
from huitong.apps.collection.models import Source
from huitong.apps.collection.selectors import access_source, source_list
from huitong.apps.collection.specs import SourceRow
from huitong.apps.labels import Label, Text, Tone, language
from huitong.apps.tables import Cell, Column, Empty, plain_table, state_cell
from huitong.foundation.errors import Terminal

REASONS: dict[str, Text] = {
    "name": _("列名就是数据元的字段名"),
    "word": _("列名是常用叫法"),
    "initials": _("列名是拼音首字母"),
    "part": _("列名含有这个词"),
    "comment": _("列的注释这样说"),
    "known": _("其他目录的同名列这样绑定"),
    "content": _("内容通过校验"),
    "codes": _("内容是这个代码集的代码"),
    "titles": _("内容是这个代码集的名称"),
    "type": _("类型相符"),
}
SURE, LIKELY = 75, 50
"""Percent from which a proposal is called sure, and likely."""


def sources(request: HttpRequest) -> HttpResponse:
    """List the sources that the reader may look into."""
    user = require_compiler(request.user)
    columns = (
        Column("title", _("数据源"), head=True),
        Column("organisation", _("部门")),
        Column("kind", _("类型")),
        Column("shown", _("位置"), "mono"),
        Column("items", _("已挂接目录"), "number"),
    )
    rows = [_source_cells(row) for row in source_list(user)]
    said = _("请先由数据管理部门登记本部门的数据源。")
    empty = Empty(_("没有可以读取的数据源"), said, reverse("catalog:drafts"), _("换一种方式编制"), icon="database")
    return render(request, "catalog/scan_sources.html", {"table": plain_table(_("数据源"), columns, rows, empty)})


def _source_cells(row: SourceRow) -> tuple[Cell, ...]:
    return (
        Cell(row.title, href=reverse("catalog:scan_source", args=[row.code]), note=row.code),
        Cell(row.organisation),
        state_cell("source_kind", row.kind),
        Cell(row.shown),
        Cell(row.items),
    )


def source(request: HttpRequest, code: str) -> HttpResponse:
    """List what a source holds at this moment; begin drafts of several of them at once."""
    user, row = _own_source(request, code)
    chosen = request.POST.getlist("object")
    if chosen:
        return _drafted(request, draft_many_from_source(user, source=code, objects=chosen))
    objects = [
        (one, f"{reverse('catalog:scan_object', args=[code])}?{urlencode({'object': one.name})}")
        for one in scan_source(user, code)
    ]
    context = {
        "source": row,
        "objects": objects,
        "left": sum(not one.item for one, _href in objects),
        "most": MOST_OBJECTS,
        "unchosen": request.method == "POST",
    }
    return render(request, "catalog/scan_source.html", context)


def _drafted(request: HttpRequest, done: Drafted) -> HttpResponse:
    """Say what came of it; lead to the only draft, or to the list of them."""
    for name, error in done.failed:
        said = {"name": name, "why": error.detail(language())}
        messages.warning(request, gettext("“%(name)s”没有起草：%(why)s") % said)
    if done.drafts:
        n = len(done.drafts)
        said_n = ngettext("已起草 %(n)d 项目录，请逐项核对后提交。", "已起草 %(n)d 项目录，请逐项核对后提交。", n)
        messages.success(request, said_n % {"n": n})
    if len(done.drafts) == 1:
        return redirect("catalog:draft_step", done.drafts[0].pk, "basic")
    return redirect("catalog:drafts")


def scanned(request: HttpRequest, code: str) -> HttpResponse:
    """Show one object's columns with what each seems to be; begin a draft of it."""
    user, row = _own_source(request, code)
    name = request.POST.get("object", "") or request.GET.get("object", "")
    if request.method == "POST":
        draft = draft_from_source(user, source=code, object_name=name)
        return redirect("catalog:draft_step", draft.pk, "basic")
    scan = scan_object(user, code, name)
    context = {
        "source": row,
        "object": name,
        "scan": scan,
        "recognised": sum(1 for one in scan.columns if one.confidence >= LIKELY),
        "table": plain_table(name, _COLUMNS, [_column_cells(one) for one in scan.columns], Empty(_("没有列"))),
    }
    return render(request, "catalog/scan_object.html", context)


_COLUMNS = (
    Column("name", _("来源列"), "mono", head=True),
    Column("type", _("来源类型"), "mono"),
    Column("empty", _("空值")),
    Column("distinct", _("不同的值"), "number"),
    Column("samples", _("样例（已遮盖）")),
    Column("element", _("识别为")),
    Column("confidence", _("可信度"), "badge"),
)


_KEY = Label(_("主键"), "info", "key")


def _column_cells(one: ScanColumn) -> tuple[Cell, ...]:
    why = gettext("；").join(str(REASONS[reason]) for reason in one.reasons)
    return (
        Cell(one.name, note=one.comment, more=(_KEY,) if one.key else ()),
        Cell(one.type),
        Cell(f"{one.empty:.1%}" if one.empty else "0%"),
        Cell(one.distinct),
        Cell(gettext("、").join(one.samples)),
        Cell(one.element_title or _("没有认出，请在下一步选择"), note=why),
        _confidence(one.confidence),
    )


def _confidence(percent: int) -> Cell:
    if not percent:
        return Cell("")
    tone: Tone = "good" if percent >= SURE else "info" if percent >= LIKELY else "warn"
    return Cell(f"{percent}%", tone=tone)


def _own_source(request: HttpRequest, code: str) -> tuple[User, Source]:
    user = require_compiler(request.user)
    row = access_source(user, code)
    if not may_draft_for(user, row.organisation):
        raise Terminal("people.not_allowed", login=user.login)
    return user, row
