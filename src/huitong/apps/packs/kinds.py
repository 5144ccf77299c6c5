"""The kinds of things a pack declares: what is stored of each, and which services change it. In order of dependency."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from huitong.apps.accounts import selectors as accounts
from huitong.apps.accounts import services as accounts_services
from huitong.apps.accounts.models import Organisation, System, User
from huitong.apps.assessment import selectors as assessment
from huitong.apps.assessment import services as assessment_services
from huitong.apps.assessment.models import Indicator
from huitong.apps.cases import selectors as cases
from huitong.apps.cases import services as cases_services
from huitong.apps.cases.models import CaseType
from huitong.apps.catalog import selectors as catalog
from huitong.apps.catalog import services as catalog_services
from huitong.apps.catalog.models import CatalogItem, CodeList, DataElement
from huitong.apps.collection import selectors as collection
from huitong.apps.collection import services as collection_services
from huitong.apps.collection.models import Source
from huitong.apps.declared import digest_of
from huitong.apps.demand import selectors as demand
from huitong.apps.demand import services as demand_services
from huitong.apps.demand.models import Authority, Remit
from huitong.apps.libraries import selectors as libraries
from huitong.apps.libraries import services as libraries_services
from huitong.apps.libraries.models import Library
from huitong.apps.sharing import selectors as sharing
from huitong.apps.sharing import services as sharing_services
from huitong.apps.sharing.models import ConsumerApp, Grant, Service
from huitong.engine.declarations.spec import Spec


@dataclass(frozen=True)
class Stored:
    """What is known of a stored thing without reading its declaration."""

    digest: str
    secret: str = ""
    """Keyed digest of a declared password or secret."""


@dataclass(frozen=True)
class Kind:
    """One kind. ``Any`` stands for the kind's own spec: the table below keeps them apart."""

    name: str
    """Field of :class:`huitong.engine.declarations.pack.Pack`."""
    code: Callable[[Any], str]
    stored: Callable[[], dict[str, Stored]]
    put: Callable[[User, Any], object]
    remove: Callable[[User, str], object]
    declared: Callable[[], tuple[Spec, ...]]
    public: Callable[[Any], Spec] = lambda spec: spec
    """The spec without its secret."""
    secret: Callable[[Any], str] = lambda _: ""


def _digests(rows: QuerySet[Any], code: str = "code") -> dict[str, Stored]:
    return {name: Stored(digest) for name, digest in rows.values_list(code, "digest")}


def _users() -> dict[str, Stored]:
    rows = User.objects.filter(is_active=True).exclude(login=accounts.SYSTEM_LOGIN)
    return {login: Stored(*rest) for login, *rest in rows.values_list("login", "digest", "declared_password")}


def _apps() -> dict[str, Stored]:
    rows = ConsumerApp.objects.values_list("code", "digest", "declared_secret")
    return {code: Stored(*rest) for code, *rest in rows}


