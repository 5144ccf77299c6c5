"""Pages of a table with many rows: a page is the same whenever it is opened, or a row could be on two and on none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from huitong.apps.accounts.models import User
from huitong.apps.collection.selectors import the_lake
from huitong.apps.collection.services import run_chain
from huitong.apps.overview import rows
from huitong.apps.overview.rows import FEW, rows_head, rows_of, rows_under
from huitong.apps.overview.specs import RowsWanted

Login = Callable[[str], User]
COPIES = 100_000
"""Several row groups in each file: then more than one worker reads them."""
pytestmark = pytest.mark.django_db


@pytest.fixture
def grown(town: object, system: User) -> None:
    run_chain(system)
    with the_lake().transaction() as con:
        con.execute("SET GLOBAL threads = 4")  # tests have one otherwise, and one worker keeps the order by itself
        for name in ("first", "second"):
            con.execute(
                "INSERT INTO base.population "
                f"SELECT p.* REPLACE (id_number || '{name}' || i AS id_number, '{name}' || i AS sex) "
                f"FROM (FROM base.population WHERE length(id_number) = 18 LIMIT 4) p, range({COPIES}) r(i)"
            )


def test_a_page_is_the_same_whenever_it_is_opened(grown: None, user: Login) -> None:
    for wanted in (RowsWanted(), RowsWanted(text="1")):
        for number in (1, 300, 600):
            page = [
                rows_of(user("bureau"), "base", "population", wanted=wanted, number=number, size=500) for _ in range(6)
            ]
            assert len({one.rows for one in page}) == 1 and page[0].number == number


def test_few_rows_among_many_are_found(grown: None, user: Login) -> None:
    with the_lake().transaction() as con:
        con.execute("UPDATE base.population SET sex = 'xx' WHERE id_number LIKE '%first777'")
        con.execute("UPDATE base.population SET sex = 'XX' WHERE id_number LIKE '%second99999'")
    rare = rows_of(user("bureau"), "base", "population", wanted=RowsWanted(text="xx"))
    place = [column.name for column in rare.columns].index("sex")
    assert rare.total == len(rare.rows) == 8 <= FEW
    assert sorted(row[place] for row in rare.rows) == ["XX"] * 4 + ["xx"] * 4
    nothing = rows_of(user("bureau"), "base", "population", wanted=RowsWanted(text="没有"))
    assert (nothing.total, nothing.rows) == (0, ())


def test_an_open_table_stays_as_it_was_opened(town: object, system: User, user: Login) -> None:
    """An export reads page after page, and rows may change meanwhile."""
    run_chain(system)
    head = rows_head(user("bureau"), "base", "population")
    before = rows_under(head)
    with the_lake().transaction() as con:
        con.execute("DELETE FROM base.population")
    assert before.total and rows_under(head) == before
    assert rows_of(user("bureau"), "base", "population").total == 0


def test_a_large_table_is_searched_and_ordered_by_its_facets(
    town: object, system: User, user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page by page the same rows as looking at each of them, and as the head was opened, whatever comes meanwhile."""
    run_chain(system)
    with the_lake().transaction() as con:
        con.execute("SET GLOBAL threads = 4")
        con.execute(
            "INSERT INTO base.population SELECT p.* REPLACE (id_number || '-' || i AS id_number, "
            f"['Xy', 'xY', 'z', NULL][1 + i % 4] AS sex) FROM (FROM base.population LIMIT 3) p, range({COPIES}) r(i)"
        )
    monkeypatch.setattr(rows, "_page", None)  # what looks at every row
    head = rows_head(user("bureau"), "base", "population")
    place = [column.name for column in head.columns].index("sex")
    asked = {order: RowsWanted(text="xy", order=order) for order in ("", "sex", "-sex")}
    found = {
        order: [rows_under(head, wanted=wanted, number=number, size=10_000, most=10_000) for number in range(1, 16)]
        for order, wanted in asked.items()
    }
    with the_lake().transaction() as con:
        con.execute("UPDATE base.population SET sex = 'gone' WHERE sex = 'xY'")
    for order, pages in found.items():
        assert {page.total for page in pages} == {COPIES * 3 // 2}
        sexes = [row[place] for page in pages for row in page.rows]
        assert sorted(sexes) == ["Xy"] * (COPIES * 3 // 4) + ["xY"] * (COPIES * 3 // 4)
        assert not order or sexes == sorted(sexes, reverse=order == "-sex")
        assert rows_under(head, wanted=asked[order], number=7, size=10_000, most=10_000) == pages[6], "as it was opened"
    assert rows_of(user("bureau"), "base", "population", wanted=RowsWanted(text="xy")).total == COPIES * 3 // 4
