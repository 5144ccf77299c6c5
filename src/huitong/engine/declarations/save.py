"""Write a pack as the folder that :func:`huitong.engine.declarations.load.load_pack` reads."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
import yaml

from huitong.engine.declarations.elements import CodeEntry, CodeList
from huitong.engine.declarations.load import KINDS
from huitong.engine.declarations.pack import Manifest, Pack


def save_pack(pack: Pack, folder: Path) -> list[Path]:
    """Write ``pack.yaml``, ``<kind>.yaml`` for what there is, and ``codelists/``; return the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(name=pack.name, title=pack.title, title_en=pack.title_en, variables=pack.written_variables)
    written = [_write_yaml(folder / "pack.yaml", msgspec.to_builtins(manifest))]
    for kind in KINDS:
        specs = getattr(pack, kind)
        if specs:
            written.append(_write_yaml(folder / f"{kind}.yaml", msgspec.to_builtins(specs)))
    written += [_write_codelist(folder / "codelists", codelist) for codelist in pack.codelists]
    return written


def _write_yaml(file: Path, content: object) -> Path:
    text = yaml.dump(_plain(content), Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=120)
    file.write_text(text, encoding="utf-8")
    return file


def _plain(content: object) -> object:
    """Tuples as lists, which is all that YAML knows."""
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    return content


def _write_codelist(folder: Path, codelist: CodeList) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / f"{codelist.name}.csv"
    with file.open("w", encoding="utf-8", newline="") as lines:
        lines.write(f"# {codelist.title}\n")
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(CodeEntry.__struct_fields__)
        writer.writerows(msgspec.structs.astuple(entry) for entry in codelist.entries)
    return file
