"""Finding: everybody finds what they may open, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.apps.assessing import freeze_now, put_indicators
from tests.apps.pages import parsed
from tests.apps.test_ledger import evidence, write

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.collection.models import Run
from huitong.apps.ledger.models import EvidenceRecord
from huitong.apps.ledger.services import import_evidence
from huitong.apps.lists.services import save_view
from huitong.apps.registry.models import Project
from huitong.site.commands import commands
from huitong.site.finding import find
from huitong.site.hits import Hit

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


def hrefs(user: User, text: str) -> set[str]:
    """Addresses of what somebody finds and may open; commands apart."""
    return {hit.href for group in find(user, text) for hit in group.hits if not hit.name}


def test_things_of_every_kind(user: Login) -> None:
    bureau = user("bureau")
    assert {"/items/POLICE-01/", "/items/?provider=police"} <= hrefs(bureau, "公安") | hrefs(bureau, "户籍")
    assert "/services/resident/" in hrefs(bureau, "人口")
    assert "/libraries/population/" in hrefs(bureau, "人口")
    assert "/runs/" in hrefs(bureau, "运行")


@pytest.mark.parametrize("text", ["sjml", "shuju", "数据目", "汇数据"])
def test_pages_by_pinyin_and_by_job(user: Login, text: str) -> None:
    assert "/items/" in hrefs(user("bureau"), text)


def test_nobody_finds_what_they_may_not_open(user: Login) -> None:
    citizen = user("citizen")
    clients = Client(headers={"host": "localhost"})
    clients.force_login(citizen)
    for text in ("", "人口", "公安", "运行", "参保", "resident"):
        for href in hrefs(citizen, text):
            assert clients.get(href).status_code == 200, (text, href)
    assert "/services/resident/" not in hrefs(citizen, "人口")


def test_saved_views_are_found(user: Login) -> None:
    save_view(user("bureau"), listing="items", title="要催的目录", path="/items/", query="link_state=none")
    assert any("link_state=none" in href for href in hrefs(user("bureau"), "要催"))
    assert any("link_state=none" in href for href in hrefs(user("bureau"), ""))
    assert not hrefs(user("police"), "要催")


def test_the_page_and_the_palette_say_the_same(user: Login) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(user("police"))
    page, part = parsed(client, "/find/?q=人口"), parsed(client, "/find/?part=1&q=人口")
    listed = [node.attributes["href"] for node in page.css("main .rows a")]
    assert listed == [node.attributes["href"] for node in part.css("[role=option]")] != []
    assert "没有找到" in parsed(client, "/find/?part=1&q=<script>").text()
    assert not parsed(client, "/find/?part=1&q=<script>").css("script")


def test_strangers_find_what_is_public() -> None:
    answer = Client(headers={"host": "localhost"}).get("/find/?q=人口")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/search/?q=%E4%BA%BA%E5%8F%A3")


@pytest.mark.parametrize("text", ["人口", "rk", "运行 户籍", "police"])
def test_finding_takes_few_queries(user: Login, text: str) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(user("bureau"))
    client.get("/find/", {"part": 1, "q": text})
    with CaptureQueriesContext(connection) as queries:
        client.get("/find/", {"part": 1, "q": text})
    assert len(queries) < 45


@pytest.fixture
def full_town(run_town: None, home: Path, user: Login, monkeypatch: pytest.MonkeyPatch, system: User) -> None:
    """A town with a record of every kind that the palette finds."""
    write(home, evidence(), evidence(consumer="police-app", service="insurance", subjects=()))
    import_evidence()
    put_indicators(system)
    freeze_now(system, monkeypatch)
    police = Organisation.objects.get(code="police")
    project = Project(title="警务云平台", title_en="Police cloud", organisation=police, created_by=user("police"))
    project.spec = {}
    project.save()


def receipt_of(service: str) -> str:
    """The receipt of a use of a service."""
    return EvidenceRecord.objects.get(service=service).hash


def of_kinds(login: User) -> dict[str, str]:
    """For each kind of record, a text that finds one of the police's and the beginning of its address."""
    run = Run.objects.get(target="POLICE-01", kind="check")
    return {
        "户籍系统": "/systems/police-sys/",
        "hjxt": "/systems/police-sys/",
        "警务云": "/projects/",
        "侦查": "/grants/police-insurance/",
        "police-insurance": "/grants/police-insurance/",
        "警务通": "/apps/police-app/",
        "jwt": "/apps/police-app/",
        "手机号": "/elements/?q=mobile",
        "sjhm": "/elements/?q=mobile",
        f"#{run.pk}": f"/runs/{run.pk}/",
        "POLICE-01": "/runs/",
        "公安数据员": "/users/police/",
        receipt_of("insurance")[:12]: f"/evidence/{receipt_of('insurance')}/",
        "考核": "/assessment/20",
        "考核指标": "/help/glossary/#",
    }


