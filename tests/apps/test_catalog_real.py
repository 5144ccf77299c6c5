"""The catalog on real names: departments and power items as governments publish them, found, scanned, exported."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from huitong.apps.accounts.models import User
from huitong.apps.accounts.services import put_organisation
from huitong.apps.catalog.checking import check_item, surroundings
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.scanning import scan_object, scan_source
from huitong.apps.catalog.selectors import item_list
from huitong.apps.catalog.services import put_element, put_item
from huitong.apps.catalog.sheet_lines import register
from huitong.apps.catalog.sheet_reading import read_workbook
from huitong.apps.catalog.sheet_writing import workbook_of
from huitong.apps.catalog.specs import ItemFilter
from huitong.apps.collection.services import put_source
from huitong.engine.declarations.items import CatalogItem as Item
from huitong.engine.declarations.items import ItemField
from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.people import Organisation
from huitong.engine.declarations.sources import Source

pytestmark = [pytest.mark.django_db, pytest.mark.realdata]
FIELDS = (ItemField(column="item_code", element="matter_code"), ItemField(column="item_name", element="matter_name"))


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def published(data_folder: Path, system: User) -> list[Item]:
    """An item of every real department that the folder names."""
    for spec in load_pack("standards").elements:
        if spec.name in ("matter_code", "matter_name", "organisation_code"):
            put_element(system, spec=spec)
    specs = []
    names = dict.fromkeys(row["name"].strip() for row in rows_of(data_folder / "divisions/gov_departments_sites.csv"))
    for number, name in enumerate(names):
        put_organisation(system, spec=Organisation(code=f"d{number}", title=name, title_en=f"Department {number}"))
        spec = Item(
            code=f"D-{number:03d}",
            title=f"{name}权责清单",
            title_en=f"Powers of department {number}",
            provider=f"d{number}",
            table=f"powers_{number}",
            classification="303001",
            abstract=f"{name}依法行使的行政职权事项。",
            sharing_type="unconditional",
            fields=FIELDS,
        )
        put_item(system, spec=spec)
        specs.append(spec)
    return specs


def test_real_departments_are_found_by_pinyin(published: list[Item], system: User) -> None:
    assert len(published) > 60
    for text, title in (
        ("jiaoyubu", "教育部"),
        ("jyb", "教育部"),
        ("国家发展和改革", "国家发展和改革委员会"),
        ("wjb", "外交部"),
    ):
        found = [row.title for row in item_list(system, ItemFilter(text=text), size=500).rows]
        assert any(one.startswith(title) for one in found), (text, found[:5])
    assert len({row.resource_code for row in CatalogItem.objects.all()}) == len(published)


def test_real_departments_come_back_from_excel(published: list[Item]) -> None:
    known = register()
    current = {row.code: row.as_spec() for row in CatalogItem.objects.all()}
    read = read_workbook(workbook_of(published, known), known, current.get)
    assert [one.problems for one in read if one.problems] == [] and [one.spec for one in read] == published
    around = surroundings()
    assert not {one.code for spec in published for one in check_item(spec, around)} & {
        "title_punctuation",
        "title_taken",
    }


def test_real_power_items_are_recognised(published: list[Item], data_folder: Path, system: User) -> None:
    folder = data_folder / "divisions"
    put_source(
        system, spec=Source(code="powers", title="权责清单", organisation="d0", kind="csv", location=str(folder))
    )
    assert "liaoning_power_items_24.csv" in {one.name for one in scan_source(system, "powers")}
    scan = scan_object(system, "powers", "liaoning_power_items_24.csv")
    meant = {one.name: one.element for one in scan.columns}
    assert (meant["item_code"], meant["item_name"]) == ("matter_code", "matter_name")
    assert scan.rows == 24 and scan.spec.link is not None and scan.spec.link.key == ("item_code",)
