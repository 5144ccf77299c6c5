"""From an approved application to a grant, in the approval's transaction; a service is made where there is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec

from huitong.apps.accounts.models import User
from huitong.apps.accounts.services import system_user
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.cases.models import Case
from huitong.apps.catalog.selectors import item_by_code
from huitong.apps.collection.services import queue_run
from huitong.apps.demand.applying import asked_of
from huitong.apps.demand.offers import offer_of
from huitong.apps.demand.specs import Asked, Offer
from huitong.apps.labels import label
from huitong.apps.sharing.models import Grant, Service
from huitong.apps.sharing.narrowing import widened
from huitong.apps.sharing.services import put_grant, put_service
from huitong.engine.declarations import sharing
from huitong.foundation import clock
from huitong.foundation.errors import HuitongError, Terminal


def is_unconditional(viewer: Viewer, case: Case) -> bool:
    """Tell whether a case asks for what is shared without condition; not where it was removed since."""
    try:
        return offer_of(viewer, case.subject_kind, case.subject_key).sharing_type == "unconditional"
    except HuitongError:
        return False


def is_conditional(viewer: Viewer, case: Case) -> bool:
    """Tell whether a case needs its provider's answer."""
    return not is_unconditional(viewer, case)


def check_unconditional(user: User, case: Case, answers: Mapping[str, object]) -> None:  # noqa: ARG001 - a guard
    """Only what is shared without condition is granted by the bureau alone."""
    if offer_of(user, case.subject_kind, case.subject_key).sharing_type != "unconditional":
        raise Terminal("demand.not_unconditional", number=case.number)


def check_conditional(user: User, case: Case, answers: Mapping[str, object]) -> None:  # noqa: ARG001 - a guard
    """What is shared without condition needs no answer of its provider."""
    if offer_of(user, case.subject_kind, case.subject_key).sharing_type == "unconditional":
        raise Terminal("demand.is_unconditional", number=case.number)


def check_terms(user: User, case: Case, answers: Mapping[str, object]) -> None:
    """An approval gives what was asked, or less.

    Raises:
        Terminal: ``demand.gives_more``, ``demand.field_not_offered``, ``demand.bad_period``.
    """
    offer = offer_of(user, case.subject_kind, case.subject_key)
    asked = asked_of(case.data)
    given = _grant(offer, asked, case, {**case.data, **answers})
    part = widened(_grant(offer, asked, case, {}), given)
    if part:
        raise Terminal("demand.gives_more", number=case.number, part=label("grant_part", part).text)
    strange = [one.field for one in given.row_filter if one.field not in offer.names]
    key = str(answers.get("lookup_key", ""))
    strange += [key] if key and key not in offer.names else []
    if strange:
        raise Terminal("demand.field_not_offered", field=strange[0], title=offer.title)
    if dt.date.fromisoformat(given.valid_to) <= clock.beijing_today() or given.valid_to < (given.valid_from or ""):
        raise Terminal("demand.bad_period", until=given.valid_to, latest=asked.until)


def grant_application(user: User, case: Case) -> Grant:
    """Make the grant that an application was approved with, and what serves it. Called as the case becomes granted."""
    offer = offer_of(user, case.subject_kind, case.subject_key)
    service, changed = _served(user, offer, case)
    spec = msgspec.structs.replace(_grant(offer, asked_of(case.data), case, case.data), service=service.code)
    grant = put_grant(user, spec=spec)
    if changed:
        queue_run(system_user(), kind="publish", target=service.table)
    return grant


def _grant(offer: Offer, asked: Asked, case: Case, terms: Mapping[str, object]) -> sharing.Grant:
    """What is asked for, as far as ``terms`` agree to it. A grant that is renewed keeps its code and its beginning."""
    renewed = Grant.objects.filter(code=asked.renews).first() if asked.renews else None
    before = renewed.as_spec() if renewed else None
    begins = before.valid_from if before else max(asked.since, clock.beijing_today().isoformat())
    agreed = "granted_fields" in terms
    order = [field.name for field in offer.fields]
    fields = _names(terms["granted_fields"]) if agreed else asked.fields
    clear = _names(terms.get("granted_clear", ())) if agreed else asked.clear
    return sharing.Grant(
        code=asked.renews or f"G-{case.number.partition('-')[2]}",
        app=asked.app,
        service=offer.service,
        purpose=asked.purpose,
        purpose_en=before.purpose_en if before and before.purpose == asked.purpose else "",
        legal_basis=asked.legal_basis,
        legal_basis_en=before.legal_basis_en if before and before.legal_basis == asked.legal_basis else "",
        fields=tuple(sorted(fields, key=order.index)) if set(fields) <= set(order) else tuple(fields),
        clear=tuple(clear),
        row_filter=_rows(terms),
        kinds=_names(terms["granted_kinds"]) if agreed else asked.kinds,  # type: ignore[arg-type]
        quota=int(str(terms["granted_quota"])) if agreed else asked.volume,
        valid_from=begins,
        valid_to=str(terms["granted_until"]) if agreed else asked.until,
    )


def _names(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()


def _rows(terms: Mapping[str, object]) -> tuple[sharing.RowFilter, ...]:
    field, text = str(terms.get("filter_field", "")), str(terms.get("filter_values", ""))
    values = tuple(one.strip() for one in text.replace("，", ",").split(",") if one.strip())
    return (sharing.RowFilter(field=field, values=values),) if field and values else ()


def _served(user: User, offer: Offer, case: Case) -> tuple[Service, bool]:
    """The service that answers, made or widened to what is granted where needed; and whether it was."""
    wanted = asked_of(case.data).fields
    known = Service.objects.filter(code=offer.service).first() if offer.service else None
    if known is not None:
        spec = known.as_spec()
        missing = tuple(name for name in wanted if name not in spec.fields)
        if not missing:
            return known, False
        return put_service(user, spec=msgspec.structs.replace(spec, fields=(*spec.fields, *missing))), True
    item = item_by_code(offer.key)
    key = str(case.data.get("lookup_key", "")) or offer.lookup_key
    return put_service(user, spec=_new_service(item.as_spec().title_en, offer, key, item.table)), True


def _new_service(title_en: str, offer: Offer, key: str, table: str) -> sharing.Service:
    item = item_by_code(offer.key)
    return sharing.Service(
        code=offer.key.lower(),
        title=item.title,
        title_en=title_en,
        provider=offer.provider,
        table=f"std.{table}",
        key=key,
        fields=tuple(field.name for field in offer.fields),
        kinds=offer.kinds,
        items=(offer.key,),
        abstract=item.abstract,
        abstract_en=item.as_spec().abstract_en,
    )
