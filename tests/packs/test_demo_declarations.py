"""The declarations fit the sources, the generator and each other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from tests.packs.contents import everything

from huitong.apps.overview.shapes import DEPARTMENT_WIDTH, LABEL_WIDTH, fitted
from huitong.engine.declarations.items import CatalogItem
from huitong.engine.declarations.pack import Pack
from huitong.engine.declarations.sources import Link
from huitong.engine.standards import Standards, rules_of
from huitong.packs.demo.generator.objects import SourceObject, source_objects
from huitong.packs.demo.generator.truth_counts import LEGAL_PERSONS, POPULATION, REJECTING


def _linked(pack: Pack) -> list[tuple[CatalogItem, Link, SourceObject]]:
    held = {item.table: item for item in source_objects()}
    return [(item, item.link, held[item.table]) for item in pack.items if item.link]


def test_every_object_is_an_item_and_every_item_is_linked(pack: Pack) -> None:
    assert {item.table for item in pack.items} == {item.table for item in source_objects()}
    assert len(_linked(pack)) == len(pack.items)


def test_links_lead_to_the_objects(pack: Pack) -> None:
    sources = {source.code: source for source in pack.sources}
    for item, link, held in _linked(pack):
        location = sources[link.source].location
        found = {
            "sqlite": (location, link.object),
            "csv": (f"{location}/{link.object}", ""),
            "xlsx": tuple(f"{location}/{link.object}".split("#")),
            "html": (location.replace("${city_web}", "${home}/city/web"), held.object),
        }[sources[link.source].kind]
        assert found == (f"${{home}}/city/{held.file}", held.object), item.code


def test_declared_columns_are_the_columns_at_the_source(pack: Pack, home: Path) -> None:
    columns = {table: header for table, (header, _) in everything(home).items()}
    for item, link, _ in _linked(pack):
        assert tuple(field.column for field in item.fields) == columns[item.table], item.code
        assert {*link.key, *([link.watermark] if link.watermark else [])} <= set(columns[item.table])
        assert len({field.std_name for field in item.fields}) == len(item.fields)


def test_databases_are_collected_by_watermark(pack: Pack) -> None:
    for _, link, held in _linked(pack):
        assert (link.mode == "incremental") == (held.medium == "db")


def test_the_standards_understand_every_item(pack: Pack) -> None:
    standards = Standards.of(pack.elements, pack.codelists)
    for item, _, held in _linked(pack):
        rejecting = {
            reason.kind for rule in rules_of(item, standards) for reason in rule.reasons if reason.severity == "reject"
        }
        assert {REJECTING[kind] for kind in held.dirt if kind in REJECTING} <= rejecting, item.code


def test_titles_are_in_both_languages(pack: Pack) -> None:
    own = {organisation.code for organisation in pack.organisations}
    assert all(source.title_en for source in pack.sources)
    for one in (*pack.items, *pack.libraries, *pack.services):
        assert one.title and one.title_en and one.abstract and one.abstract_en, one.code
    for grant in pack.grants:
        assert grant.purpose and grant.purpose_en and grant.legal_basis and grant.legal_basis_en
    for item in pack.items:
        for name in ("sharing_condition", "sharing_basis", "open_condition"):
            assert bool(getattr(item, name)) == bool(getattr(item, f"{name}_en")), (item.code, name)
    assert all(organisation.short and organisation.short_en for organisation in pack.organisations)
    assert {item.provider for item in pack.items} <= own


def test_names_fit_into_the_flow(pack: Pack) -> None:
    departments = [name for one in pack.organisations for name in (one.short, one.short_en)]
    others = [name for one in (*pack.services, *pack.libraries) for name in (one.title, one.title_en)]
    for names, width in ((departments, DEPARTMENT_WIDTH), (others, LABEL_WIDTH)):
        assert [name for name in names if fitted(name, width) != name] == []


def test_the_truth_counts_what_the_libraries_are_made_of(pack: Pack) -> None:
    made_of = {library.code: {source.table for source in library.sources} for library in pack.libraries}
    assert made_of == {"population": set(POPULATION), "legal_person": set(LEGAL_PERSONS)}


def test_the_citizen_lives_in_the_city(pack: Pack, truth: duckdb.DuckDBPyConnection) -> None:
    (citizen,) = (user for user in pack.users if user.role == "citizen")
    ((name, i),) = truth.execute("SELECT name, i FROM person WHERE id_number = $1", [citizen.person]).fetchall()
    assert name == citizen.name
    assert truth.execute("SELECT kind FROM dirt WHERE number = $1 AND kind LIKE 'id_%'", [i]).fetchall() == []
    roles = {user.role for user in pack.users}
    assert roles == {"bureau", "data_officer", "developer", "citizen", "leader"}


def test_grants_show_every_kind_of_limit(pack: Pack) -> None:
    today = date.today().isoformat()
    assert any(grant.valid_to < today for grant in pack.grants)
    assert any(grant.row_filter for grant in pack.grants)
    assert any(0 < grant.quota < 100 for grant in pack.grants)
    assert any(grant.kinds == ("verify",) for grant in pack.grants)
    assert any(set(grant.fields) < set(service.fields) for grant in pack.grants for service in pack.services)


@pytest.mark.parametrize("kind", ["organisations", "systems", "sources", "items", "services", "apps", "grants"])
def test_enough_of_everything(pack: Pack, kind: str) -> None:
    least = {"organisations": 28, "systems": 30, "sources": 25, "items": 40, "services": 8, "apps": 6, "grants": 12}
    assert len(getattr(pack, kind)) >= least[kind]
