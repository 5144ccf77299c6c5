"""Two saves or two imports at the same moment, each with a connection of its own: none is lost, none is made twice."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.apps.test_cases_together import hold_up, together
from tests.apps.test_catalog_checks import GOOD
from tests.apps.town import PACK

from huitong.apps.accounts.models import User
from huitong.apps.accounts.services import system_user
from huitong.apps.cases.services import put_case_type
from huitong.apps.catalog import drafting, importing
from huitong.apps.catalog.drafting import draft_cancellation, draft_change, save_draft
from huitong.apps.catalog.importing import import_items
from huitong.apps.catalog.models import ItemDraft
from huitong.apps.catalog.sheet_writing import workbook_of
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.packs.services import apply_pack
from huitong.engine.declarations.load import load_pack
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def police(town_folder: Path) -> User:
    """The town, committed; its police's officer."""
    apply_pack(system_user(), PACK, variables={"town": str(town_folder)})
    return User.objects.get(login="police")


def test_of_two_saves_at_once_one_learns_of_the_other(police: User, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = draft_change(police, code="POLICE-01")
    hold_up(monkeypatch, drafting, "_write")

    def save(login: str) -> ItemDraft:
        spec = msgspec.structs.replace(draft.as_spec(), abstract=login)
        return save_draft(User.objects.get(login=login), draft_id=draft.pk, spec=spec, version=1)

    results = together(lambda: save("police"), lambda: save("bureau"))
    (saved,) = (one for one in results if isinstance(one, ItemDraft))
    (late,) = (one for one in results if isinstance(one, Terminal))
    assert late.code == "catalog.draft_changed_meanwhile" and late.parameters["what"] == "摘要"
    draft.refresh_from_db()
    assert draft.as_spec() == saved.as_spec() and draft.version == 2
    assert AuditEntry.objects.filter(action="catalog.save_draft").count() == 1


def test_a_cancellation_begun_beside_a_save_writes_over_nothing(police: User, monkeypatch: pytest.MonkeyPatch) -> None:
    put_case_type(
        system_user(), spec=next(one for one in load_pack("standards").case_types if one.code == "catalog_item")
    )
    draft = draft_change(police, code="POLICE-01")
    hold_up(monkeypatch, drafting, "_write")
    written = msgspec.structs.replace(draft.as_spec(), abstract="写好的摘要")
    results = together(
        lambda: save_draft(police, draft_id=draft.pk, spec=written, version=1),
        lambda: draft_cancellation(User.objects.get(login="bureau"), code="POLICE-01", reason="不再采集"),
    )
    (late,) = (one for one in results if isinstance(one, Terminal))
    draft.refresh_from_db()
    if late.code == "catalog.change_begun":
        assert (draft.kind, draft.as_spec().abstract) == ("change", "写好的摘要")
    else:
        assert (late.code, draft.kind) == ("catalog.draft_closed", "cancel"), "the save was told"


def test_an_import_sent_twice_at_once_drafts_once(police: User, monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook_of((msgspec.structs.replace(GOOD, code="", link=None),))
    hold_up(monkeypatch, importing, "read_workbook")
    reports = together(*[lambda: import_items(police, content=content)] * 2)
    assert sorted(one.drafts[0].outcome for one in reports if not isinstance(one, Terminal)) == ["new", "same"]
    assert ItemDraft.objects.count() == 1
