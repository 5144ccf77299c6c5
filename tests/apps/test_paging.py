"""Pages cut out of queries: what is counted, and where counting stops."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huitong.apps.accounts.models import CalendarYear
from huitong.apps.paging import Page, cut, page_of

pytestmark = pytest.mark.django_db
YEARS = CalendarYear.objects.order_by("year")


@pytest.fixture(autouse=True)
def _seven_years() -> None:
    CalendarYear.objects.all().delete()
    CalendarYear.objects.bulk_create(CalendarYear(year=2001 + n) for n in range(7))


def cut_years(number: int, size: int, most: int | None = None) -> tuple[Page[int], int]:
    """A page of the years, and how many queries it took."""
    with CaptureQueriesContext(connection) as asked:
        page = cut(YEARS.values_list("year", flat=True), number=number, size=size, most=most)
    return page, len(asked)


def test_a_list_that_one_page_holds_is_not_counted() -> None:
    assert cut_years(1, 7) == (Page(tuple(range(2001, 2008)), 7, 1, 7), 1)
    assert cut_years(0, 10) == (Page(tuple(range(2001, 2008)), 7, 1, 10), 1), "a page before the first is the first"
    assert cut_years(1, 6) == (Page(tuple(range(2001, 2007)), 7, 1, 6), 2)
    CalendarYear.objects.all().delete()
    assert cut_years(1, 3) == (Page((), 0, 1, 3), 1)


def test_later_pages_are_counted_and_bounded() -> None:
    assert cut_years(2, 3) == (Page((2004, 2005, 2006), 7, 2, 3), 2)
    assert cut_years(99, 3) == (Page((2007,), 7, 3, 3), 2), "the last one there is"
    assert cut_years(2, 0)[0].size == 1


def test_counting_stops() -> None:
    assert cut_years(1, 3, most=5) == (Page((2001, 2002, 2003), 5, 1, 3), 2)
    assert cut_years(1, 3, most=3) == (Page((2001, 2002, 2003), 3, 1, 3), 1), "as many as are counted are at hand"
    assert cut_years(1, 3, most=4) == (Page((2001, 2002, 2003), 4, 1, 3), 1)
    assert cut_years(2, 3, most=5) == (Page((2004, 2005, 2006), 5, 2, 3), 2)
    assert cut_years(1, 9, most=9) == (Page(tuple(range(2001, 2008)), 7, 1, 9), 1)


def test_rows_get_their_shape() -> None:
    assert page_of(YEARS, lambda row: -row.year, size=2) == Page((-2001, -2002), 7, 1, 2)
    assert page_of(YEARS, lambda row: -row.year, number=4, size=2).rows == (-2007,)
