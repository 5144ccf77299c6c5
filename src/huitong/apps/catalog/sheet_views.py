"""Excel in the guide's layout: download the template or the catalog, upload a workbook."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.selectors import require_official
from huitong.apps.catalog.compile_forms import ImportForm
from huitong.apps.catalog.compile_views import require_compiler
from huitong.apps.catalog.importing import import_items
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.sheet_writing import workbook_of
from huitong.apps.downloads import download_headers
from huitong.apps.tables import Cell, Column, Empty, plain_table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def template(request: HttpRequest) -> HttpResponse:
    """Give an empty sheet with the guide's headings."""
    require_official(request.user)
    return workbook_response(workbook_of(()), "政务信息资源目录模板.xlsx")


def export(request: HttpRequest) -> HttpResponse:
    """Give the catalog, or a department's part of it (``?provider=``), in the guide's layout."""
    require_official(request.user)
    rows = CatalogItem.objects.visible_to(request.user).current().order_by("code")
    if request.GET.get("provider"):
        rows = rows.filter(provider__code=request.GET["provider"])
    content = workbook_of(row.as_spec() for row in rows.iterator())
    return workbook_response(content, f"政务信息资源目录-{timezone.localdate().isoformat()}.xlsx")


def workbook_response(content: bytes, name: str) -> HttpResponse:
    """Return a workbook as a download."""
    return HttpResponse(content, content_type=XLSX, headers=download_headers(name))


def upload(request: HttpRequest) -> HttpResponse:
    """Read a workbook into drafts, and show cell by cell what was not understood."""
    user = require_compiler(request.user)
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        report = import_items(user, content=form.cleaned_data["file"].read())
        columns = (
            Column("cell", _("单元格"), "mono", head=True),
            Column("title", _("栏目")),
            Column("value", _("内容")),
            Column("text", _("问题")),
        )
        rows = [tuple(Cell(text) for text in (one.cell, one.title, one.value, one.text)) for one in report.problems]
        context |= {"report": report, "problems": plain_table(_("没有导入的内容"), columns, rows, Empty(""))}
        if report.drafts and not report.problems:
            messages.success(request, _("全部导入成草稿。"))
    return render(request, "catalog/import.html", context)
