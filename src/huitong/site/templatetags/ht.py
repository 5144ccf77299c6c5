"""The components that pages are made of. ``{% load ht %}``; the gallery at ``/design/`` shows each in its states."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from huitong.apps import labels
from huitong.apps.paging import Page
from huitong.apps.tables import Cell, ShownColumn
from huitong.site import figures
from huitong.site.cells import badge_html, row_html, time_html
from huitong.site.icons import icon_svg

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon: ``{% icon "search" %}``."""
    return icon_svg(name) if name else mark_safe("")


@register.simple_tag
def badge(text: object, tone: str = "", icon: str = "") -> SafeString:
    """Draw a badge: ``{% badge text tone="info" icon="clock" %}``."""
    return badge_html(text, tone, icon)


@register.simple_tag
def state(kind: str, value: str) -> SafeString:
    """Draw the badge of a state: ``{% state "run_state" run.state %}``."""
    named = labels.label(kind, value)
    return badge_html(named.text, named.tone, named.icon)


@register.simple_tag
def cells(row: Sequence[tuple[ShownColumn, Cell]]) -> SafeString:
    """Draw the cells of a table's row."""
    return row_html(row)


@register.simple_tag
def word(kind: str, value: str) -> labels.Text:
    """Return the word for a value: ``{% word "update_cycle" item.update_cycle %}``."""
    return labels.label(kind, value).text if value else "—"


@register.inclusion_tag("site/components/stat.html")
def stat(
    label: object, value: float | str | None, unit: object = "", note: object = "", href: str = "", tone: str = ""
) -> dict[str, object]:
    """Draw a figure with its unit and date: ``{% stat label rows unit=unit note=date href=url %}``."""
    shown, scale = (value, "") if isinstance(value, str) else figures.short(value)
    return {
        "label": label,
        "value": shown,
        "unit": (f"{scale} {unit}" if figures.in_english() else f"{scale}{unit}").strip(),
        "exact": figures.grouped(value) if isinstance(value, int) and scale else "",
        "note": note,
        "href": href,
        "tone": tone,
    }


@register.inclusion_tag("site/components/source.html")
def source(
    organisation: object, table: object = "", row: object = "", run: object = "", href: str = ""
) -> dict[str, object]:
    """Draw where a value comes from: department, table, row and run."""
    return {"organisation": organisation, "table": table, "row": row, "run": run, "href": href}


@register.inclusion_tag("site/components/meter.html")
def meter(part: float, whole: float, tone: str = "") -> dict[str, object]:
    """Draw a share as a bar of 100 units, with the share in words for screen readers."""
    share = 100 * part / whole if whole else 0
    return {"share": f"{min(100, max(0, share)):.2f}", "text": figures.percent(part, whole), "tone": tone}


@register.inclusion_tag("site/components/table.html", takes_context=True)
def table(context: Context, table: object) -> dict[str, object]:
    """Draw a :class:`huitong.apps.tables.Table` with its tools and pager."""
    return {"table": table, "request": context["request"]}


@register.inclusion_tag("site/components/pager.html", takes_context=True)
def pager(context: Context, page: Page[object]) -> dict[str, object]:
    """Draw where a page stands in its list, and the way to the others."""
    near = {1, page.pages, *range(page.number - 1, page.number + 2)}
    numbers: list[int | None] = []
    for number in sorted(near & set(range(1, page.pages + 1))):
        if numbers and numbers[-1] is not None and number > numbers[-1] + 1:
            numbers.append(None)
        numbers.append(number)
    return {"page": page, "numbers": numbers, "previous": page.number - 1, "next": page.number + 1,
            "request": context["request"]}  # fmt: skip


@register.inclusion_tag("site/components/field.html")
def field(bound: object) -> dict[str, object]:
    """Draw a form's field with label, help and errors: ``{% field form.purpose %}``."""
    return {"field": bound}


