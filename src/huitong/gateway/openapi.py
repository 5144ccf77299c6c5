"""OpenAPI 3.1 descriptions, derived from the policy: what is served is what is described."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import TypeAlias

import msgspec
import yaml

from huitong.engine.declarations.elements import DataType
from huitong.engine.serving.policy import ServedField, ServedService

Json: TypeAlias = "str | int | float | bool | Mapping[str, Json] | Sequence[Json] | None"

_TYPES: dict[DataType, dict[str, Json]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
}


def document(services: Iterable[ServedService], server: str) -> bytes:
    """Return the description of the services as JSON; ``server`` is the URL path that the gateway answers under."""
    frame = yaml.safe_load(resources.files("huitong.gateway").joinpath("openapi.yaml").read_text(encoding="utf-8"))
    shared = frame.pop("operations")
    paths = dict(frame["paths"])
    schemas = dict(frame["components"]["schemas"])
    for service in services:
        schemas[service.code] = _record(service)
        for kind in service.kinds:
            paths[f"/v1/{service.code}/{kind}"] = _operations(service, shared[kind])
    frame["components"] = {**frame["components"], "schemas": schemas}
    return msgspec.json.encode({**frame, "servers": [{"url": server}], "paths": paths})


def _operations(service: ServedService, templates: Mapping[str, Json]) -> dict[str, Json]:
    return {method: _filled(template, service) for method, template in templates.items()}


def _filled(template: Json, service: ServedService) -> Json:
    if isinstance(template, str):
        for mark, value in (("$SERVICE", service.code), ("$TITLE_EN", service.title_en), ("$TITLE", service.title)):
            template = template.replace(mark, value)
        return template
    if isinstance(template, Mapping):
        return {name: _filled(part, service) for name, part in template.items()}
    if isinstance(template, Sequence):
        return [_filled(part, service) for part in template]
    return template


def _record(service: ServedService) -> dict[str, Json]:
    return {
        "type": "object",
        "title": service.title,
        "description": f"{service.title_en}. Only the granted fields are present.",
        "properties": {field.name: _field(field) for field in service.fields},
        "additionalProperties": False,
    }


def _field(field: ServedField) -> dict[str, Json]:
    plain = _TYPES[field.type]
    described: dict[str, Json] = {
        "title": field.title,
        "description": field.title_en,
        "x-element": field.element,
        "x-level": field.level,
    }
    kinds: list[Json] = [plain["type"], "null"]
    if field.mask:
        described["x-mask"] = field.mask
        kinds = list(dict.fromkeys(["string", plain["type"], "null"]))
        return {**described, "type": kinds}
    return {**described, **plain, "type": kinds}
