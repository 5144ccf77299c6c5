"""What ships with the pages: vendored files as released, and translations that are complete."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import polib
from django.utils.translation import gettext, override

import huitong.site
from huitong.apps.labels import LABELS
from huitong.site.icons import FOLDER, icon_svg

SITE = Path(huitong.site.__file__).parent
PACKAGE = SITE.parent
VENDOR = SITE / "static" / "vendor"
CATALOGS = sorted(PACKAGE.glob("**/locale/en/LC_MESSAGES/django.po"))


def all_texts() -> list[polib.POEntry]:
    """Every text of the site's catalog and of each app's own."""
    return [entry for catalog in CATALOGS for entry in polib.pofile(str(catalog))]


def test_vendored_files_are_as_released() -> None:
    listed = json.loads((VENDOR / "vendor.json").read_text(encoding="utf-8"))
    known = {f"{package['folder']}/{name}": digest for package in listed for name, digest in package["files"].items()}
    found = {
        str(file.relative_to(VENDOR)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDOR.rglob("*")
        if file.is_file() and file.name != "vendor.json"
    }
    assert found == known
    for package in listed:
        assert package["licence"] and package["version"] in package["folder"]
        assert (VENDOR / package["folder"] / "LICENSE").exists()


def test_no_style_sheet_or_script_is_empty() -> None:
    files = [*SITE.rglob("static/site/**/*.css"), *SITE.rglob("static/site/**/*.js")]
    assert len(files) > 10 and not [file.name for file in files if len(file.read_text(encoding="utf-8").strip()) < 40]


def test_scripts_have_no_texts_of_their_own() -> None:
    scripts = [file for file in PACKAGE.rglob("static/**/*.js") if VENDOR not in file.parents]
    assert len(scripts) > 8
    written = [file.name for file in scripts if re.search(r"[\u2e80-\u9fff\uff00-\uffef]", file.read_text("utf-8"))]
    assert not written, "texts come from the page, where they are translated"


def test_every_icon_that_is_used_is_there_and_no_other() -> None:
    sources = [*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.py")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    vendored = {file.stem for file in FOLDER.glob("*.svg")}
    drawn = set(re.findall(r"\{% (?:icon|empty) \"([a-z0-9-]+)\"", text)) | set(
        re.findall(r"icon=\"([a-z0-9-]+)\"", text)
    )
    drawn |= {label.icon for kind in LABELS.values() for label in kind.values() if label.icon}
    assert drawn <= vendored, drawn - vendored
    for name in drawn:
        assert "<path" in icon_svg(name) or "<circle" in icon_svg(name)
    unused = {name for name in vendored if f'"{name}"' not in text}
    assert not unused, unused


def test_every_text_is_translated() -> None:
    texts = all_texts()
    assert len(texts) > 400
    wrong = []
    for entry in texts:
        shown = [entry.msgstr, *entry.msgstr_plural.values()] if entry.msgid_plural else [entry.msgstr]
        placeholders = set(re.findall(r"%\(\w+\)[sd]", entry.msgid))
        for text in shown if not entry.msgid_plural else shown[1:]:
            right = text.strip() and not re.search(r"[\u3000-\u9fff\uff00-\uffef]", text)
            if not right or set(re.findall(r"%\(\w+\)[sd]", text)) != placeholders or entry.fuzzy or entry.obsolete:
                wrong.append(entry.msgid)
    assert not wrong


def test_the_compiled_catalog_is_that_of_the_texts() -> None:
    for catalog in CATALOGS:
        compiled = polib.mofile(str(catalog.with_suffix(".mo")))
        assert {(e.msgid, e.msgstr, str(e.msgstr_plural)) for e in compiled} == {
            (e.msgid, e.msgstr, str(e.msgstr_plural)) for e in polib.pofile(str(catalog))
        }, catalog


def test_a_text_of_several_apps_is_translated_alike() -> None:
    texts: dict[tuple[str | None, str], str] = {}
    for entry in all_texts():
        known = texts.setdefault((entry.msgctxt, entry.msgid), entry.msgstr)
        assert known == entry.msgstr, entry.msgid


def test_a_verb_of_the_records_is_no_button() -> None:
    """“Comment on” is followed by what was commented on; on a button nothing follows."""
    with override("en"):
        for kind, word in (("act", "办理"), ("comment", "留言"), ("attach", "上传附件"), ("extend", "延长时限")):
            assert re.search(r" (on|to|of)$", str(LABELS["audit_verb"][kind].text)), kind
            assert not re.search(r" (on|to|of)$", gettext(word)), word


_MARKED = (
    re.compile(r"""\{%\s*translate\s+"([^"]+)\""""),
    re.compile(r"""\b_\("((?:[^"\\]|\\.)+)"\)"""),
    re.compile(r"""\b(?:gettext|ngettext)\(\s*"((?:[^"\\]|\\.)+)\""""),
)


