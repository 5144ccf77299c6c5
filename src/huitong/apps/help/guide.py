"""The users' guide: Markdown files by language, made into HTML once for each state of the files.

A guide is the page of a role (``<language>/<role>.md``) followed by the sections about the site's pages that are meant
for it. Those stand in ``<language>/tasks/*.md``, one file a job of the navigation, and say for whom they are::

    ## 数据质量 <!-- collection:issues: bureau data-officer leader -->

names the page's address and the guides. ``<!-- only bureau -->`` and ``<!-- all -->`` in between narrow what follows
and widen it again, so that a task that everybody has is told once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext, override
from markdown_it import MarkdownIt
from markdown_it.token import Token

from huitong.apps.help.specs import Guide, Section

FOLDER = Path(__file__).parent / "guide"
NAMES = ("start", "citizen", "data-officer", "developer", "case-worker", "bureau", "leader")
"""In the order in which they are offered."""
JOBS = ("overview", "cases", "gathering", "registry", "governing", "using", "assessing", "security")
"""The files of tasks, in the order of the navigation."""
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_PLACE = re.compile(r"<!-- (?P<place>[a-z_]+:[a-z_]+)(?:: (?P<guides>[a-z -]+))? -->")
_OPENS = re.compile(r'<p class="opens"><a href="(?P<href>[^"]*)">.*?</p>')
_SWITCH = re.compile(r"<!-- (?:only (?P<guides>[a-z -]+)|all) -->")


def guide(name: str, language: str) -> Guide | None:
    """Return a page of the guide, None when there is none of that name.

    Args:
        language: ``zh`` or ``en``.
    """
    if name not in NAMES or not (FOLDER / language / f"{name}.md").exists():
        return None
    return _made(name, language, max(file.stat().st_mtime_ns for file in files_of(name, language)))


def guides(language: str) -> tuple[Guide, ...]:
    """Return all pages of the guide."""
    return tuple(found for name in NAMES if (found := guide(name, language)) is not None)


def files_of(name: str, language: str) -> tuple[Path, ...]:
    """Return the files that a guide is made of."""
    folder = FOLDER / language
    return (folder / f"{name}.md", *(folder / "tasks" / f"{job}.md" for job in JOBS))


@lru_cache(maxsize=64)
def _made(name: str, language: str, _changed: int) -> Guide:
    own, *tasks = (file.read_text(encoding="utf-8") for file in files_of(name, language))
    title = own.partition("\n")[0].removeprefix("# ").strip()
    texts = [(own.partition("\n")[2], "")]
    texts += [(meant_for(name, text), text.partition("\n")[0].removeprefix("# ").strip()) for text in tasks]
    body: list[Token] = []
    sections: list[Section] = []
    with override("en" if language == "en" else "zh-hans"):
        for text, job in texts:
            body += _with_places(_MARKDOWN.parse(text), job, sections)
    for token in body:
        for child in token.children or ():
            _lead_home(child)
    html = _MARKDOWN.renderer.render(body, _MARKDOWN.options, {})
    words = re.sub(r"\s+", " ", strip_tags(html))
    lead = next((one.content for one in body if one.type == "inline"), "")
    return Guide(name, title, lead, html, tuple(sections), words)


def for_reader(html: str, places: Collection[str]) -> str:
    """Leave out of a guide the links that open pages other than ``places``: addresses that its reader may open."""
    return _OPENS.sub(lambda found: found[0] if found["href"] in places else "", html)


def meant_for(name: str, text: str) -> str:
    """Return the parts of a file of tasks that a guide has."""
    kept, inside, shown = [], False, True
    for line in text.splitlines():
        if line.startswith("## "):
            place = _PLACE.search(line)
            inside, shown = place is not None and name in (place["guides"] or "").split(), True
        elif switch := _SWITCH.fullmatch(line):
            shown = switch["guides"] is None or name in switch["guides"].split()
            continue
        if inside and shown:
            kept.append(line)
    return "\n".join(kept)


def _with_places(tokens: list[Token], job: str, sections: list[Section]) -> Iterator[Token]:
    """Give headings their anchors, and below those of pages a link that opens the page."""
    place = ""
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            text = tokens[number + 1]
            found = _PLACE.search(text.content)
            place = found["place"] if found else ""
            title = _PLACE.sub("", text.content).strip()
            anchor = place.replace(":", "-").replace("_", "-") or f"s{len(sections) + 1}"
            token.attrSet("id", anchor)
            sections.append(Section(anchor, title, place, job))
            tokens[number + 1] = _MARKDOWN.parseInline(title)[0]
            yield token
        else:
            yield tokens[number]
        if token.type == "heading_close" and token.tag == "h2" and place:
            opened, *rest = _MARKDOWN.parse(f"[{gettext('打开这一页')}]({reverse(place)})")
            opened.attrSet("class", "opens")
            yield from (opened, *rest)


def _lead_home(token: Token) -> None:
    """Links between the files become links between the pages, and images those of the site."""
    if token.type == "link_open":
        file, mark, anchor = str(token.attrGet("href") or "").partition("#")
        if file.endswith(".md"):
            token.attrSet("href", f"/help/{file.removesuffix('.md')}/{mark}{anchor}")
    elif token.type == "image":
        source = str(token.attrGet("src") or "")
        token.attrSet("src", static(f"guide/{source.rpartition('/')[2]}"))
        token.attrSet("loading", "lazy")
        token.attrSet("width", "1120")
        token.attrSet("height", "700")
