"""A past for the demo city's assessment: facts of earlier quarters, worked out backwards from what the city has now.

What is invented is how it got here: which items were linked later, which days a source was down, which issues were
mended, who called which service. Rows and rejected rows are those of today, fewer the further back. The same city gives
the same past: every choice hangs on a hash of the names concerned.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huitong.engine.assessment.facts import Batch, Row
from huitong.engine.assessment.period import Period
from huitong.engine.declarations.pack import Pack

Facts = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by column, by fact table."""

QUARTERS = 6
"""How far back the city remembers."""
_CASES = (("catalog_review", "目录审核"), ("application", "数据使用申请"), ("demand", "数据需求"))


@dataclass(frozen=True)
class Past:
    """One quarter of the past: ``age`` 0 is the last that is over."""

    now: Facts
    pack: Pack
    period: Period
    age: int

    def chance(self, *words: object) -> float:
        """Return a number from 0 up to 1 that hangs on the words and the quarter."""
        return steady(self.period.code, *words)

    def diligence(self, organisation: str) -> float:
        """Return how well an organisation did in this quarter, 0.4 to 0.99: by nature, by practice, by luck."""
        nature = 0.62 + 0.36 * steady("diligence", organisation)
        return min(0.99, max(0.4, nature - 0.03 * self.age + 0.08 * (self.chance("luck", organisation) - 0.5)))

    def day(self, *words: object) -> dt.date:
        """Return a day of the quarter."""
        length = (self.period.ends - self.period.starts).days + 1
        return self.period.starts + dt.timedelta(days=int(length * self.chance(*words)))


