"""Fill how targets stand, what changed by day, and whose tables are whose, from the runs and items that there are."""

import datetime as dt
from typing import Any, ClassVar

from django.db import migrations
from django.db.models import Max
from django.utils import timezone

BATCH = 500
LOOK_BACK = 60
"""Days of the past; charts show fewer."""


def fill_states(apps: Any, _editor: Any) -> None:
    """Take the newest ended run of each kind and target, and the newest that was done."""
    runs, state = apps.get_model("collection", "Run").objects, apps.get_model("collection", "TargetState")
    done, last = _newest(runs.filter(state="done")), _newest(runs.filter(state__in=("done", "failed")))
    wanted = sorted({*done.values(), *last.values()})
    known = {}
    for start in range(0, len(wanted), BATCH):
        rows = runs.only("state", "finished_at", "organisation_id", "item_id")
        known.update(rows.in_bulk(wanted[start : start + BATCH]))
    made = []
    for (kind, target), pk in last.items():
        run, best = known[pk], known.get(done.get((kind, target)))
        made.append(
            state(
                kind=kind,
                target=target,
                organisation_id=run.organisation_id,
                item_id=run.item_id,
                last_run_id=pk,
                last_at=run.finished_at,
                failed=run.state == "failed",
                done_run=best.pk if best else None,
                done_at=best.finished_at if best else None,
            )
        )
    state.objects.bulk_create(made, batch_size=BATCH)


def fill_days(apps: Any, _editor: Any) -> None:
    """Sum what collections changed by Beijing day and provider, for as long as charts look back."""
    runs, changes = apps.get_model("collection", "Run").objects, apps.get_model("collection", "DayChanges")
    since = timezone.now() - dt.timedelta(days=LOOK_BACK)
    done = runs.filter(kind="collect", state="done", finished_at__gte=since, organisation__isnull=False).order_by()
    sums: dict[tuple[dt.date, int], list[int]] = {}
    for organisation, at, counts in done.values_list("organisation_id", "finished_at", "counts").iterator(BATCH):
        total = sums.setdefault((timezone.localdate(at), organisation), [0, 0, 0])
        for place, name in enumerate(("inserted", "updated", "deleted")):
            total[place] += counts.get(name) or 0
    changes.objects.bulk_create(
        changes(day=day, organisation_id=organisation, inserted=one, updated=two, deleted=three)
        for (day, organisation), (one, two, three) in sums.items()
    )


def fill_items(apps: Any, _editor: Any) -> None:
    """Find the item of each table, a current one before a cancelled one."""
    items, states = apps.get_model("catalog", "CatalogItem").objects, apps.get_model("collection", "TableState").objects
    owners = dict(items.filter(state="cancelled").values_list("table", "pk"))
    owners.update(items.exclude(state="cancelled").order_by("pk").values_list("table", "pk"))
    found = [row for row in states.exclude(schema="base") if row.name in owners]
    for row in found:
        row.item_id = owners[row.name]
    states.bulk_update(found, ["item"], batch_size=BATCH)


def _newest(runs: Any) -> dict[tuple[str, str], int]:
    rows = runs.order_by().values_list("kind", "target").annotate(last=Max("pk"))
    return {(kind, target): last for kind, target, last in rows}


class Migration(migrations.Migration):
    dependencies: ClassVar = [("collection", "0003_target_state")]

    operations: ClassVar = [
        migrations.RunPython(fill_states, migrations.RunPython.noop),
        migrations.RunPython(fill_days, migrations.RunPython.noop),
        migrations.RunPython(fill_items, migrations.RunPython.noop),
    ]
