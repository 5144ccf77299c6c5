"""The guide's checks of a catalog item: what is wrong, at which field, in the reader's language.

An *error* stops an item from being submitted, a *warning* asks somebody to look again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from huitong.apps.accounts.selectors import organisation_names, system_titles
from huitong.apps.catalog.check_kinds import CHECKS
from huitong.apps.catalog.classes import CODE, ITEM, ORDER, ClassNode, classification, resource_class_of
from huitong.apps.catalog.models import CatalogItem, DataElement
from huitong.apps.declared import in_language
from huitong.apps.labels import Text
from huitong.engine.declarations import elements, items
from huitong.foundation.codes import uscc

SYSTEM_WORDS = ("系统", "平台", "数据库", "网站", "门户", "小程序", "子系统", "APP")
METHODS: dict[str, tuple[str, ...]] = {
    "database": ("api", "exchange", "subscription", "file"),
    "spreadsheet": ("file", "exchange", "api"),
    "document": ("file", "api"),
    "image": ("file",),
    "media": ("file", "subscription"),
    "self_described": ("file", "api"),
    "stream": ("subscription", "api"),
    "api": ("api", "subscription"),
}
"""By which methods a format can be shared."""
TYPES: dict[str, tuple[str, ...]] = {
    "database": ("mysql", "oracle", "postgresql", "sqlserver", "db2", "sqlite", "access", "dbf", "dm", "kingbase"),
    "spreadsheet": ("xlsx", "xls", "et", "csv"),
    "document": ("ofd", "pdf", "doc", "docx", "wps", "html", "xml", "txt", "ppt"),
    "image": ("jpg", "png", "gif", "bmp", "tiff", "dwg", "shp"),
    "media": ("mp4", "flv", "rm", "mpg", "mp3"),
    "self_described": ("json", "xml", "other"),
    "stream": ("mqtt", "kafka", "rtsp"),
    "api": ("rest", "soap"),
}
"""Products and file types of each format, as the guide lists them, and what is in use today."""
GUIDE_TYPES: dict[str, tuple[str, ...]] = {
    "string": ("C", "M", "G"),
    "integer": ("I", "N"),
    "decimal": ("N", "Y", "B", "F"),
    "date": ("D",),
    "datetime": ("T", "D"),
    "boolean": ("L",),
}
"""The guide's data types that a data element's type may be written as; the first is what it is by default."""
LEAST_ABSTRACT = 8


@dataclass(frozen=True)
class Finding:
    """One thing to mend or to look at: which check, at which field, on which line of the fields (from 0)."""

    code: str
    severity: Literal["error", "warning"]
    field: str
    values: Mapping[str, object]
    line: int | None = None

    @property
    def text(self) -> Text:
        """What is wrong and what to do, in the reader's language."""
        return str(CHECKS[self.code].text) % dict(self.values)


@dataclass(frozen=True)
class OtherItem:
    """What the checks know of another item."""

    code: str
    title: str
    provider: str


@dataclass(frozen=True)
class AnswersFor:
    """The department whose word on a data element counts."""

    organisation: str
    title: str


@dataclass(frozen=True)
class Surroundings:
    """What an item is checked against: the rest of the register, read once for many items."""

    classes: dict[str, ClassNode]
    organisations: dict[str, tuple[str, str]]
    """Title and unified credit code by code."""
    systems: dict[str, str]
    """Title by title without punctuation."""
    titles: dict[str, tuple[OtherItem, ...]]
    """Items by title without punctuation."""
    resource_codes: dict[str, str]
    """Item by resource code."""
    tables: dict[str, str]
    """Item by table."""
    elements: dict[str, elements.Element]
    authorities: Mapping[str, AnswersFor] = field(default_factory=dict)
    """Who answers for a data element, by its name; identifiers that every register carries are left out."""


Authorities = Callable[[], Mapping[str, AnswersFor]]
_authorities: list[Authorities] = []


def register_authorities(function: Authorities) -> None:
    """Have items checked against who answers for their data elements. For an app's ``ready()``."""
    if function not in _authorities:
        _authorities.append(function)


def surroundings() -> Surroundings:
    """Read what items are checked against. Six queries, however many items are checked."""
    titles: dict[str, tuple[OtherItem, ...]] = {}
    codes, tables = {}, {}
    rows = CatalogItem.objects.current().order_by("code")
    for code, title, provider, resource_code, table in rows.values_list(
        "code", "title", "provider__code", "resource_code", "table"
    ):
        titles[plain(title)] = (*titles.get(plain(title), ()), OtherItem(code, title, provider))
        codes[resource_code], tables[table] = code, code
    return Surroundings(
        classes=classification(),
        organisations=organisation_names(),
        systems={plain(title): title for title in system_titles()},
        titles=titles,
        resource_codes=codes,
        tables=tables,
        elements={row.name: row.as_spec() for row in DataElement.objects.all()},
        authorities={name: one for ask in _authorities for name, one in ask().items()},
    )


