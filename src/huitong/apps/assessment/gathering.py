"""Facts taken from the people plane as it is now: the only place that knows where each of them comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from huitong.apps.accounts.models import Organisation
from huitong.apps.accounts.selectors import all_organisations
from huitong.apps.assessment.assessed import assessed_of_units
from huitong.apps.cases.facts import CaseFact, case_facts
from huitong.apps.catalog.facts import ItemFact, item_facts
from huitong.apps.collection.facts import collection_days, first_collected, issue_facts, rows_of_tables
from huitong.apps.ledger.facts import call_facts
from huitong.apps.sharing.facts import offer_facts
from huitong.engine.assessment.facts import Batch, Row
from huitong.engine.assessment.period import Period

BATCH = 10_000
DISPUTE = "dispute"
"""The case type whose cases are disputes."""
CYCLE_DAYS = {"realtime": 1, "daily": 1, "weekly": 7, "monthly": 30, "quarterly": 90}
"""Days within which an item's rows come anew; the others are irregular or longer than a quarter."""


@dataclass(frozen=True)
class Owner:
    """Whose something is: the assessed organisation, and the unit of it."""

    organisation: str
    unit: str


@dataclass(frozen=True)
class Counted:
    """What is counted, up to which day, and whose is whose."""

    period: Period
    until: dt.date
    owners: Mapping[int, Owner]
    """By id of the unit; units that nobody is assessed for are missing."""
    codes: Mapping[int, str]
    """Code of every organisation by id."""
    assessed: tuple[Organisation, ...]


def gather(period: Period, until: dt.date) -> dict[str, Iterator[Batch]]:
    """Return the facts of ``period`` up to ``until``, by fact table, as batches that are read when they are asked for.

    What has a state rather than a date, such as an item's link, is as it is now: freeze soon after a quarter ends.
    """
    counted = _counted(period, until)
    return {name: _batches(rows(counted)) for name, rows in _SOURCES.items()}


def register_facts(table: str, rows: Callable[[Counted], Iterable[Row]]) -> None:
    """Let another app fill a fact table: for apps that import this one, in their ``ready()``."""
    _SOURCES[table] = rows


def _counted(period: Period, until: dt.date) -> Counted:
    units = all_organisations()
    assessed = assessed_of_units(units)
    owners = {unit.pk: Owner(assessed[unit.code].code, unit.code) for unit in units if unit.code in assessed}
    codes = {unit.pk: unit.code for unit in units}
    tops = {top.code: top for top in assessed.values()}
    return Counted(period, min(until, period.ends), owners, codes, tuple(tops.values()))


def _batches(rows: Iterable[Row]) -> Iterator[Batch]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _quarter(counted: Counted) -> Iterator[Row]:
    yield counted.period.code, counted.period.starts, counted.period.ends, counted.until


def _organisations(counted: Counted) -> Iterator[Row]:
    for top in counted.assessed:
        yield top.code, top.title, top.title_en, top.short, top.kind


def _items(counted: Counted) -> Iterator[Row]:
    first, rows = first_collected(), rows_of_tables()
    for item in item_facts():
        owner = counted.owners.get(item.provider)
        if owner and (item.listed_on is None or item.listed_on <= counted.until):
            yield _item(item, owner, first.get(item.id), rows)


def _item(item: ItemFact, owner: Owner, linked_on: dt.date | None, rows: Mapping[tuple[str, str], int]) -> Row:
    return (
        owner.organisation,
        owner.unit,
        item.code,
        item.title,
        item.title_en,
        item.state,
        item.listed_on,
        item.confirmed_on,
        item.sharing_type,
        item.open_to_public,
        item.update_cycle,
        CYCLE_DAYS.get(item.update_cycle),
        item.link_state != "none",
        item.link_state,
        linked_on,
        item.descriptions - len(item.missing),
        item.descriptions,
        ",".join(item.missing),
        rows.get(("std", item.table), 0),
        rows.get(("quarantine", item.table), 0),
    )


def _collections(counted: Counted) -> Iterator[Row]:
    for code, provider, day, done, failed in collection_days(counted.period.starts, counted.until):
        if owner := counted.owners.get(provider):
            yield owner.organisation, owner.unit, code, day, done, failed


def _issues(counted: Counted) -> Iterator[Row]:
    for code, title, title_en, rule, provider, severity, failed, total, opened, closed in issue_facts(
        counted.period.starts, counted.until
    ):
        if owner := counted.owners.get(provider):
            days = ((closed or counted.until) - opened).days
            key = f"{code}/{rule}"
            shown = (key, code, title, title_en, severity, failed, total, opened, closed, max(0, days))
            yield owner.organisation, owner.unit, *shown


def _offers(counted: Counted) -> Iterator[Row]:
    for item, title, service, service_title, provider in offer_facts():
        if owner := counted.owners.get(provider):
            yield owner.organisation, owner.unit, item, title, service, service_title


def _calls(counted: Counted) -> Iterator[Row]:
    for service, app, provider, consumer, day, *numbers in call_facts(counted.period.starts, counted.until):
        owner = counted.owners.get(provider) if provider else None
        organisation = owner.organisation if owner else counted.codes.get(provider or 0, "")
        yield organisation, service, app, counted.codes.get(consumer or 0, ""), day, *numbers


def _cases(counted: Counted) -> Iterator[Row]:
    for number, kind, title, answerer, opened, due, closed, late, _state in _case_facts(counted):
        if kind != DISPUTE and (owner := counted.owners.get(answerer)):
            yield owner.organisation, owner.unit, number, kind, title, opened, due, closed, late


def _disputes(counted: Counted) -> Iterator[Row]:
    for number, kind, title, answerer, opened, due, closed, late, state in _case_facts(counted):
        if kind == DISPUTE and (owner := counted.owners.get(answerer)):
            yield owner.organisation, owner.unit, number, title, opened, due, closed, late, state


def _case_facts(counted: Counted) -> Iterator[CaseFact]:
    return case_facts(counted.period.starts, counted.until)


_SOURCES: dict[str, Callable[[Counted], Iterable[Any]]] = {
    "quarter": _quarter,
    "organisations": _organisations,
    "items": _items,
    "collections": _collections,
    "issues": _issues,
    "offers": _offers,
    "calls": _calls,
    "cases": _cases,
    "disputes": _disputes,
}
