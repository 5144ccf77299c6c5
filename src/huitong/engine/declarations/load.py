"""Read a pack: a folder of YAML and CSV becomes one typed, closed, checked value."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from huitong.engine.declarations.cases import CaseType
from huitong.engine.declarations.closure import check_closure
from huitong.engine.declarations.elements import CodeEntry, CodeList, Element
from huitong.engine.declarations.indicators import Indicator
from huitong.engine.declarations.items import CatalogItem
from huitong.engine.declarations.libraries import Library
from huitong.engine.declarations.pack import Manifest, Pack
from huitong.engine.declarations.people import Organisation, System, User
from huitong.engine.declarations.remits import Authority, Remit
from huitong.engine.declarations.sharing import ConsumerApp, Grant, Service
from huitong.engine.declarations.sources import Source
from huitong.engine.declarations.spec import Spec
from huitong.foundation.errors import Terminal

S = TypeVar("S", bound=Spec)

KINDS: dict[str, type[Spec]] = {
    "organisations": Organisation,
    "systems": System,
    "users": User,
    "elements": Element,
    "sources": Source,
    "items": CatalogItem,
    "libraries": Library,
    "services": Service,
    "apps": ConsumerApp,
    "grants": Grant,
    "case_types": CaseType,
    "indicators": Indicator,
    "authorities": Authority,
    "remits": Remit,
}
"""What a pack may hold: ``<kind>.yaml``, or a folder ``<kind>/`` of YAML files; each a list, or one mapping."""


@dataclass(frozen=True)
class _Part:
    """One pack by itself, without those it requires."""

    folder: Path
    manifest: Manifest
    declared: dict[str, list[Spec]]

    def variables(self) -> dict[str, str]:
        return {name: _expanded(value, self.folder) for name, value in self.manifest.variables.items()}


def load_pack(path: str | Path) -> Pack:
    """Read a pack and the packs it requires.

    Args:
        path: a folder with ``pack.yaml``, or the name of a shipped pack such as ``demo``.

    Raises:
        Terminal: ``pack.not_found``, ``pack.bad_yaml``, ``pack.invalid`` (file and place of an unknown key or a wrong
            value), ``pack.cycle``, ``pack.duplicate``, ``pack.unknown_reference``.
    """
    folder = find_pack(path)
    parts: list[_Part] = []
    _gather(folder, parts, trail=())
    merged: dict[str, list[Any]] = {kind: [] for kind in (*KINDS, "codelists")}
    for part in parts:
        for kind, specs in part.declared.items():
            merged[kind].extend(specs)
    manifest = parts[-1].manifest
    pack = Pack(
        name=manifest.name,
        title=manifest.title,
        title_en=manifest.title_en,
        variables={name: value for part in parts for name, value in part.variables().items()},
        written_variables={name: value for part in parts for name, value in part.manifest.variables.items()},
        **{kind: tuple(specs) for kind, specs in merged.items()},
    )
    check_closure(pack)
    return pack


def find_pack(path: str | Path, *, beside: Path | None = None) -> Path:
    """Return the folder of a pack: a path (relative to ``beside`` where given), or a shipped pack's name."""
    candidates = [(beside or Path.cwd()) / path, Path(str(resources.files("huitong"))) / "packs" / path]
    for folder in candidates:
        if (folder / "pack.yaml").is_file():
            return folder.resolve()
    raise Terminal("pack.not_found", path=path)


def _gather(folder: Path, parts: list[_Part], trail: tuple[Path, ...]) -> None:
    """Append the packs that ``folder`` requires, depth first and each once, then ``folder`` itself."""
    if folder in trail:
        raise Terminal("pack.cycle", what="requires", path=" → ".join(step.name for step in (*trail, folder)))
    manifest = _convert(_read_yaml(folder / "pack.yaml"), Manifest, folder / "pack.yaml")
    for name in manifest.requires:
        _gather(find_pack(name, beside=folder), parts, (*trail, folder))
    if all(manifest.name != known.manifest.name for known in parts):
        parts.append(_Part(folder, manifest, _declared(folder)))


def _expanded(value: str, folder: Path) -> str:
    """Fill in ``${pack}``; a path below or beside the pack's folder comes without ``..``, an address as it is."""
    filled = value.replace("${pack}", str(folder))
    return os.path.normpath(filled) if filled != value and "://" not in value else filled


def _declared(folder: Path) -> dict[str, list[Spec]]:
    declared: dict[str, list[Spec]] = {}
    for kind, shape in KINDS.items():
        files = [folder / f"{kind}.yaml", *sorted((folder / kind).glob("*.yaml"))]
        declared[kind] = [spec for file in files if file.is_file() for spec in _specs(file, shape)]
    declared["codelists"] = [_read_codelist(file) for file in sorted((folder / "codelists").glob("*.csv"))]
    return declared


def _specs(file: Path, shape: type[S]) -> tuple[S, ...]:
    content = _read_yaml(file)
    if content is None:
        return ()
    if isinstance(content, dict):
        content = [content]
    specs: tuple[S, ...] = _convert(content, tuple[shape, ...], file)  # type: ignore[valid-type]
    return specs


def _read_yaml(file: Path) -> Any:
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Terminal("pack.bad_yaml", file=file.name, reason=" ".join(str(error).split())) from error


def _convert(content: Any, shape: type[Any], file: Path) -> Any:
    try:
        return msgspec.convert(content, shape)
    except msgspec.ValidationError as error:
        raise Terminal("pack.invalid", file=f"{file.parent.name}/{file.name}", reason=str(error)) from error


def _read_codelist(file: Path) -> CodeList:
    """``<name>.csv`` with a header of CodeEntry's fields; a first line ``# title`` names the list."""
    with file.open(encoding="utf-8", newline="") as lines:
        first = lines.readline()
        if not first.startswith("#"):
            lines.seek(0)
        entries = _convert(list(csv.DictReader(lines)), tuple[CodeEntry, ...], file)
    title = first.removeprefix("#").strip() if first.startswith("#") else file.stem
    return CodeList(name=file.stem, title=title, entries=entries)