FOREIGN = {
    # what somebody of another department, a developer and a citizen do not find
    "hr": {"警务云", "警务通", "jwt", "run", "POLICE-01", "公安数据员"},
    "citizen": {
        *("户籍系统", "hjxt", "警务云", "侦查", "police-insurance", "警务通", "jwt"),
        *("run", "POLICE-01", "公安数据员", "receipt", "考核"),
    },
}


def test_records_of_every_kind(full_town: None, user: Login) -> None:
    bureau = user("bureau")
    for text, start in of_kinds(bureau).items():
        assert any(href.startswith(start) for href in hrefs(bureau, text)), text


@pytest.mark.parametrize("login", ["hr", "citizen"])
def test_a_foreign_reader_finds_none_of_them(full_town: None, user: Login, login: str) -> None:
    reader = user(login)
    client = Client(headers={"host": "localhost"})
    client.force_login(reader)
    for text, start in of_kinds(reader).items():
        name = "run" if text.startswith("#") else "receipt" if start.startswith("/evidence/") else text
        found = {href for href in hrefs(reader, text) if href.startswith(start)}
        assert bool(found) is (name not in FOREIGN[login]), text
        for href in found:
            assert client.get(href.partition("#")[0]).status_code == 200, href


def offered(user: User, text: str) -> dict[str, Hit]:
    """The commands that somebody is offered, by title."""
    return {hit.title: hit for hit in commands(user, text).hits}


def test_commands_are_those_one_may_carry_out(user: Login) -> None:
    assert "立即运行全部（归集、检查、融合、发布）" in offered(user("bureau"), "运行")
    assert "立即运行全部（归集、检查、融合、发布）" not in offered(user("leader"), "运行")
    assert "新建目录草稿" in offered(user("police"), "cao gao")
    assert offered(user("police"), "登记")["登记需求"].href == "/demands/new/"
    kinds = [group.title for group in find(user("police"), "登记")]
    assert kinds.index("可以做的事") < 3, "what one may do stands before the records that have the word"
    assert "新建目录草稿" not in offered(user("developer"), "草稿")
    assert "只看：公安" in offered(user("leader"), "公安")
    assert "只看：公安" not in offered(user("police"), "公安")
    assert set(offered(user("citizen"), "")) == {"Switch to English", "退出登录"}
    assert {hit.value for hit in offered(user("citizen"), "深色").values()} == {"dark"}
    assert {hit.value for hit in offered(user("citizen"), "dark").values()} == {"dark"}


def test_commands_that_say_of_what(user: Login, run_town: None) -> None:
    assert "立即运行：户籍人口" in offered(user("police"), "运行 户籍")
    assert "立即运行：户籍人口" in offered(user("police"), "run hjrk")
    assert not [title for title in offered(user("hr"), "运行 户籍") if title.startswith("立即运行")]
    assert offered(user("hr"), "申请 户籍")["申请使用：户籍人口"].href == "/apply/item/POLICE-01/"
    assert "申请使用：户籍人口" not in offered(user("leader"), "申请 户籍")


@pytest.mark.parametrize("login", ["bureau", "leader", "police", "developer", "citizen"])
def test_every_command_is_allowed(user: Login, login: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huitong.apps.overview.views.queue_chain", lambda _user: None)
    for text in ("", "运行", "颜色", "字号", "语言", "公安", "新建", "切换"):
        for hit in offered(user(login), text).values():
            client = Client(headers={"host": "localhost"})
            client.force_login(user(login))
            answer = client.post(hit.href, {hit.name: hit.value, "next": "/"}) if hit.name else client.get(hit.href)
            assert answer.status_code in (200, 302), (text, hit)


def test_a_citizen_has_the_palette_on_the_public_site(user: Login) -> None:
    client = Client(headers={"host": "localhost"})
    assert parsed(client, "/").css_first("#palette") is None
    client.force_login(user("citizen"))
    for path in ("/", "/open/", "/hotline/"):
        assert parsed(client, path).css_first("#palette") is not None
