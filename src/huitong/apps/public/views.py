"""Pages of the public site: home, search, open data, papers no longer needed, hotline, my data, about."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_tree, scope_of
from huitong.apps.catalog.selectors import fields_of
from huitong.apps.catalog.specs import ItemRow
from huitong.apps.downloads import file_response
from huitong.apps.labels import label
from huitong.apps.ledger.selectors import who_used
from huitong.apps.overview.views import home as desk
from huitong.apps.paging import Page
from huitong.apps.public.opening import MOST_FILE_ROWS, open_file
from huitong.apps.public.searching import search, suggestions
from huitong.apps.public.selectors import (
    NOBODY,
    access_open_item,
    open_providers,
    open_set,
    open_sets,
    openly_known_services,
    public_figures,
    std_state,
)
from huitong.apps.public.specs import Sample
from huitong.apps.tables import Cell, Column, Empty, Filter, Listing, ShownColumn, Table, Wanted, listing_page
from huitong.foundation.errors import Terminal

HOTLINE = "12345"
"""The government service hotline, the same number all over the country."""
LATEST, USES = 5, 3


def home(request: HttpRequest) -> HttpResponse:
    """Show officials their desk, and everybody else what they come for most."""
    if scope_of(request.user).official:
        return desk(request)
    citizen = isinstance(request.user, User)
    context = {
        "hotline": HOTLINE,
        "figures": public_figures(),
        "latest": open_sets(order="-published_on", size=LATEST).rows,
        "services": openly_known_services()[:LATEST],
        "uses": who_used(request.user, size=USES) if citizen else None,
    }
    return render(request, "public/home.html", context)


def search_everything(request: HttpRequest) -> HttpResponse:
    """Search whatever is public; ``?part=1`` asks for what goes under the box while somebody types."""
    text = request.GET.get("q", "").strip()[:100]
    if "part" in request.GET:
        return render(request, "public/_suggestions.html", {"suggestions": suggestions(text)})
    return render(request, "public/search.html", {"text": text, "groups": search(text), "hotline": HOTLINE})


def open_data(request: HttpRequest) -> HttpResponseBase:
    """List what is open to the public."""

    def fetch(wanted: Wanted, number: int, size: int) -> Page[ItemRow]:
        return open_sets(wanted.text, wanted.value("provider"), wanted.order, number=number, size=size)

    listing = Listing[ItemRow](
        name="open",
        title=_("开放数据"),
        columns=(
            Column("title", _("数据名称"), sorts=True, head=True),
            Column("provider", _("提供部门"), sorts=True),
            Column("update_cycle", _("更新周期")),
            Column("published_on", _("发布日期"), "date", sorts=True),
        ),
        cells=lambda row: (
            Cell(row.title, href=reverse("public:open_set", args=[row.code]), note=row.code),
            Cell(row.provider_title),
            Cell(label("update_cycle", row.update_cycle).text),
            Cell(row.published_on),
        ),
        empty=Empty(_("还没有向社会开放的数据"), _("部门开放并发布数据后，会列在这里。"), icon="database"),
        search=_("按名称、代码或摘要搜索"),
        filters=(Filter("provider", _("提供部门"), open_providers()),),
        order="code",
    )
    return listing_page(request, "public/open.html", listing, fetch, {})


def one_set(request: HttpRequest, code: str) -> HttpResponse:
    """Show one open set: what it is, its fields, a sample, and how to get it."""
    page = open_set(code)
    context = {
        "page": page,
        "item": page.item,
        "sample": _sample_table(page.item.title, page.sample) if page.sample else None,
        "most_rows": MOST_FILE_ROWS,
    }
    return render(request, "public/open_set.html", context)


def _sample_table(title: str, sample: Sample) -> Table:
    columns = [ShownColumn(str(index), name, "text", head=False) for index, name in enumerate(sample.columns)]
    lines = [list(zip(columns, _cells(row), strict=True)) for row in sample.rows]
    return Table(name="sample", title=title, columns=columns, rows=lines, empty=Empty(""), page=None, wide=True)


def _cells(row: Sequence[object]) -> list[Cell]:
    return [Cell("" if value is None else str(value)) for value in row]


def open_csv(request: HttpRequest, code: str) -> HttpResponseBase:
    """Give an open set as a CSV file."""
    item = access_open_item(code)
    state = std_state(item)
    file = open_file(item, state, fields_of(item)) if state and 0 < state.rows <= MOST_FILE_ROWS else None
    if file is None or state is None:
        raise Terminal("public.no_file", title=item.shown_title)
    name = f"{item.shown_title}-{localdate(state.changed_at).isoformat()}.csv"
    return file_response(request, file, name=name, content_type="text/csv; charset=utf-8")


def services(request: HttpRequest) -> HttpResponse:
    """Say which papers departments look up themselves, so that nobody has to bring them."""
    known = openly_known_services()
    context = {"papers": [one for one in known if one.papers], "others": [one for one in known if not one.papers]}
    return render(request, "public/services.html", context)


def hotline(request: HttpRequest) -> HttpResponse:
    """Say how to reach the hotline."""
    return render(request, "public/hotline.html", {"hotline": HOTLINE})


def mine(request: HttpRequest) -> HttpResponse:
    """Show a citizen who used their data; tell everybody else what is here."""
    if isinstance(request.user, User) and not scope_of(request.user).official:
        return redirect("ledger:evidence")
    return render(request, "public/mine.html")


def about(request: HttpRequest) -> HttpResponse:
    """Say what this site is and who runs it."""
    return render(request, "public/about.html", {"figures": public_figures(), "bureau": _bureau()})


def privacy(request: HttpRequest) -> HttpResponse:
    """Say what the site keeps about its readers."""
    return render(request, "public/privacy.html", {"bureau": _bureau(), "hours": settings.SESSION_COOKIE_AGE // 3600})


def contact(request: HttpRequest) -> HttpResponse:
    """Say whom to ask."""
    lines = [line.strip() for line in settings.HUITONG.contact.split(";") if line.strip()]
    return render(request, "public/contact.html", {"lines": lines, "hotline": HOTLINE, "bureau": _bureau()})


def _bureau() -> str:
    return next((node.title for node in organisation_tree(NOBODY) if node.kind == "bureau"), "")
