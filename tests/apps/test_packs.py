"""Applying, planning and exporting packs."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from tests.apps.town import GRANT, ORGANISATIONS, PACK, PERSON, UNLINKED

from huitong.apps.accounts.models import Organisation, System, User
from huitong.apps.catalog.models import CatalogItem, CodeList, DataElement
from huitong.apps.collection.models import Source
from huitong.apps.collection.selectors import source_list
from huitong.apps.collection.services import bind_variables
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.libraries.models import Library
from huitong.apps.packs.models import AppliedPack
from huitong.apps.packs.selectors import export_pack, plan_pack
from huitong.apps.packs.services import apply_pack
from huitong.apps.sharing.models import ConsumerApp, Grant, Service
from huitong.engine.declarations.pack import Pack
from huitong.engine.declarations.people import Organisation as OrganisationSpec
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
replace = msgspec.structs.replace


def without_secrets(pack: Pack) -> Pack:
    """What of a pack may be exported."""
    return replace(
        pack,
        users=tuple(replace(user, password="") for user in pack.users),
        apps=tuple(replace(app, secret="") for app in pack.apps),
    )


def test_export_is_what_was_applied(town: Path) -> None:
    assert export_pack() == without_secrets(PACK)


def test_first_plan_is_all_new_in_declared_order(town: Path) -> None:
    for model in (Grant, ConsumerApp, Service, Library, CatalogItem, Source, DataElement, CodeList, User, System):
        model.objects.all().delete()
    for row in Organisation.objects.order_by("-path"):
        row.delete()
    AppliedPack.objects.all().delete()
    plan = plan_pack(PACK)
    assert {change.sign for change in plan.changes} == {"+"}
    assert plan.changes[0].kind == "organisations" and plan.changes[0].code == "town"
    assert plan.count("+") == sum(
        len(getattr(PACK, name)) for name in PACK.__struct_fields__ if name not in ("name", "title", "title_en")
    )
    assert not Organisation.objects.exists(), "planning writes nothing"


def test_applying_again_changes_nothing(town: Path, system: User) -> None:
    entries = AuditEntry.objects.count()
    versions = list(CatalogItem.objects.values_list("code", "version"))
    assert apply_pack(system, PACK).changes == ()
    assert AuditEntry.objects.count() == entries
    assert list(CatalogItem.objects.values_list("code", "version")) == versions


def test_changes_are_planned_and_made(town: Path, system: User) -> None:
    changed = replace(
        PACK,
        items=(replace(PERSON, title="常住人口", abstract="新"), replace(UNLINKED, code="HR-02", table="hr_two")),
        services=PACK.services,
        grants=(replace(GRANT, quota=5),),
    )
    plan = plan_pack(changed)
    found = {(change.sign, change.kind, change.code): change.fields for change in plan.changes}
    assert found == {
        ("~", "items", "POLICE-01"): ("title", "abstract"),
        ("+", "items", "HR-02"): (),
        ("~", "grants", "hr-resident"): ("quota",),
        ("-", "items", "HR-01"): (),
        ("-", "items", "CENTRE-01"): (),
        ("-", "grants", "police-insurance"): (),
    }
    assert apply_pack(system, changed) == plan
    assert CatalogItem.objects.get(code="POLICE-01").version == 2
    assert CatalogItem.objects.get(code="CENTRE-01").state == "cancelled"
    assert Grant.objects.get(code="police-insurance").state == "revoked"
    assert export_pack().items == changed.items
    assert plan_pack(changed).changes == ()


def test_what_pages_made_stays(town: Path, system: User) -> None:
    water = OrganisationSpec(code="water", title="水务局", title_en="Water")
    extra = Pack(name="extra", organisations=(water,))
    apply_pack(system, extra)
    assert plan_pack(PACK).changes == ()
    apply_pack(system, replace(extra, organisations=()))
    assert not Organisation.objects.filter(code="water").exists()
    assert Organisation.objects.count() == len(ORGANISATIONS)


def test_a_pack_that_fails_changes_nothing(town: Path, system: User) -> None:
    before = export_pack()
    broken = replace(PACK, organisations=(*ORGANISATIONS[:3], replace(ORGANISATIONS[3], title="改名")))
    with pytest.raises(Terminal) as error:
        apply_pack(system, broken)
    assert error.value.code == "accounts.organisation_in_use"
    assert "CENTRE-01" not in str(error.value) or "centre" in str(error.value)
    assert export_pack() == before


def test_removed_and_declared_again(town: Path, system: User) -> None:
    fewer = replace(PACK, users=PACK.users[:-1], grants=())
    apply_pack(system, fewer)
    assert not User.objects.get(login="citizen").is_active
    back = plan_pack(PACK)
    assert {(change.sign, change.code) for change in back.changes} == {
        ("+", "citizen"),
        ("+", "hr-resident"),
        ("+", "police-insurance"),
    }
    apply_pack(system, PACK)
    assert User.objects.get(login="citizen").is_active
    assert Grant.objects.get(code="hr-resident").state == "active"


def test_only_the_bureau_applies(town: Path) -> None:
    with pytest.raises(Terminal) as error:
        apply_pack(User.objects.get(login="police"), PACK)
    assert error.value.code == "people.not_allowed"


def test_secrets_are_kept_as_hashes_only(town: Path) -> None:
    user = User.objects.get(login="bureau")
    assert user.check_password("town-password-1")
    app = ConsumerApp.objects.get(code="hr-app")
    from huitong.foundation.hashing import verify_secret

    assert verify_secret("town-app-secret-1", app.secret_hash)
    for row in (user, app, *AuditEntry.objects.all()):
        assert "town-password-1" not in str(vars(row)) and "town-app-secret-1" not in str(vars(row))


def test_locations_are_shown_without_passwords(system: User, town: Path) -> None:
    pack = replace(
        PACK,
        sources=(
            *PACK.sources,
            replace(
                PACK.sources[0],
                code="secret",
                kind="mysql",
                location="mysql://reader:hunter2@db.example:3306/people?ssl=1",
            ),
        ),
    )
    apply_pack(system, pack)
    row = Source.objects.get(code="secret")
    assert row.shown == "mysql://db.example:3306/people"
    assert not AuditEntry.objects.filter(after__icontains="hunter2").exists()
    assert settings.HUITONG.secret == "test-secret"


def test_places_of_sources_are_shown_as_a_reader_understands_them(system: User, town: Path) -> None:
    addresses = {"home": "${home}/city/people.db", "web": "${site}/air.html?k=1", "dsn": "mysql://${PW}@db:3306/x",
                 "folder": "${data}/a/b.csv", "unknown": "${elsewhere}/b.csv"}  # fmt: skip
    sources = tuple(replace(PACK.sources[0], code=code, location=place) for code, place in addresses.items())
    apply_pack(system, replace(PACK, sources=(*PACK.sources, *sources)))
    bind_variables(codes=addresses, variables={"site": "https://me:secret@air.example/now", "data": "/srv/x"})
    shown = {row.code: row.place for row in Source.objects.filter(code__in=addresses)}
    assert shown == {
        "home": "city/people.db",
        "web": "https://air.example/now/air.html",
        "dsn": "mysql://db:3306/x",
        "folder": "a/b.csv",
        "unknown": "${elsewhere}/b.csv",
    }
    assert {row.shown for row in source_list(system)} >= set(shown.values())