def plain(text: str) -> str:
    """Return a name without punctuation, spaces and width: names that are plainly equal differ by these only."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in normal if unicodedata.category(char)[0] not in "PZSC")


def check_item(item: items.CatalogItem, around: Surroundings) -> tuple[Finding, ...]:
    """Check one item against the guide and the rest of the catalog; errors first."""
    parts = (_title, _class, _provider, _abstract, _format, _sharing, _opening, _fields, _link)
    found = [finding for part in parts for finding in part(item, around)]
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))


def finding(check: str, at: int | None = None, /, **values: object) -> Finding:
    """Return a finding of ``check`` on line ``at`` of the fields, with the values that its words name."""
    kind = CHECKS[check]
    return Finding(check, kind.severity, kind.field, values, at)


def _title(item: items.CatalogItem, around: Surroundings) -> Iterator[Finding]:
    if not item.title.strip():
        yield finding("title_missing")
        return
    name = plain(item.title)
    if name in around.systems:
        yield finding("title_is_system", system=around.systems[name])
    elif item.title.strip().upper().endswith(SYSTEM_WORDS):
        yield finding("title_like_system")
    others = [other for other in around.titles.get(name, ()) if other.code != item.code]
    for other in others:
        if other.title == item.title and other.provider == item.provider:
            yield finding("title_taken", item=other.code)
        elif other.title != item.title:
            yield finding("title_punctuation", item=other.code, title=other.title)
    if not item.title_en.strip():
        yield finding("title_en_missing")


def _class(item: items.CatalogItem, around: Surroundings) -> Iterator[Finding]:
    code = item.classification
    if not code:
        yield finding("class_missing")
    elif not code.isdecimal() or len(code) < ORDER:
        yield finding("class_incomplete", code=code)
    elif around.classes and (code[:ITEM] not in around.classes or code[:ORDER] not in around.classes):
        yield finding("class_unknown", code=code)
    elif resource_class_of(code) != item.resource_class:
        yield finding("class_mismatch", code=code)
    if not item.resource_code:
        return
    if not CODE.fullmatch(item.resource_code):
        yield finding("code_format", code=item.resource_code)
    elif code and item.resource_code.partition("/")[0] != code:
        yield finding("code_class", code=item.resource_code, classification=code)
    owner = around.resource_codes.get(item.resource_code, item.code)
    if owner != item.code:
        yield finding("code_taken", code=item.resource_code, item=owner)


def _provider(item: items.CatalogItem, around: Surroundings) -> Iterator[Finding]:
    if item.provider not in around.organisations:
        yield finding("provider_missing")
        return
    title, number = around.organisations[item.provider]
    if not number:
        yield finding("provider_code_missing", provider=title)
    elif uscc.problem(uscc.normalise(number)):
        yield finding("provider_code_wrong", provider=title, code=number)


def _abstract(item: items.CatalogItem, _: Surroundings) -> Iterator[Finding]:
    if not item.abstract.strip():
        yield finding("abstract_missing")
    elif len(item.abstract.strip()) < LEAST_ABSTRACT or plain(item.abstract) == plain(item.title):
        yield finding("abstract_short", least=LEAST_ABSTRACT)


def _format(item: items.CatalogItem, _: Surroundings) -> Iterator[Finding]:
    if item.sharing_type != "none" and item.sharing_method not in METHODS[item.format]:
        yield finding("format_method")
    if item.format_type and item.format_type.lower() not in TYPES[item.format]:
        yield finding("format_type", type=item.format_type, types="、".join(TYPES[item.format]))


def _sharing(item: items.CatalogItem, _: Surroundings) -> Iterator[Finding]:
    if item.sharing_type == "conditional" and not item.sharing_condition.strip():
        yield finding("condition_missing")
    if item.sharing_type == "unconditional" and item.sharing_condition.strip():
        yield finding("condition_useless")
    if item.sharing_type == "none" and not item.sharing_basis.strip():
        yield finding("basis_missing")


def _opening(item: items.CatalogItem, around: Surroundings) -> Iterator[Finding]:
    if not item.open_to_public:
        return
    if item.sharing_type == "none":
        yield finding("open_not_shared")
    levels = (around.elements[field.element].level for field in item.fields if field.element in around.elements)
    if max(levels, default=1) > 2 and not item.open_condition.strip():
        yield finding("open_sensitive")


def _fields(item: items.CatalogItem, around: Surroundings) -> Iterator[Finding]:
    if not item.fields:
        yield finding("fields_missing")
    seen: dict[str, int] = {}
    for line, one in enumerate(item.fields):
        element = around.elements.get(one.element)
        if element is None:
            yield finding("field_unbound", line)
        else:
            yield from _field_type(one, element, line)
            answers = around.authorities.get(one.element)
            if answers is not None and answers.organisation != item.provider:
                called = in_language(element.title, element.title_en)
                yield finding("field_repeated", line, element=called, organisation=answers.title)
        name = one.std_name
        if not one.title.strip() and element is None:
            yield finding("field_title_missing", line)
        if name and name in seen:
            yield finding("field_twice", line, name=name, line=seen[name] + 1)
        seen.setdefault(name, line)


def _field_type(field: items.ItemField, element: elements.Element, line: int) -> Iterator[Finding]:
    if field.guide_type and field.guide_type not in GUIDE_TYPES[element.type]:
        yield finding("field_type", line, type=field.guide_type, element=element.title)
    if field.length and element.max_length and field.length < element.max_length and element.checks:
        yield finding("field_length", line, length=field.length, needed=element.max_length)


def _link(item: items.CatalogItem, around: Surroundings) -> Iterator[Finding]:
    owner = around.tables.get(item.table, item.code)
    if item.table and owner != item.code:
        yield finding("table_taken", table=item.table, item=owner)
    if item.link is None:
        return
    columns = {field.column for field in item.fields}
    missing = [name for name in item.link.key if name not in columns]
    if missing:
        yield finding("link_key", columns="、".join(missing))
    if item.link.mode == "incremental" and not item.link.watermark:
        yield finding("link_watermark")
    without = [str(line + 1) for line, field in enumerate(item.fields) if not field.column]
    if without:
        yield finding("link_column", lines="、".join(without))


def count_findings(found: Iterable[Finding]) -> tuple[int, int]:
    """Return how many are errors and how many warnings."""
    severities = [one.severity for one in found]
    return severities.count("error"), severities.count("warning")