KINDS: tuple[Kind, ...] = (
    Kind(
        name="organisations",
        code=lambda spec: spec.code,
        stored=lambda: _digests(Organisation.objects.all()),
        put=lambda user, spec: accounts_services.put_organisation(user, spec=spec),
        remove=lambda user, code: accounts_services.remove_organisation(user, code=code),
        declared=accounts.declared_organisations,
    ),
    Kind(
        name="systems",
        code=lambda spec: spec.code,
        stored=lambda: _digests(System.objects.all()),
        put=lambda user, spec: accounts_services.put_system(user, spec=spec),
        remove=lambda user, code: accounts_services.remove_system(user, code=code),
        declared=accounts.declared_systems,
    ),
    Kind(
        name="users",
        code=lambda spec: spec.login,
        stored=_users,
        put=lambda user, spec: accounts_services.put_user(user, spec=spec),
        remove=lambda user, code: accounts_services.deactivate_user(user, login=code),
        declared=accounts.declared_users,
        public=accounts_services.without_password,
        secret=accounts_services.password_digest,
    ),
    Kind(
        name="codelists",
        code=lambda spec: spec.name,
        stored=lambda: _digests(CodeList.objects.all(), "name"),
        put=lambda user, spec: catalog_services.put_codelist(user, spec=spec),
        remove=lambda user, code: catalog_services.remove_codelist(user, name=code),
        declared=catalog.declared_codelists,
    ),
    Kind(
        name="elements",
        code=lambda spec: spec.name,
        stored=lambda: _digests(DataElement.objects.all(), "name"),
        put=lambda user, spec: catalog_services.put_element(user, spec=spec),
        remove=lambda user, code: catalog_services.remove_element(user, name=code),
        declared=catalog.declared_elements,
    ),
    Kind(
        name="sources",
        code=lambda spec: spec.code,
        stored=lambda: _digests(Source.objects.all()),
        put=lambda user, spec: collection_services.put_source(user, spec=spec),
        remove=lambda user, code: collection_services.remove_source(user, code=code),
        declared=collection.declared_sources,
    ),
    Kind(
        name="items",
        code=lambda spec: spec.code,
        stored=lambda: _digests(CatalogItem.objects.current()),
        put=lambda user, spec: catalog_services.put_item(user, spec=spec),
        remove=lambda user, code: catalog_services.cancel_item(user, code=code),
        declared=catalog.declared_items,
    ),
    Kind(
        name="libraries",
        code=lambda spec: spec.code,
        stored=lambda: _digests(Library.objects.all()),
        put=lambda user, spec: libraries_services.put_library(user, spec=spec),
        remove=lambda user, code: libraries_services.remove_library(user, code=code),
        declared=libraries.declared_libraries,
    ),
    Kind(
        name="services",
        code=lambda spec: spec.code,
        stored=lambda: _digests(Service.objects.all()),
        put=lambda user, spec: sharing_services.put_service(user, spec=spec),
        remove=lambda user, code: sharing_services.remove_service(user, code=code),
        declared=sharing.declared_services,
    ),
    Kind(
        name="apps",
        code=lambda spec: spec.code,
        stored=_apps,
        put=lambda user, spec: sharing_services.put_app(user, spec=spec),
        remove=lambda user, code: sharing_services.remove_app(user, code=code),
        declared=sharing.declared_apps,
        public=sharing_services.without_secret,
        secret=sharing_services.secret_digest,
    ),
    Kind(
        name="grants",
        code=lambda spec: spec.code,
        stored=lambda: _digests(Grant.objects.exclude(state=Grant.State.REVOKED)),
        put=lambda user, spec: sharing_services.put_grant(user, spec=spec),
        remove=lambda user, code: sharing_services.withdraw_grant(user, code=code),
        declared=sharing.declared_grants,
    ),
    Kind(
        name="case_types",
        code=lambda spec: spec.code,
        stored=lambda: _digests(CaseType.objects.all()),
        put=lambda user, spec: cases_services.put_case_type(user, spec=spec),
        remove=lambda user, code: cases_services.remove_case_type(user, code=code),
        declared=cases.declared_case_types,
    ),
    Kind(
        name="indicators",
        code=lambda spec: spec.code,
        stored=lambda: _digests(Indicator.objects.all()),
        put=lambda user, spec: assessment_services.put_indicator(user, spec=spec),
        remove=lambda user, code: assessment_services.remove_indicator(user, code=code),
        declared=assessment.declared_indicators,
    ),
    Kind(
        name="authorities",
        code=lambda spec: spec.element,
        stored=lambda: _digests(Authority.objects.all(), "element__name"),
        put=lambda user, spec: demand_services.put_authority(user, spec=spec),
        remove=lambda user, code: demand_services.remove_authority(user, code=code),
        declared=demand.declared_authorities,
    ),
    Kind(
        name="remits",
        code=lambda spec: spec.organisation,
        stored=lambda: _digests(Remit.objects.all(), "organisation__code"),
        put=lambda user, spec: demand_services.put_remit(user, spec=spec),
        remove=lambda user, code: demand_services.remove_remit(user, code=code),
        declared=demand.declared_remits,
    ),
)
"""A pack is applied in this order and taken away in the opposite one."""


def specs_of(pack_part: Iterable[Spec], kind: Kind) -> dict[str, Spec]:
    """Return the declared specs of a kind by code, in declared order."""
    return {kind.code(spec): spec for spec in pack_part}


def is_current(kind: Kind, spec: Spec, known: Stored) -> bool:
    """Tell whether what is stored is what ``spec`` declares, its secret included."""
    secret = kind.secret(spec)
    return digest_of(kind.public(spec)) == known.digest and (not secret or secret == known.secret)
