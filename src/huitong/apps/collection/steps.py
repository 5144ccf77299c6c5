"""The engine's steps behind thin functions: the only place of the people plane that calls them."""

from __future__ import annotations

from collections.abc import Mapping

from huitong.apps.collection.specs import Mode, Outcome, RuleCount, RunCounts
from huitong.apps.collection.stores import the_lake, the_serving_store
from huitong.engine.check import check_item
from huitong.engine.collect import collect_item
from huitong.engine.declarations.items import CatalogItem
from huitong.engine.declarations.libraries import Library
from huitong.engine.declarations.sources import Source
from huitong.engine.fuse import fuse_library
from huitong.engine.lake.lake import one_value, table_exists
from huitong.engine.lake.names import table
from huitong.engine.plans.publish import Publication
from huitong.engine.publish import publish_table
from huitong.engine.standards import Standards


def collect(item: CatalogItem, source: Source, variables: Mapping[str, str], *, mode: Mode) -> Outcome:
    """Bring an item's rows from its source. Raises as :func:`huitong.engine.collect.collect_item` does."""
    result = collect_item(the_lake(), item, source, variables, mode=mode)
    counts = RunCounts(
        read=result.read,
        inserted=result.changes.inserted,
        updated=result.changes.updated,
        deleted=result.changes.deleted,
        rows=count_rows("raw", item.table),
    )
    return Outcome(counts=counts, snapshot=result.snapshot, lake_run=result.run_id)


def check(item: CatalogItem, standards: Standards, *, full: bool) -> Outcome:
    """Check an item's rows. Raises as :func:`huitong.engine.check.check_item` does."""
    result = check_item(the_lake(), item, standards, rebuild=full)
    rules = tuple(RuleCount(one.rule, one.severity, one.failed, one.checked) for one in result.rules)
    counts = RunCounts(
        read=result.recomputed,
        inserted=result.changes.inserted,
        updated=result.changes.updated,
        deleted=result.changes.deleted,
        rows=result.passed,
        rejected=result.quarantined,
        flagged=result.flagged,
    )
    return Outcome(counts=counts, snapshot=result.snapshot, rules=rules)


def fuse(library: Library, *, full: bool) -> Outcome:
    """Bring a library up to its std tables. Raises as :func:`huitong.engine.fuse.fuse_library` does."""
    result = fuse_library(the_lake(), library, rebuild=full)
    counts = RunCounts(
        read=result.recomputed,
        inserted=result.changes.inserted,
        updated=result.changes.updated,
        deleted=result.changes.deleted,
        rows=result.entities,
        conflicts=result.conflicts,
    )
    return Outcome(counts=counts, snapshot=result.snapshot)


def publish(publication: Publication, *, full: bool) -> Outcome:
    """Bring one table of the serving store up to the lake. Raises as :func:`huitong.engine.publish.publish_table`."""
    result = publish_table(the_lake(), the_serving_store(), publication, rebuild=full)
    counts = RunCounts(inserted=result.written, deleted=result.deleted, rows=result.rows)
    return Outcome(counts=counts, snapshot=result.as_of)


def count_rows(schema: str, name: str) -> int:
    """Return how many rows a lake table has, 0 where there is none."""
    with the_lake().reader() as con:
        if not table_exists(con, schema, name):
            return 0
        return one_value(con, f"SELECT count(*) FROM {table(schema, name)}")