@register.inclusion_tag("site/components/code.html")
def code(text: str, label: object = "") -> dict[str, object]:
    """Draw a block of code with a button that copies it."""
    return {"text": text, "label": label or _("代码")}


@register.simple_tag
def level(value: int) -> SafeString:
    """Draw a sensitivity level, 1 (public) to 4 (most sensitive), as bars and a word."""
    bars = mark_safe("".join(f'<i class="{"on" if step <= value else ""}"></i>' for step in range(1, 5)))
    text = _("%(level)d 级") % {"level": value}
    return format_html('<span class="level level-{}">{}<span>{}</span></span>', value, bars, text)


@register.simple_tag(takes_context=True)
def here(context: Context, *prefixes: str) -> SafeString:
    """Mark a link of the navigation as the current one when the page lies below one of ``prefixes``."""
    path = context["request"].path
    current = any(path == prefix or (prefix != "/" and path.startswith(prefix)) for prefix in prefixes)
    return mark_safe('aria-current="page"' if current else "")


@register.filter
def grouped(value: float | str | None) -> str:
    """``1234567`` → ``1,234,567``."""
    return figures.grouped(value)


@register.filter
def short(value: float | None) -> str:
    """``1234567`` → ``123.4 万`` (in English ``1.23 M``)."""
    return " ".join(figures.short(value)).strip()


@register.filter
def of(part: float | None, whole: float | None) -> str:
    """``{{ part|of:whole }}`` in percent."""
    return figures.percent(part, whole)


@register.filter
def when(moment: datetime.datetime | None) -> SafeString:
    """Beijing time to the minute, with the exact time for machines and on hover."""
    return time_html(moment, figures.beijing(moment))


@register.filter
def ago(moment: datetime.datetime | None) -> SafeString:
    """How long ago, with the exact Beijing time on hover."""
    return time_html(moment, figures.ago(moment))


@register.filter
def lasted(seconds: float | None) -> str:
    """A length of time in words."""
    return figures.duration(seconds)


@register.filter
def titled(thing: object) -> str:
    """The title of a spec in the reader's language, Chinese where there is no English."""
    english = getattr(thing, "title_en", "") if figures.in_english() else ""
    return str(english or getattr(thing, "title", "") or getattr(thing, "name", ""))


@register.filter
def explained(thing: object) -> str:
    """The abstract of a spec in the reader's language."""
    english = getattr(thing, "abstract_en", "") if figures.in_english() else ""
    return str(english or getattr(thing, "abstract", ""))


@register.filter
def at(mapping: Mapping[str, object], key: str) -> object:
    """``{{ mapping|at:key }}``: the value under ``key``, or nothing."""
    return mapping.get(key, "")


@register.tag
def empty(parser: Parser, token: Token) -> Node:
    """``{% empty "inbox" title %}what to do{% endempty %}``: nothing is here, and what to do about it."""
    _name, *words = token.split_contents()
    body = parser.parse(("endempty",))
    parser.delete_first_token()
    return _EmptyNode([parser.compile_filter(word) for word in words], body)


class _EmptyNode(Node):
    def __init__(self, words: list[template.base.FilterExpression], body: NodeList) -> None:
        self.words = words
        self.body = body

    def render(self, context: Context) -> SafeString:
        name, title = (word.resolve(context) for word in self.words)
        return format_html('<div class="empty">{}<h3>{}</h3>{}</div>', icon_svg(name), title, self.body.render(context))


@register.inclusion_tag("site/components/crumbs.html")
def crumbs(*parts: object) -> dict[str, object]:
    """Draw the way to this page: ``{% crumbs _("数据目录") items_url item %}``, titles and addresses in turn."""
    steps = list(zip(parts[0::2], parts[1::2], strict=False))
    return {"steps": steps, "last": parts[-1]}


@register.inclusion_tag("site/components/tabs.html")
def tabs(links: object, label: object) -> dict[str, object]:
    """Draw tabs that are links: each with ``title``, ``href``, ``current`` and perhaps ``count``."""
    return {"links": links, "label": label}
