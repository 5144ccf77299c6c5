"""Specs in their columns: parsed when asked for, written back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db.models import F

from huitong.apps.catalog.models import CatalogItem
from huitong.apps.declared import SpecText, stored
from huitong.apps.sharing.models import Service

pytestmark = pytest.mark.django_db


def test_a_spec_is_a_text_until_it_is_asked_for(town: Path) -> None:
    row = CatalogItem.objects.get(code="POLICE-01")
    assert isinstance(row.spec, SpecText)
    assert row.as_spec().code == "POLICE-01" and row.as_spec() == row.as_spec()
    assert isinstance(CatalogItem.objects.select_related("provider").get(pk=row.pk).provider.spec, SpecText)


def test_what_was_read_is_written_back_as_json(town: Path) -> None:
    row = Service.objects.get(code="resident")
    spec = row.as_spec()
    row.save()
    assert Service.objects.get(pk=row.pk).as_spec() == spec
    Service.objects.bulk_update([Service.objects.get(pk=row.pk)], ["spec", "digest"])
    assert Service.objects.get(pk=row.pk).as_spec() == spec
    other = Service.objects.get(code="insurance")
    other.spec = Service.objects.get(pk=row.pk).spec
    other.save()
    assert Service.objects.get(code="insurance").as_spec() == spec
    assert Service.objects.filter(spec__code="resident").count() == 2, "a JSON object, no text of one"


def test_parts_of_a_spec_are_plain(town: Path) -> None:
    rows = Service.objects.filter(code="resident")
    (code,) = rows.values_list("spec__code", flat=True)
    (named,) = rows.annotate(named=F("spec__code")).values_list("named", flat=True)
    assert code == named == "resident"
    row = rows.get()
    row.set_spec(row.as_spec())
    assert row.spec == stored(row.as_spec()), "as set, before it is read again"
