"""Saved views, chosen columns, sizes of pages and workbooks of lists."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.pages import parsed, told_at
from tests.apps.town import PERSON

from huitong.apps.accounts.models import User
from huitong.apps.catalog.services import put_item
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.lists.models import SavedView
from huitong.apps.lists.services import MOST_VIEWS, kept_query, save_view
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


@pytest.fixture
def bureau(user: Login) -> Client:
    """A browser of the bureau."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user("bureau"))
    return client


def titles(client: Client, path: str) -> list[str]:
    """The headings of a list's columns."""
    return [node.text(strip=True) for node in parsed(client, path).css(".listing thead th")]


def keep(client: Client, path: str, title: str, **more: str) -> int:
    """Save the list at ``path`` as a view and return its id."""
    form = {"listing": "items", "next": path, "title": title, **more}
    response = client.post("/lists/views/save/", form)
    assert response.status_code == 302, response.content.decode()[:400]
    return SavedView.objects.get(title=title).pk


def test_columns_are_chosen_and_kept(bureau: Client) -> None:
    usual = titles(bureau, "/items/")
    assert len(usual) > 4
    assert titles(bureau, "/items/?col=provider&col=nonsense") == usual[:2]
    page = parsed(bureau, "/items/?col=provider&q=户籍")
    assert [node.attributes["value"] for node in page.css("form.list-tools input[name=col]")] == ["title", "provider"]
    rows = parsed(bureau, "/items/?col=provider").css("tbody tr")
    assert {len(row.css("td")) for row in rows} == {2}


def test_a_view_is_saved_opened_and_forgotten(bureau: Client) -> None:
    pk = keep(bureau, "/items/?q=户籍&col=provider&page=3&link_state=", "我的")
    row = SavedView.objects.get(pk=pk)
    assert row.query == "q=户籍&col=provider"
    page = parsed(bureau, row.href)
    assert len(page.css(".listing tbody tr")) == 1
    assert "我的" in page.css_first(".list-menus summary").text()  # type: ignore[union-attr]
    assert AuditEntry.objects.filter(action="lists.save_view", target="我的").count() == 1
    assert bureau.post("/lists/views/remove/", {"view": pk, "next": "/items/"}).headers["Location"] == "/items/?view=0"
    assert not SavedView.objects.exists()


def test_a_default_opens_with_the_list_and_only_then(bureau: Client) -> None:
    pk = keep(bureau, "/items/?q=户籍", "默认", default="1")
    assert bureau.get("/items/").headers["Location"].endswith(f"view={pk}")
    assert bureau.get("/items/?q=").status_code == 200
    assert bureau.get("/items/?view=0").status_code == 200
    other = keep(bureau, "/items/?q=参保", "另一个", default="1")
    assert list(SavedView.objects.filter(is_default=True).values_list("pk", flat=True)) == [other]


def test_the_same_title_replaces(bureau: Client) -> None:
    keep(bureau, "/items/?q=a", "一")
    keep(bureau, "/items/?q=b", "一")
    assert SavedView.objects.get().query == "q=b"


def test_nobody_reaches_the_views_of_others(bureau: Client, user: Login) -> None:
    pk = keep(bureau, "/items/?q=户籍", "我的")
    police = Client(headers={"host": "localhost"})
    police.force_login(user("police"))
    assert "我的" not in [node.text(strip=True) for node in parsed(police, "/items/").css(".menu-item")]
    assert police.post("/lists/views/remove/", {"view": pk, "next": "/items/"}).status_code == 404
    assert SavedView.objects.count() == 1
    nobody = Client(headers={"host": "localhost"})
    assert nobody.post("/lists/views/save/", {"listing": "items", "next": "/items/", "title": "x"}).status_code == 302
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("address", ["//evil.example/", "https://evil.example/", "items/", ""])
def test_a_view_leads_nowhere_else(bureau: Client, address: str) -> None:
    answer = bureau.post("/lists/views/save/", {"listing": "items", "next": address, "title": "x"})
    assert answer.status_code == 400 and not SavedView.objects.exists()


def test_a_view_without_a_name_is_asked_for_one(bureau: Client) -> None:
    form = {"listing": "items", "next": "/items/?q=户籍", "title": " ", "default": "1"}
    unnamed = bureau.post("/lists/views/save/", form)
    assert unnamed.status_code == 422 and told_at(unnamed, "id_title") == "请填写“视图名称”。"
    page = HTMLParser(unnamed.content.decode())
    sent = {node.attributes["name"]: node.attributes.get("value") for node in page.css("main form input")}
    assert sent["next"] == "/items/?q=户籍" and page.css_first("#id_default[checked]") is not None
    assert page.css_first("main form .form-actions a").attributes["href"] == "/items/?q=户籍"  # type: ignore[union-attr]
    assert keep(bureau, str(sent["next"]), "有名称", default="1")


def test_views_have_names_and_an_end(user: Login) -> None:
    with pytest.raises(Terminal, match=r"lists\.view_untitled"):
        save_view(user("bureau"), listing="items", title=" ", path="/items/", query="")
    for number in range(MOST_VIEWS):
        save_view(user("bureau"), listing="items", title=f"v{number}", path="/items/", query="")
    with pytest.raises(Terminal, match=r"lists\.too_many_views"):
        save_view(user("bureau"), listing="items", title="one more", path="/items/", query="")
    save_view(user("bureau"), listing="items", title="v3", path="/items/", query="q=x")


def test_what_a_view_keeps() -> None:
    assert kept_query("a=1&page=2&a=2&b=&export=csv&view=4") == "a=1&a=2"


def test_page_sizes(bureau: Client, system: User) -> None:
    for number in range(110):
        put_item(system, spec=PERSON.__class__(**{**_fields(PERSON), "code": f"X-{number}", "table": f"x{number}"}))
    assert len(parsed(bureau, "/items/?size=100").css("tbody tr")) == 100
    assert len(parsed(bureau, "/items/?size=77").css("tbody tr")) == 50
    page = parsed(bureau, "/items/?size=100")
    assert [node.text() for node in page.css(".pager-sizes a")] == ["50", "200", "500"]


def _fields(spec: object) -> dict[str, object]:
    return {name: getattr(spec, name) for name in spec.__struct_fields__} | {"link": None}  # type: ignore[attr-defined]


def test_a_workbook_has_what_is_shown(bureau: Client, system: User) -> None:
    put_item(system, spec=PERSON.__class__(**{**_fields(PERSON), "code": "X-1", "table": "x1", "title": '=A("x")'}))
    response = bureau.get("/items/?export=xlsx&q=X-1&col=provider&col=sharing_type")
    assert response.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert "attachment" in response.headers["Content-Disposition"]
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    response.close()
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None and sheet.freeze_panes == "A2"
    header, row = sheet.iter_rows()
    assert [cell.value for cell in header][:5:4] == ["目录名称", "提供部门"]
    assert (row[0].value, row[0].data_type) == ('=A("x")', "s")
