"""The open catalog as DCAT (W3C DCAT 3, profile DCAT-AP), in Turtle and JSON-LD, at addresses that stay.

Every published item that is open to the public is a ``dcat:Dataset``; its address on the site is its name.
"""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef

from huitong.apps.catalog.classes import ClassNode, classification, lineage
from huitong.apps.catalog.models import CatalogItem, CatalogItemQuerySet, DataElement

FORMATS = {"ttl": ("turtle", "text/turtle"), "jsonld": ("json-ld", "application/ld+json")}
"""Ending of an address: rdflib's name and media type."""
PAGE = 200
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
_EU = "http://publications.europa.eu/resource/authority"
_FREQUENCIES = {
    "realtime": "CONT",
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "monthly": "MONTHLY",
    "quarterly": "QUARTERLY",
    "yearly": "ANNUAL",
    "irregular": "IRREG",
}
_MEDIA = {
    "database": "text/csv",
    "spreadsheet": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "document": "text/html",
    "self_described": "application/json",
    "api": "application/json",
}
_CONTEXT = {
    "dcat": str(DCAT),
    "dct": str(DCTERMS),
    "foaf": str(FOAF),
    "skos": str(SKOS),
    "xsd": str(XSD),
    "hydra": str(HYDRA),
}


def catalog_graph(
    rows: CatalogItemQuerySet, *, site: str, title: tuple[str, str], page: int = 1, ending: str = "ttl"
) -> Graph:
    """Return one page of the catalog, at most :data:`PAGE` datasets. Four queries.

    Args:
        rows: the items to describe.
        site: address of the site without a slash at the end; names are made of it.
        title: of the catalog, Chinese and English.
        page: counted from 1.
        ending: of the file; the next page is of the same kind.
    """
    graph = _new_graph()
    catalog = URIRef(f"{site}/dcat/catalog")
    graph.add((catalog, RDF.type, DCAT.Catalog))
    _texts(graph, catalog, DCTERMS.title, title)
    about = ("向社会开放的政务信息资源目录", "Government information resources that are open to the public")
    _texts(graph, catalog, DCTERMS.description, about)
    for language in ("ZHO", "ENG"):
        graph.add((catalog, DCTERMS.language, URIRef(f"{_EU}/language/{language}")))
    graph.add((catalog, FOAF.homepage, URIRef(f"{site}/items/")))
    root = _agent(graph, f"{site}/organisations/", title)
    graph.add((catalog, DCTERMS.publisher, root))
    total, start = rows.count(), (page - 1) * PAGE
    shown = list(rows.select_related("provider").order_by("code")[start : start + PAGE])
    _paging(graph, catalog, f"{site}/dcat/catalog.{ending}", page, total)
    newest = max((row.updated_at for row in shown), default=None)
    if newest:
        graph.add((catalog, DCTERMS.modified, Literal(newest.date(), datatype=XSD.date)))
    for dataset in _add_items(graph, shown, site):
        graph.add((catalog, DCAT.dataset, dataset))
    return graph


def item_graph(row: CatalogItem, *, site: str) -> Graph:
    """Return one item, read with its provider."""
    graph = _new_graph()
    for dataset in _add_items(graph, [row], site):
        graph.add((URIRef(f"{site}/dcat/catalog"), DCAT.dataset, dataset))
    return graph


def written(graph: Graph, ending: str) -> bytes:
    """Return the graph as a file of the kind that ``ending`` names."""
    name, _media = FORMATS[ending]
    if name == "json-ld":
        return graph.serialize(format=name, context=_CONTEXT, encoding="utf-8")
    return graph.serialize(format=name, encoding="utf-8")


def _new_graph() -> Graph:
    graph = Graph()
    for prefix, space in _CONTEXT.items():
        graph.bind(prefix, space)
    return graph


def _paging(graph: Graph, catalog: URIRef, file: str, page: int, total: int) -> None:
    graph.add((catalog, HYDRA.totalItems, Literal(total)))
    if page * PAGE < total:
        graph.add((catalog, HYDRA.next, URIRef(f"{file}?page={page + 1}")))


