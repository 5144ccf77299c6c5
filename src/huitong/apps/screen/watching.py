"""Takes the pictures: what changes little is read whole, what grows (runs, evidence) only since the last picture."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from django.db.models import Max, Sum
from django.db.models.functions import TruncMinute
from django.utils import timezone

from huitong.apps.accounts.models import Organisation
from huitong.apps.cases.late import late_cases
from huitong.apps.cases.titles import TitleWords
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.selectors import item_counts
from huitong.apps.collection.models import QualityIssue
from huitong.apps.collection.selectors import (
    last_collected,
    library_rows,
    open_issue_counts,
    rows_by_provider,
    too_old,
)
from huitong.apps.ledger.models import EvidenceRecord
from huitong.apps.ledger.selectors import usage_by_service
from huitong.apps.screen.drawing import LANES, bar, lane_path, lane_width, lane_y, step
from huitong.apps.screen.moving import Movement
from huitong.apps.screen.naming import Names
from huitong.apps.screen.specs import (
    County,
    Freshness,
    Lane,
    LateCase,
    LateItem,
    Minute,
    Named,
    Picture,
    Work,
    WorstIssue,
)

MINUTES = 30
WORST = 3
LATELY = dt.timedelta(minutes=1)
"""When the picture before is older than this, nobody has been looking: what moved since then is not moving now."""
LISTED_COUNTIES = 7
"""Counties named beside the map."""


class Watch:
    """Looks at the city again and again. Memory: one entry an organisation, an item and a minute of the chart."""

    def __init__(self) -> None:
        self._movement = Movement()
        self._looked: dt.datetime | None = None
        self._day: dt.date | None = None
        self._moved: Counter[int] = Counter()
        self._unseen: Counter[int] = Counter()
        self._collected: dict[int, dt.datetime] = {}
        self._minutes: dict[dt.datetime, int] = {}

    def look(self) -> Picture:
        """Take the next picture of the stream: it shows as moving what has moved since the one before it."""
        now = timezone.now()
        self._read_runs(now)
        lately = self._looked is not None and now - self._looked < LATELY
        moving, self._unseen, self._looked = self._unseen if lately else Counter(), Counter(), now
        return self._picture(now, moving)

    def glance(self) -> Picture:
        """Take a picture for a page that is just being opened; what moves is left to the next :meth:`look`."""
        now = timezone.now()
        self._read_runs(now)
        return self._picture(now, Counter())

    def _picture(self, now: dt.datetime, moving: Counter[int]) -> Picture:
        """A fixed number of queries; grows with organisations and items, not with runs or calls."""
        self._read_calls(now)
        organisations = {row.pk: row for row in Organisation.objects.all()}
        root = next((row for row in organisations.values() if row.superior_id is None), None)
        names = Names(root)
        rows = rows_by_provider()
        counts = item_counts()
        lanes, others = _lanes(names, organisations, counts, rows, self._moved, moving)
        return Picture(
            as_of=now,
            city=names.city,
            division=root.division if root else "",
            lanes=lanes,
            others=others,
            rows=sum(rows["raw"].values()),
            moved_today=self._moved.total(),
            items=sum(one[0] for one in counts.values()),
            linked=sum(one[1] for one in counts.values()),
            passed=sum(rows["std"].values()),
            held=sum(rows["quarantine"].values()),
            issues=sum(open_issue_counts().values()),
            worst_issues=_worst_issues(names),
            library_rows=library_rows(),
            calls_today=sum(usage.calls for usage in usage_by_service(days=1).values()),
            minutes=self._chart(now),
            freshness=self._freshness(names, now),
            work=_work(names),
            counties=_counties(names, organisations, rows["raw"]),
        )

    def _read_runs(self, now: dt.datetime) -> None:
        """Add what was collected since the last time to the sums of the day and of the next picture."""
        today, news = timezone.localtime(now).date(), self._movement.news()
        if self._movement.anew:
            self._collected, self._day = last_collected(), None
        if self._day != today:
            self._day, self._moved = today, Counter()
        for one in news:
            if one.organisation is not None and timezone.localtime(one.at).date() == today:
                self._moved[one.organisation] += one.rows
                self._unseen[one.organisation] += 0 if self._movement.anew else one.rows
            if one.item is not None:
                self._collected[one.item] = max(one.at, self._collected.get(one.item, one.at))

    def _read_calls(self, now: dt.datetime) -> None:
        """Count calls by minute: of the whole chart at first, then of the last two minutes, which may still grow."""
        this = now.replace(second=0, microsecond=0)
        known = this - dt.timedelta(minutes=1) in self._minutes
        since = this - dt.timedelta(minutes=2 if known else MINUTES)
        rows = EvidenceRecord.objects.filter(at__gte=since).order_by()
        for minute, calls in rows.values_list(TruncMinute("at")).annotate(calls=Sum("repeated")):
            self._minutes[minute] = calls
        self._minutes.setdefault(this, 0)
        oldest = this - dt.timedelta(minutes=MINUTES - 1)
        self._minutes = {minute: calls for minute, calls in self._minutes.items() if minute >= oldest}

    def _chart(self, now: dt.datetime) -> tuple[Minute, ...]:
        this = now.replace(second=0, microsecond=0)
        times = [this - dt.timedelta(minutes=back) for back in reversed(range(MINUTES))]
        most = max((self._minutes.get(minute, 0) for minute in times), default=0)
        shown = []
        for index, minute in enumerate(times):
            calls = self._minutes.get(minute, 0)
            x, height = bar(index, MINUTES, calls, most)
            shown.append(Minute(minute, calls, x, height))
        return tuple(shown)

    def _freshness(self, names: Names, now: dt.datetime) -> Freshness:
        late, never, on_time = [], 0, 0
        items = CatalogItem.objects.current().linked().order_by().values_list("pk", "update_cycle")
        for item, cycle in items:
            last = self._collected.get(item)
            if last is None:
                never += 1
            elif too_old(cycle, last, now):
                late.append((last, item))
            else:
                on_time += 1
        return Freshness(on_time=on_time, late=len(late), never=never, worst=_late_items(names, sorted(late)[:WORST]))


def _late_items(names: Names, late: Sequence[tuple[dt.datetime, int]]) -> tuple[LateItem, ...]:
    known = CatalogItem.objects.select_related("provider").in_bulk([item for _last, item in late])
    return tuple(
        LateItem(row.code, names.item(row), names.organisation(row.provider), row.update_cycle, last)
        for row, last in ((known[item], last) for last, item in late if item in known)
    )


def _worst_issues(names: Names) -> tuple[WorstIssue, ...]:
    """The items with most failing rows by one rule: each once, however many rules they break."""
    by_item = QualityIssue.objects.open().order_by().values_list("item").annotate(worst=Max("failed"))
    worst = dict(by_item.order_by("-worst", "item")[:WORST])
    known = CatalogItem.objects.select_related("provider").in_bulk(list(worst))
    return tuple(
        WorstIssue(row.code, names.item(row), names.organisation(row.provider), failed)
        for row, failed in ((known[pk], failed) for pk, failed in worst.items())
    )


def _lanes(
    names: Names,
    organisations: Mapping[int, Organisation],
    counts: Mapping[int, tuple[int, int, int]],
    rows: Mapping[str, Counter[int]],
    moved: Counter[int],
    moved_now: Counter[int],
) -> tuple[tuple[Lane, ...], int]:
    known = [pk for pk in counts if pk in organisations]
    ranked = sorted(known, key=lambda pk: (-rows["raw"][pk], organisations[pk].path))
    drawn = ranked[:LANES]
    most = max((rows["raw"][pk] for pk in drawn), default=0)
    lanes = []
    for index, pk in enumerate(drawn):
        lanes.append(
            Lane(
                code=organisations[pk].code,
                title=names.organisation(organisations[pk]),
                rows=rows["raw"][pk],
                moved_today=moved[pk],
                moved_now=moved_now[pk],
                held=rows["quarantine"][pk],
                failing=counts[pk][2],
                path=lane_path(lane_y(index, len(drawn))),
                width=lane_width(rows["raw"][pk], most),
            )
        )
    return tuple(lanes), len(ranked) - len(drawn)


def _work(names: Names) -> Work:
    found = late_cases(most=WORST)
    english = TitleWords([row for row, _due in found.worst], "en")
    worst = tuple(
        LateCase(row.number, Named(row.title, english.of(row)), names.organisation(row.turn_organisation), due)
        for row, due in found.worst
    )
    return Work(open=found.open, late=found.late, worst=worst)


def _counties(names: Names, organisations: Mapping[int, Organisation], raw: Counter[int]) -> tuple[County, ...]:
    held: Counter[str] = Counter()
    titles: dict[str, Named] = {}
    for pk, row in organisations.items():
        if row.kind in ("county", "subcentre") and row.division:
            held[row.division[:6]] += raw[pk]
            if row.kind == "county":
                titles[row.division[:6]] = names.county(row)
    most = max(held.values(), default=0)
    ranked = [code for code in sorted(held, key=lambda code: (-held[code], code)) if held[code]][:LISTED_COUNTIES]
    rank = {code: place for place, code in enumerate(ranked, start=1)}
    return tuple(
        County(code, titles.get(code, Named("", "")), rows, step(rows, most), rank.get(code, 0))
        for code, rows in sorted(held.items())
    )
