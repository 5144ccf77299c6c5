"""Files of assessment: the bulletin as PDF and workbook, and the facts themselves."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from huitong.apps.accounts.selectors import require_bureau, require_official, require_signed_in
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.assessment.assessed import own_units
from huitong.apps.assessment.bulletin import bulletin_of
from huitong.apps.assessment.bulletin_book import bulletin_book
from huitong.apps.assessment.bulletin_pdf import bulletin_pdf
from huitong.apps.assessment.freezing import facts_root
from huitong.apps.assessment.models import Quarter
from huitong.apps.assessment.selectors import access_quarter
from huitong.apps.assessment.services import export_facts
from huitong.apps.downloads import download_headers, file_response, opened_response
from huitong.engine.assessment.facts import file_of
from huitong.engine.assessment.slices import Slice, write_bundle
from huitong.engine.assessment.tables import fact_tables
from huitong.foundation.errors import Terminal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def bulletin(request: HttpRequest, code: str) -> HttpResponse:
    """Show a quarter's bulletin."""
    require_official(request.user)
    found = bulletin_of(request.user, code)
    may_take = may_take_facts(request.user, found.quarter.state)
    context = {"bulletin": found, "quarter": found.quarter, "may_take_facts": may_take}
    return render(request, "assessment/bulletin.html", context)


def bulletin_as_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """Give the bulletin as PDF."""
    require_official(request.user)
    found = bulletin_of(request.user, code)
    return _file(bulletin_pdf(found), "application/pdf", f"{found.title}.pdf")


def bulletin_as_book(request: HttpRequest, code: str) -> HttpResponse:
    """Give the bulletin's tables as a workbook."""
    require_official(request.user)
    found = bulletin_of(request.user, code)
    return _file(bulletin_book(found), XLSX, f"{found.title}.xlsx")


def facts(request: HttpRequest, code: str, table: str) -> HttpResponseBase:
    """Give the bureau one table of a quarter's facts, so that anybody it hands them to can derive the scores anew."""
    user = require_bureau(request.user)
    quarter = access_quarter(user, code)
    if table not in fact_tables():
        raise Terminal("people.not_found", kind="fact table", code=table)
    file = file_of(facts_root(), quarter.typed_manifest(), table)
    if not file.is_file():
        raise Terminal("people.not_found", kind="fact table", code=table)
    export_facts(user, quarter=quarter, organisations=None, table=table)
    name = f"{quarter.code}-{table}.parquet"
    return file_response(request, file, name=name, content_type="application/octet-stream")


def may_take_facts(viewer: Viewer, state: str) -> bool:
    """Tell whether somebody may take a quarter's facts away: the own ones, or everybody's."""
    own = own_units(viewer)
    if own.units is not None:
        return bool(own.assessed)
    return state == Quarter.State.PUBLISHED or (not viewer.is_anonymous and viewer.has_role("bureau"))


def facts_bundle(request: HttpRequest, code: str) -> HttpResponseBase:
    """Give a quarter's facts with the statements: a department its own, the bureau all, leaders all once published."""
    require_official(request.user)
    user = require_signed_in(request.user)
    quarter = access_quarter(user, code)
    if not may_take_facts(user, quarter.state):
        raise Terminal("people.not_allowed", login=user.login)
    own = own_units(user)
    part = Slice(None) if own.units is None else Slice(own.assessed, own.units)
    name = f"{quarter.code}-{'facts' if part.organisations is None else '-'.join(sorted(own.assessed))}.zip"
    export_facts(user, quarter=quarter, organisations=part.organisations)
    return opened_response(request, _bundle(quarter, part), name=name, content_type="application/zip")


def _bundle(quarter: Quarter, part: Slice) -> IO[bytes]:
    """Return the ZIP file, opened: made on the disk of the state, of which nothing stays there once it is closed."""
    root = facts_root()
    with tempfile.TemporaryDirectory(dir=root, prefix=".bundle-") as folder:
        target = Path(folder) / "facts.zip"
        write_bundle(target, root=root, manifest=quarter.typed_manifest(), part=part, method=quarter.typed_method())
        return target.open("rb")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers=download_headers(name))