def _add_items(graph: Graph, rows: Iterable[CatalogItem], site: str) -> list[URIRef]:
    classes, titles = classification(), _element_titles()
    return [_add_item(graph, row, site, classes, titles) for row in rows]


def _add_item(
    graph: Graph, row: CatalogItem, site: str, classes: dict[str, ClassNode], titles: dict[str, str]
) -> URIRef:
    spec, dataset = row.as_spec(), URIRef(f"{site}/items/{row.code}/")
    graph.add((dataset, RDF.type, DCAT.Dataset))
    _texts(graph, dataset, DCTERMS.title, (row.title, row.title_en))
    _texts(graph, dataset, DCTERMS.description, (spec.abstract or row.title, spec.abstract_en))
    graph.add((dataset, DCTERMS.identifier, Literal(row.resource_code or row.code)))
    names = (row.provider.title, row.provider.title_en)
    publisher = _agent(graph, f"{site}/organisations/#{row.provider.code}", names)
    graph.add((dataset, DCTERMS.publisher, publisher))
    if row.published_on:
        graph.add((dataset, DCTERMS.issued, Literal(row.published_on, datatype=XSD.date)))
    graph.add((dataset, DCTERMS.modified, Literal(row.updated_at.date(), datatype=XSD.date)))
    frequency = URIRef(f"{_EU}/frequency/{_FREQUENCIES[row.update_cycle]}")
    graph.add((dataset, DCTERMS.accrualPeriodicity, frequency))
    graph.add((dataset, DCTERMS.accessRights, URIRef(f"{_EU}/access-right/PUBLIC")))
    for field in spec.fields:
        graph.add((dataset, DCAT.keyword, Literal(field.title or titles.get(field.element, field.std_name), lang="zh")))
    _theme(graph, dataset, row, site, classes)
    _distribution(graph, dataset, row, (spec.open_condition, spec.open_condition_en))
    for code in spec.related:
        graph.add((dataset, DCTERMS.relation, URIRef(f"{site}/items/{code}/")))
    return dataset


def _theme(graph: Graph, dataset: URIRef, row: CatalogItem, site: str, classes: dict[str, ClassNode]) -> None:
    for node in lineage(row.classification, classes)[-1:]:
        theme = URIRef(f"{site}/dcat/classes/{node.code}")
        graph.add((dataset, DCAT.theme, theme))
        graph.add((theme, RDF.type, SKOS.Concept))
        graph.add((theme, SKOS.notation, Literal(node.code)))
        _texts(graph, theme, SKOS.prefLabel, (node.title, node.title_en))


def _distribution(graph: Graph, dataset: URIRef, row: CatalogItem, condition: tuple[str, str]) -> None:
    distribution = URIRef(f"{dataset}#distribution")
    graph.add((dataset, DCAT.distribution, distribution))
    graph.add((distribution, RDF.type, DCAT.Distribution))
    graph.add((distribution, DCAT.accessURL, dataset))
    if media := _MEDIA.get(row.format):
        graph.add((distribution, DCAT.mediaType, URIRef(f"https://www.iana.org/assignments/media-types/{media}")))
    if any(condition):
        rights = BNode()
        graph.add((distribution, DCTERMS.rights, rights))
        graph.add((rights, RDF.type, DCTERMS.RightsStatement))
        _texts(graph, rights, DCTERMS.description, condition)


def _agent(graph: Graph, name: str, titles: tuple[str, str]) -> URIRef:
    agent = URIRef(name)
    graph.add((agent, RDF.type, FOAF.Organization))
    graph.add((agent, RDF.type, FOAF.Agent))
    _texts(graph, agent, FOAF.name, titles)
    return agent


def _texts(graph: Graph, subject: URIRef | BNode, predicate: URIRef, titles: tuple[str, str]) -> None:
    for text, language in zip(titles, ("zh", "en"), strict=True):
        if text:
            graph.add((subject, predicate, Literal(text, lang=language)))


def _element_titles() -> dict[str, str]:
    return dict(DataElement.objects.values_list("name", "title"))
