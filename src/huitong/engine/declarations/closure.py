"""A pack is closed: codes are unique, and every code that is named is declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from huitong.engine.declarations.case_checks import check_case_type
from huitong.engine.declarations.items import CatalogItem
from huitong.engine.declarations.libraries import Library
from huitong.engine.declarations.pack import Pack
from huitong.foundation.errors import Terminal

Named = tuple[str, str, str]
"""What names (``items/HRSS-01``), the kind of what is named, and the code."""


def check_closure(pack: Pack) -> None:
    """Check codes and references of a whole pack.

    Raises:
        Terminal: ``pack.duplicate``, ``pack.unknown_reference``, ``pack.cycle``; what ``check_case_type`` raises.
    """
    known = _known(pack)
    for kind, codes in known.items():
        twice = [code for code, count in Counter(codes).items() if count > 1]
        if twice:
            raise Terminal("pack.duplicate", kind=kind, code=twice[0])
    sets = {kind: set(codes) for kind, codes in known.items()}
    for where, kind, code in _references(pack):
        if code and code not in sets[kind]:
            raise Terminal("pack.unknown_reference", where=where, kind=kind, code=code)
    for case_type in pack.case_types:
        check_case_type(case_type)
    _check_tree({one.code: one.superior for one in pack.organisations})


def _known(pack: Pack) -> dict[str, list[str]]:
    return {
        "organisations": [one.code for one in pack.organisations],
        "systems": [one.code for one in pack.systems],
        "users": [one.login for one in pack.users],
        "elements": [one.name for one in pack.elements],
        "element codes": [one.code for one in pack.elements],
        "codelists": [one.name for one in pack.codelists],
        "sources": [one.code for one in pack.sources],
        "items": [one.code for one in pack.items],
        "item tables": [one.table for one in pack.items],
        "fields": [f"{item.table}.{field.std_name}" for item in pack.items for field in item.fields],
        "libraries": [one.code for one in pack.libraries],
        "tables": list(_tables(pack)),
        "columns": [column for columns in _columns(pack) for column in columns],
        "services": [one.code for one in pack.services],
        "served fields": [f"{one.code}.{field}" for one in pack.services for field in one.fields],
        "apps": [one.code for one in pack.apps],
        "grants": [one.code for one in pack.grants],
        "authorities": [one.element for one in pack.authorities],
        "remits": [one.organisation for one in pack.remits],
        "case types": [one.code for one in pack.case_types],
        "case number prefixes": [one.prefix for one in pack.case_types],
        "indicators": [one.code for one in pack.indicators],
    }


def _tables(pack: Pack) -> Iterator[str]:
    for item in pack.items:
        yield f"std.{item.table}"
    for library in pack.libraries:
        yield f"base.{library.table}"


def _columns(pack: Pack) -> Iterator[Iterable[str]]:
    for item in pack.items:
        yield (f"std.{item.table}.{field.std_name}" for field in item.fields)
    for library in pack.libraries:
        yield [f"base.{library.table}.{name}" for name in (library.key, *(one.name for one in library.attributes))]


def _references(pack: Pack) -> Iterator[Named]:
    for organisation in pack.organisations:
        yield f"organisations/{organisation.code}", "organisations", organisation.superior
    for system in pack.systems:
        yield f"systems/{system.code}", "organisations", system.organisation
        yield f"systems/{system.code}", "systems", system.successor
    for user in pack.users:
        yield f"users/{user.login}", "organisations", user.organisation
        for post in user.posts:
            yield f"users/{user.login}", "organisations", post.organisation
    for element in pack.elements:
        yield f"elements/{element.name}", "codelists", element.codelist
    for source in pack.sources:
        yield f"sources/{source.code}", "organisations", source.organisation
        yield f"sources/{source.code}", "systems", source.system
    for item in pack.items:
        yield from _of_item(item)
    for library in pack.libraries:
        yield from _of_library(library)
    yield from _of_sharing(pack)
    for authority in pack.authorities:
        yield f"authorities/{authority.element}", "elements", authority.element
        yield f"authorities/{authority.element}", "organisations", authority.organisation
    for remit in pack.remits:
        yield f"remits/{remit.organisation}", "organisations", remit.organisation


def _of_item(item: CatalogItem) -> Iterator[Named]:
    where = f"items/{item.code}"
    yield where, "organisations", item.provider
    yield where, "systems", item.system
    yield from ((where, "items", code) for code in item.related)
    yield from ((where, "elements", field.element) for field in item.fields)
    for rule in item.rules:
        yield f"{where}/rules/{rule.code}", "fields", f"{item.table}.{rule.field}"
    if item.link:
        yield where, "sources", item.link.source


def _of_library(library: Library) -> Iterator[Named]:
    where = f"libraries/{library.code}"
    yield where, "elements", library.key_element
    for source in library.sources:
        yield where, "fields", f"{source.table}.{source.key}"
        yield where, "fields", f"{source.table}.{source.updated}" if source.updated else ""
    for attribute in library.attributes:
        yield f"{where}/{attribute.name}", "elements", attribute.element
        for one in attribute.sources:
            yield f"{where}/{attribute.name}", "fields", f"{one.table}.{one.field}"


def _of_sharing(pack: Pack) -> Iterator[Named]:
    for service in pack.services:
        where = f"services/{service.code}"
        yield where, "organisations", service.provider
        yield where, "tables", service.table
        names = (service.key, service.subject or service.key, *service.fields)
        yield from ((where, "columns", f"{service.table}.{name}") for name in names)
        yield from ((where, "items", code) for code in service.items)
    for app in pack.apps:
        yield f"apps/{app.code}", "organisations", app.organisation
        yield f"apps/{app.code}", "systems", app.system
    for grant in pack.grants:
        where = f"grants/{grant.code}"
        yield where, "apps", grant.app
        yield where, "services", grant.service
        yield from ((where, "served fields", f"{grant.service}.{name}") for name in (*grant.fields, *grant.clear))


def _check_tree(superior: dict[str, str]) -> None:
    for start in superior:
        trail = [start]
        while above := superior[trail[-1]]:
            if above in trail:
                raise Terminal("pack.cycle", what="superior", path=" → ".join((*trail, above)))
            trail.append(above)
