"""Lists come in the order that a heading asks for, of those that cost little however long the list is."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from tests.apps.case_types import REQUEST, open_request
from tests.apps.pages import parsed
from tests.apps.test_ledger import evidence, write
from tests.apps.town import CITIZEN, GRANT

from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Case
from huitong.apps.cases.queues import orders_of
from huitong.apps.cases.selectors import queue_for
from huitong.apps.cases.services import act, put_case_type
from huitong.apps.cases.specs import CaseFilter
from huitong.apps.collection.models import QualityIssue
from huitong.apps.collection.services import run_chain
from huitong.apps.ledger.selectors import subject_of
from huitong.apps.ledger.services import import_evidence
from huitong.apps.sharing.models import Grant
from huitong.apps.sharing.services import put_grant
from huitong.foundation import clock

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


@pytest.fixture
def bureau(user: Login) -> Client:
    """A browser of the bureau."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user("bureau"))
    return client


def sorted_headings(client: Client, path: str) -> dict[str, str]:
    """The headings that can be clicked, with how the rows stand by them now."""
    found = {}
    for node in parsed(client, path).css("thead th"):
        link = node.css_first("a[id^=sort-]")
        if link is not None:
            found[link.text(strip=True)] = node.attributes.get("aria-sort") or ""
    return found


def names(client: Client, path: str) -> list[str]:
    """What each row is called."""
    return [node.text(strip=True) for node in parsed(client, path).css("tbody td.head a")]