def test_every_marked_text_is_in_the_catalog() -> None:
    """The catalog was made from the sources as they are: nothing was added since."""
    known = {entry.msgid for entry in all_texts()}
    missing = set()
    for file in (*PACKAGE.rglob("*.html"), *(PACKAGE / "site").rglob("*.py"), *(PACKAGE / "apps").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        for pattern in _MARKED:
            found = {match.replace('\\"', '"') for match in pattern.findall(text)}
            missing |= {(file.name, one) for one in found if re.search(r"[\u3400-\u9fff]", one) and one not in known}
    assert not missing


def test_every_block_of_text_is_in_the_catalog() -> None:
    """Texts with something in them: ``{% blocktranslate %}{{ n }} 行{% plural %}…{% endblocktranslate %}``."""
    known = {text for entry in all_texts() for text in (entry.msgid, entry.msgid_plural)}
    block = re.compile(r"\{% blocktranslate\b.*?%\}(.*?)\{% endblocktranslate %\}", re.DOTALL)
    said = [
        (file.name, re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", one.replace("%", "%%")))
        for file in PACKAGE.rglob("*.html")
        for found in block.findall(file.read_text(encoding="utf-8"))
        for one in found.split("{% plural %}")
    ]
    assert len(said) > 150
    assert not [(file, text) for file, text in said if text not in known]


def test_templates_have_no_unmarked_text() -> None:
    """Chinese in a template stands inside a translation tag; the language's own name is the exception."""
    marked = re.compile(r"\{%.*?%\}|\{#.*?#\}|\{% blocktranslate.*?%\}.*?\{% endblocktranslate %\}", re.DOTALL)
    blocks = re.compile(r"\{% blocktranslate.*?\{% endblocktranslate %\}", re.DOTALL)
    allowed = {"中文", "中", "切换到中文"}
    for file in PACKAGE.rglob("*.html"):
        text = marked.sub("", blocks.sub("", file.read_text(encoding="utf-8")))
        left = set(re.findall(r"[\u3400-\u9fff]+", text)) - allowed
        assert not left, (file.name, left)


def test_white_is_read_on_every_colour_it_stands_on() -> None:
    """Counts, buttons, steps: 4.5 : 1 in each of the looks, which each override some of the tokens."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def tokens(*names: str) -> dict[str, str]:
        texts = [(SITE / "static" / "site" / "css" / f"{name}.css").read_text(encoding="utf-8") for name in names]
        return {name: value for text in texts for name, value in re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text)}

    looks = (("tokens",), ("tokens", "dark"), ("tokens", "contrast"), ("tokens", "contrast", "dark", "contrast-dark"))
    for look in looks:
        colours = tokens(*look)
        assert colours["on-solid"] == "#ffffff"
        for solid in ("azurite-solid", "cinnabar-solid"):
            assert 1.05 / (luminance(colours[solid]) + 0.05) >= 4.5, (look, solid)
