"""Packs: read whole, or refused with the file and the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.sources import Source
from huitong.engine.declarations.variables import expand_source
from huitong.foundation.errors import HuitongError

ORGANISATIONS = """
- {code: city, title: 市政府, title_en: City, kind: government}
- {code: police, title: 公安局, title_en: Police, superior: city}
"""


def _pack(folder: Path, files: dict[str, str], requires: str = "[]") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pack.yaml").write_text(f"{{name: {folder.name}, title: 试, requires: {requires}}}", encoding="utf-8")
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def _refusal(folder: Path) -> HuitongError:
    with pytest.raises(HuitongError) as caught:
        load_pack(folder)
    return caught.value


def test_the_standards_load() -> None:
    pack = load_pack("standards")
    assert {"id_number", "uscc"} <= {element.name for element in pack.elements}


def test_a_pack_and_what_it_requires_become_one(tmp_path: Path) -> None:
    _pack(tmp_path / "base", {"organisations.yaml": ORGANISATIONS})
    top = _pack(
        tmp_path / "top", {"systems/a.yaml": "{code: s, title: 系统, title_en: S, organisation: police}"}, "[../base]"
    )
    pack = load_pack(top)
    assert [one.code for one in pack.organisations] == ["city", "police"]
    assert pack.systems[0].organisation == "police"


def test_variables_have_defaults_and_the_packs_own_come_first(tmp_path: Path) -> None:
    base = _pack(tmp_path / "base", {})
    (base / "pack.yaml").write_text(
        "{name: base, title: 试, variables: {data: '${pack}/../files', rows: base, host: db.example}}", encoding="utf-8"
    )
    top = _pack(tmp_path / "top", {})
    (top / "pack.yaml").write_text(
        "{name: top, title: 试, requires: [../base], variables: {rows: '${pack}/rows'}}", encoding="utf-8"
    )
    assert load_pack(top).variables == {
        "data": str(tmp_path / "files"), "rows": str(tmp_path / "top" / "rows"), "host": "db.example"
    }  # fmt: skip


def test_a_variable_that_is_an_address_stays_as_it_is(tmp_path: Path) -> None:
    folder = _pack(tmp_path / "p", {})
    given = "{files: 'file://${pack}/../data', database: 'sqlite:///${pack}/a.db', folder: '${pack}/../data'}"
    (folder / "pack.yaml").write_text(f"{{name: p, title: 试, variables: {given}}}", encoding="utf-8")
    assert load_pack(folder).variables == {
        "files": f"file://{folder}/../data", "database": f"sqlite:///{folder}/a.db", "folder": str(tmp_path / "data")
    }  # fmt: skip


def test_codelists_have_titles(tmp_path: Path) -> None:
    folder = _pack(tmp_path / "p", {"codelists/sex.csv": "# 性别\ncode,title,title_en\n1,男,Male\n"})
    codelist = load_pack(folder).codelists[0]
    assert (codelist.name, codelist.title, codelist.entries[0].title_en) == ("sex", "性别", "Male")


def test_an_unknown_key_is_named_with_its_file_and_path(tmp_path: Path) -> None:
    error = _refusal(_pack(tmp_path / "p", {"organisations.yaml": "[{code: a, title: b, title_en: c, colour: red}]"}))
    assert error.code == "pack.invalid"
    assert "organisations.yaml" in error.detail() and "`colour`" in error.detail() and "$[0]" in error.detail()


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"organisations.yaml": "[{code: a"}, "pack.bad_yaml"),
        ({"organisations.yaml": ORGANISATIONS + ORGANISATIONS}, "pack.duplicate"),
        ({"organisations.yaml": "[{code: a, title: b, title_en: c, superior: zz}]"}, "pack.unknown_reference"),
        (
            {
                "organisations.yaml": ORGANISATIONS,
                "apps.yaml": "[{code: a, title: b, title_en: c, organisation: police, system: zz}]",
            },
            "pack.unknown_reference",
        ),
        (
            {
                "organisations.yaml": "[{code: a, title: b, title_en: c, superior: d}, "
                "{code: d, title: b, title_en: c, superior: a}]"
            },
            "pack.cycle",
        ),
        ({"organisations.yaml": "[{code: 5, title: b, title_en: c}]"}, "pack.invalid"),
    ],
)
def test_wrong_declarations_are_refused(tmp_path: Path, files: dict[str, str], code: str) -> None:
    assert _refusal(_pack(tmp_path / "p", files)).code == code


def test_packs_that_require_each_other_are_refused(tmp_path: Path) -> None:
    _pack(tmp_path / "a", {}, "[../b]")
    error = _refusal(_pack(tmp_path / "b", {}, "[../a]"))
    assert error.code == "pack.cycle" and "a → b" in error.detail()


def test_a_missing_pack_is_said_plainly(tmp_path: Path) -> None:
    assert _refusal(tmp_path / "nowhere").code == "pack.not_found"


def test_variables_fill_locations(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(code="s", title="源", organisation="o", kind="mysql", location="mysql://u:${DB_PASSWORD}@${host}/x")
    monkeypatch.setenv("DB_PASSWORD", "secret")
    assert expand_source(source, {"host": "h"}).location == "mysql://u:secret@h/x"
    with pytest.raises(HuitongError) as caught:
        expand_source(source, {})
    assert caught.value.code == "pack.variable_missing"