@pytest.fixture
def cases(town: Path, system: User, user: Login, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Four cases, opened one a day: the first and the third are over. By their titles, their numbers."""
    put_case_type(system, spec=REQUEST)
    numbers = {}
    for day, title in enumerate(("第一", "第二", "第三", "第四"), start=2):
        monkeypatch.setattr(clock, "now", lambda day=day: dt.datetime(2026, 3, day, 4, tzinfo=dt.UTC))
        numbers[title] = open_request(user("hr"), title=title).number
    for title in ("第一", "第三"):
        number = numbers[title]
        act(user("bureau"), number=number, action="pass_on", version=1)
        act(user("police"), number=number, action="refuse", version=2, comment="没有依据")
    return numbers


@pytest.mark.parametrize("login", ["bureau", "hr", "police"])
def test_all_cases_come_by_deadline_what_is_over_last(cases: dict[str, str], user: Login, login: str) -> None:
    def found(size: int = 50, number: int = 1, **wanted: str) -> str:
        page = queue_for(user(login), CaseFilter(view="all", **wanted), size=size, number=number)  # type: ignore[arg-type]
        assert page.total == 4
        return "".join(row.title[-1] for row in page.rows)

    assert Case.objects.exclude(closed_at=None).count() == 2
    assert found() == found(order="-opened_at") == "四三二一" and found(order="opened_at") == "一二三四"
    assert found(order="due") == "二四三一" and found(order="-due") == "四二三一"
    assert [found(order="due", size=3, number=number) for number in (1, 2)] == ["二四三", "一"]
    assert [found(order="due", size=1, number=number) for number in (1, 2, 3, 4, 9)] == ["二", "四", "三", "一", "一"]
    assert found(order="due", case_type="request") == "二四三一"
    assert found(order="due", text="SQ-2026") == "二四三一" and found(order="-due", text="SQ-2026") == "四二三一"
    assert found(order="opened_at", text="SQ-2026") == "一二三四"


def test_counting_stops_where_it_is_told(cases: dict[str, str], user: Login) -> None:
    for most, titles in ((1, "二"), (2, "二四"), (3, "二四三")):
        page = queue_for(user("bureau"), CaseFilter(view="all", order="due"), most=most)
        assert (page.total, "".join(row.title[-1] for row in page.rows)) == (most, titles)


def test_open_cases_come_by_deadline_either_way(cases: dict[str, str], bureau: Client) -> None:
    assert names(bureau, "/cases/") == ["第二", "第四"] == names(bureau, "/cases/?in=open&order=nonsense")
    assert names(bureau, "/cases/?order=-due") == ["第四", "第二"] == names(bureau, "/cases/?in=open&order=-due")
    assert sorted_headings(bureau, "/cases/?in=open") == {"期限": "ascending"}
    assert sorted_headings(bureau, "/cases/?in=all") == {"期限": "ascending", "提出时间": ""}
    assert names(bureau, "/cases/?in=all") == ["第二", "第四", "第三", "第一"]
    assert names(bureau, "/cases/?in=all&order=-opened_at") == ["第四", "第三", "第二", "第一"]
    assert sorted_headings(bureau, "/cases/?in=all&type=request&state=checking") == {"期限": "ascending"}
    assert names(bureau, "/cases/?in=all&due=soon&order=opened_at") == ["第二", "第四"], "no index has that order"


def test_what_cases_can_be_ordered_by() -> None:
    assert orders_of(CaseFilter(view="all")) == ("due", "opened_at") == orders_of(CaseFilter(text="x"))
    assert orders_of(CaseFilter(view="all", organisation="data")) == ("due",) == orders_of(CaseFilter())


def test_runs_issues_and_decisions(town: Path, system: User, bureau: Client) -> None:
    run_chain(system)
    newest = names(bureau, "/runs/?size=500")
    assert names(bureau, "/runs/?size=500&order=started_at") == newest[::-1]
    assert sorted_headings(bureau, "/runs/") == {"开始": "descending"}
    first = QualityIssue.objects.order_by("pk")[0]
    QualityIssue.objects.filter(pk=first.pk).update(failed=first.failed + 100)
    worst = [row.failed for row in QualityIssue.objects.all()]
    shown = [node.text(strip=True) for node in parsed(bureau, "/issues/?state=all&order=failed").css("td.num")][::2]
    assert [int(text.replace(",", "")) for text in shown] == sorted(worst)
    pages = [parsed(bureau, f"/audit/?order={order}&size=500") for order in ("-at", "at")]
    times = [[str(node.attributes["datetime"]) for node in page.css("tbody time")] for page in pages]
    assert times[1] == sorted(times[1]) and times[0][-1] == times[1][0]


@pytest.mark.parametrize(("login", "query"), [("bureau", ""), ("hr", ""), ("citizen", ""), ("bureau", "subject")])
def test_evidence_comes_by_time_either_way(town: Path, home: Path, user: Login, login: str, query: str) -> None:
    made = [evidence(time=f"2026-03-0{day}T04:00:00.000Z") for day in (1, 1, 2, 3)]
    receipts = write(home, *made, evidence(subjects=(), consumer="police-app", time="2026-03-04T04:00:00.000Z"))
    import_evidence()
    client = Client(headers={"host": "localhost"})
    client.force_login(user(login))
    about = f"subject={subject_of(CITIZEN)}&" if query else ""

    def shown(order: str) -> list[str]:
        """Receipts from page to page."""
        response = client.get(f"/evidence/?{about}order={order}&export=csv")
        rows = csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")))  # type: ignore[attr-defined]
        return [row["回执"] for row in rows]

    oldest = receipts if login == "bureau" and not query else receipts[:4]
    assert shown("at") == oldest and shown("-at") == shown("") == shown("consumer") == oldest[::-1]
    assert sorted_headings(client, f"/evidence/?{about}") == {"时间": "descending"}
    assert sorted_headings(client, f"/evidence/?{about}order=at") == {"时间": "ascending"}


def test_grants_end_in_order_those_without_an_end_last(town: Path, system: User, bureau: Client) -> None:
    put_grant(system, spec=GRANT)
    known = Grant.objects.get(code=GRANT.code)
    Grant.objects.exclude(pk=known.pk).delete()
    for code, day in (("g-a", dt.date(2027, 1, 1)), ("g-b", None), ("g-c", dt.date(2026, 1, 1))):
        known.pk, known.code, known.valid_to = None, code, day
        known.save()
    Grant.objects.get(code=GRANT.code).delete()

    def codes(order: str) -> list[str]:
        page = parsed(bureau, f"/grants/?service={GRANT.service}&order={order}")
        return [node.text(strip=True) for node in page.css("tbody td.head .note")]

    assert codes("valid") == ["g-c", "g-a", "g-b"] and codes("-valid") == ["g-a", "g-c", "g-b"]
    assert codes("") == ["g-a", "g-b", "g-c"]


@pytest.mark.parametrize(
    ("path", "orders"),
    [
        ("/needs/", ("opened",)),
        ("/systems/", ("title", "organisation", "items", "users")),
        ("/projects/", ("asked", "approved", "updated_at")),
        ("/users/", ("sessions", "last_login")),
        ("/apps/", ("title", "organisation", "grants")),
        ("/compile/", ("findings", "updated_at")),
        ("/sources/", ("title", "authority")),
        ("/services/", ("title", "provider", "grants", "calls_today", "calls_30_days")),
        ("/organisations/", ("title", "kind", "superior", "code", "division")),
    ],
)
def test_either_way_has_the_same_rows(
    town: Path, system: User, bureau: Client, path: str, orders: tuple[str, ...]
) -> None:
    own = names(bureau, path)
    for order in orders:
        up, down = (names(bureau, f"{path}?order={sign}{order}") for sign in ("", "-"))
        assert sorted(up) == sorted(down) == sorted(own), order
    if own:
        assert len(sorted_headings(bureau, path)) == len(orders)


def test_applications_come_by_name_and_grants(town: Path, system: User, bureau: Client) -> None:
    up, down = names(bureau, "/apps/?order=title"), names(bureau, "/apps/?order=-title")
    assert up == sorted(up) and down == up[::-1]
