"""What a declaration says in English, pages say to those who read English."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.test import Client
from django.utils import translation
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.demand_town import apply_for, set_up
from tests.apps.pages import shown_text
from tests.apps.test_ledger import evidence, write
from tests.apps.town import GRANT, INSURED

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.services import put_organisation
from huitong.apps.assessment.row_words import RowWords
from huitong.apps.catalog.services import put_item
from huitong.apps.collection.models import Source
from huitong.apps.collection.services import put_source
from huitong.apps.ledger.models import EvidenceRecord
from huitong.apps.ledger.services import import_evidence
from huitong.apps.sharing.services import put_grant

pytestmark = pytest.mark.django_db
Open = Callable[[str], Client]
ENGLISH = {"accept-language": "en"}


def text_of(client: Client, path: str, *, english: bool = True) -> str:
    page = client.get(path, headers=ENGLISH if english else {})
    assert page.status_code == 200, path
    return shown_text(HTMLParser(page.text))


def test_conditions_are_read_in_the_language_of_the_reader(
    as_user: Open, user: Callable[[str], User], town: Path
) -> None:
    said = {"sharing_condition": "须说明用途", "open_condition": "遮盖姓名"}
    in_english = {"sharing_condition_en": "State the purpose", "open_condition_en": "Names are masked"}
    spec = msgspec.structs.replace(INSURED, open_to_public=True, sharing_type="conditional", **said, **in_english)
    put_item(user("bureau"), spec=spec)
    places = {
        "/items/CENTRE-01/": ("sharing_condition", "open_condition"),
        "/apply/item/CENTRE-01/": ("sharing_condition",),
        "/open/CENTRE-01/": ("open_condition",),
    }
    for path, names in places.items():
        for name in names:
            english, chinese = text_of(as_user("developer"), path), text_of(as_user("developer"), path, english=False)
            assert in_english[f"{name}_en"] in english and said[name] not in english, (path, name)
            assert said[name] in chinese and in_english[f"{name}_en"] not in chinese, (path, name)


def test_a_law_that_withholds_data_is_read_in_english(as_user: Open, user: Callable[[str], User], town: Path) -> None:
    put_item(
        user("bureau"),
        spec=msgspec.structs.replace(
            INSURED, sharing_type="none", sharing_basis="某法第一条", sharing_basis_en="Law X, 1"
        ),
    )
    for path in ("/items/CENTRE-01/", "/responsibilities/centre/"):
        page = text_of(as_user("bureau"), path)
        assert "Law X, 1" in page and "某法第一条" not in page, path


def test_departments_have_short_names_in_english(as_user: Open, user: Callable[[str], User], town: Path) -> None:
    centre = Organisation.objects.get(code="centre")
    assert centre.short_en == "" and "Insurance Centre" in text_of(as_user("bureau"), "/items/")
    put_organisation(user("bureau"), spec=msgspec.structs.replace(centre.as_spec(), short_en="Insurance"))
    page = text_of(as_user("bureau"), "/items/")
    assert "Insurance" in page and "Insurance Centre" not in page
    form = as_user("bureau").get("/organisations/centre/edit/", headers=ENGLISH)
    assert form.context["form"].initial["short_en"] == "Insurance"


def test_sources_have_english_names(as_user: Open, user: Callable[[str], User], town: Path) -> None:
    spec = Source.objects.get(code="police-db").as_spec()
    put_source(user("bureau"), spec=msgspec.structs.replace(spec, title_en="Household database"))
    for path in ("/compile/scan/", "/compile/scan/police-db/", "/items/POLICE-01/"):
        page = text_of(as_user("bureau"), path)
        assert "Household database" in page and spec.title not in page, path


def test_cases_that_services_open_have_english_titles_everywhere(
    as_user: Open, user: Callable[[str], User], town: Path
) -> None:
    set_up()
    case = apply_for(user("developer"))
    path = f"/applications/{case.number}/"
    assert "To use “Resident query”" in text_of(as_user("bureau"), path)
    assert case.title in text_of(as_user("bureau"), path, english=False)
    fact = {"kind": "case", "key": case.number, "title": case.title, "services": "人口信息查询、从前的服务"}
    past = {"kind": "case", "key": "YS-2020-000001", "title": case.type.title}
    words = RowWords()
    with translation.override("en"):
        words.learn([fact, past])
        assert (words.title(fact), words.title(past)) == ("To use “Resident query”", case.type.title_en)
        assert words.value("services", fact["services"]) == "Resident query, 从前的服务"
        assert words.title({"kind": "item", "key": "X", "title": case.title}) == case.title
    chinese = RowWords()
    chinese.learn([fact, past])
    assert chinese.title(fact) == case.title and chinese.value("services", fact["services"]) == fact["services"]


def test_the_law_behind_a_grant_is_read_in_english(
    as_user: Open, user: Callable[[str], User], town: Path, home: Path
) -> None:
    put_grant(
        user("bureau"), spec=msgspec.structs.replace(GRANT, legal_basis="某条例第二条", legal_basis_en="Rule Y, 2")
    )
    for path in ("/grants/", f"/grants/{GRANT.code}/"):
        assert "Rule Y, 2" in text_of(as_user("bureau"), path), path
    write(home, evidence(legal_basis="某条例第二条"), evidence(legal_basis="另一条例"))
    import_evidence()
    for record in EvidenceRecord.objects.all():
        page = text_of(as_user("bureau"), f"/evidence/{record.hash}/")
        told = "Rule Y, 2" if record.legal_basis == "某条例第二条" else "另一条例"
        assert told in page, "what the grant said at the time stands, in English only where it is the same"