def steady(*words: object) -> float:
    """Return a number from 0 up to 1 that hangs on the words alone."""
    digest = hashlib.blake2b("\x1f".join(map(str, words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def past_facts(now: Facts, pack: Pack, period: Period, age: int) -> dict[str, list[Batch]]:
    """Return the facts of a past quarter, as :func:`huitong.engine.assessment.facts.write_facts` takes them.

    Args:
        now: facts of today, ``items``, ``issues``, ``offers`` and ``organisations``.
        pack: the city, for the grants that calls are made under.
        age: quarters between it and the last that is over.
    """
    past = Past(now, pack, period, age)
    items = list(_items(past))
    rows: dict[str, list[Row]] = {
        "quarter": [(period.code, period.starts, period.ends, period.ends)],
        "organisations": [tuple(row.values()) for row in now["organisations"]],
        "items": [tuple(item.values()) for item in items],
        "collections": [row for item in items for row in _collections(past, item)],
        "issues": list(_issues(past)),
        "offers": [tuple(row.values()) for row in now["offers"]],
        "calls": list(_calls(past)),
        "cases": list(_cases(past)),
        "disputes": list(_disputes(past)),
    }
    return {table: [batch] for table, batch in rows.items()}


def _items(past: Past) -> Iterator[dict[str, Any]]:
    for now in past.now["items"]:
        listed = dt.date(2023, 1, 1) + dt.timedelta(days=int(1150 * steady("listed", now["key"])))
        if listed > past.period.ends:
            continue
        organisation = now["organisation"]
        missing = [] if past.chance("described", now["key"]) < past.diligence(organisation) else ["abstract"]
        missing += ["category"] if steady("category", now["key"]) < 0.05 * past.age else []
        linked = now["linked"] and steady("linked", now["key"]) < 0.6 + 0.42 * past.diligence(organisation)
        linked_on = listed + dt.timedelta(days=20 + int(200 * steady("linked on", now["key"])))
        linked = linked and linked_on <= past.period.ends
        fewer = 0.97**past.age
        yield {
            **now,
            "state": "published",
            "listed_on": listed,
            "confirmed_on": _confirmed(past, now["key"], organisation, listed),
            "linked": linked,
            "link_state": "live" if linked else "none",
            "linked_on": linked_on if linked else None,
            "described": now["descriptions"] - len(missing),
            "missing": ",".join(missing),
            "passed": int(now["passed"] * fewer) if linked else 0,
            "rejected": int(now["rejected"] * (1 + 0.2 * past.age)) if linked else 0,
        }


def _confirmed(past: Past, key: str, organisation: str, listed: dt.date) -> dt.date:
    """The day an item was last looked through: within the year where people are diligent."""
    late = past.chance("confirmed", key) > past.diligence(organisation) + 0.08
    days = (380 if late else 20) + int(200 * steady("confirmed on", key))
    return max(listed, past.period.ends - dt.timedelta(days=days))


def _collections(past: Past, item: Mapping[str, Any]) -> Iterator[Row]:
    if not item["linked"] or not item["cycle_days"]:
        return
    since = max(item["linked_on"], past.period.starts)
    steadiness = 0.9 + 0.1 * past.diligence(item["organisation"])
    down = past.chance("outage", item["key"]) > past.diligence(item["organisation"]) + 0.05
    outage = past.day("outage on", item["key"])
    for number in range(((past.period.ends - since).days + 1) // item["cycle_days"]):
        day = since + dt.timedelta(days=number * item["cycle_days"])
        failed = past.chance("run", item["key"], day) > steadiness
        failed = failed or (down and 0 <= (day - outage).days < 18)
        yield item["organisation"], item["unit"], item["key"], day, int(not failed), int(failed)


def _issues(past: Past) -> Iterator[Row]:
    for now in past.now["issues"]:
        opened = past.day("opened", now["key"])
        mended = past.chance("mended", now["key"]) < past.diligence(now["organisation"]) - 0.1
        took = 2 + int((11 if mended else 40) * past.chance("took", now["key"]))
        closed = opened + dt.timedelta(days=took)
        still_open = closed > past.period.ends
        yield (
            now["organisation"],
            now["unit"],
            now["key"],
            now["item"],
            now["title"],
            now["title_en"],
            now["severity"],
            int(now["failed"] * (1 + 0.2 * past.age)),
            now["total"],
            opened,
            None if still_open else closed,
            (past.period.ends - opened).days if still_open else took,
        )


def _calls(past: Past) -> Iterator[Row]:
    providers = {service.code: service.provider for service in past.pack.services}
    holders = {app.code: app.organisation for app in past.pack.apps}
    for app, service in sorted({(grant.app, grant.service) for grant in past.pack.grants}):
        begins = QUARTERS * steady("granted", app, service)
        if past.age > begins:
            continue
        busy = 5 + int(400 * steady("busy", app, service))
        for number in range((past.period.ends - past.period.starts).days + 1):
            day = past.period.starts + dt.timedelta(days=number)
            calls = int(
                busy * (0.2 if day.weekday() > 4 else 1) * (0.6 + 0.8 * past.chance("calls", app, service, day))
            )
            if calls:
                refused = int(calls * 0.02 * past.chance("refused", app, service, day))
                yield providers[service], service, app, holders[app], day, calls, refused, calls - refused


def _cases(past: Past) -> Iterator[Row]:
    for number, (organisation, unit) in enumerate(_answerers(past)):
        for place in range(3 + int(12 * past.chance("cases", organisation))):
            kind, title = _CASES[int(len(_CASES) * past.chance("kind", organisation, place))]
            opened = past.day("case", organisation, place)
            due = opened + dt.timedelta(days=7)
            late = past.chance("late", organisation, place) > past.diligence(organisation) + 0.1
            ended = (
                due + dt.timedelta(days=1 + int(5 * past.chance("by", place)))
                if late
                else opened + dt.timedelta(days=4)
            )
            key = f"{past.period.code}-{number:02d}-{place:02d}"
            yield organisation, unit, key, kind, title, opened, due, min(ended, past.period.ends), late


def _disputes(past: Past) -> Iterator[Row]:
    for number, (organisation, unit) in enumerate(_answerers(past)):
        for place in range(int(4 * past.chance("disputes", organisation))):
            opened = past.day("dispute", organisation, place)
            due = opened + dt.timedelta(days=14)
            late = past.chance("dispute late", organisation, place) > past.diligence(organisation) + 0.05
            ended = None if late else min(opened + dt.timedelta(days=6), past.period.ends)
            key = f"{past.period.code}-Y{number:02d}-{place}"
            outcome = "open" if late else "corrected"
            yield organisation, unit, key, "数值存疑", opened, due, ended, late, outcome


def _answerers(past: Past) -> list[tuple[str, str]]:
    """Who has items, and so is asked: assessed organisation and one unit of it."""
    units = {item["organisation"]: item["unit"] for item in past.now["items"]}
    return sorted(units.items())
