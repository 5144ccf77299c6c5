"""The components that pages are made of. ``{% load ht %}``; the gallery at ``/design/`` shows each in its states."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huitong.apps import labels
from huitong.apps.charts import Chart
from huitong.apps.forms import MoneyField, SuggestInput, UploadField, term_of
from huitong.apps.graphs import Drawing
from huitong.apps.maps import AreaMap
from huitong.apps.overview import shapes
from huitong.apps.paging import Page
from huitong.apps.steps import ShownStep
from huitong.apps.tables import Cell, ShownColumn
from huitong.site import blocks, figures
from huitong.site.cells import NOTHING, badge_html, row_html, time_html
from huitong.site.icons import icon_svg

register = template.Library()
register.simple_block_tag(blocks.notice)
register.simple_block_tag(blocks.timeline)
register.simple_block_tag(blocks.event)
register.simple_block_tag(blocks.sheet)
register.simple_block_tag(blocks.empty)
register.simple_block_tag(blocks.dialog)
register.simple_tag(blocks.guard, takes_context=True)


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
def cells(row: Sequence[tuple[ShownColumn, Cell]], wide: bool = False) -> SafeString:
    """Draw the cells of a table's row; of ``wide`` data, those that may be cut off with what they say."""
    return row_html(row, wide=wide)


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
    return {name: context.get(name) for name in ("request", "csrf_token", "shell")} | {"table": table}


@register.inclusion_tag("site/components/pager.html", takes_context=True)
def pager(context: Context, page: Page[object], table: object = None) -> dict[str, object]:
    """Draw where a page stands in its list, and the way to the others; within ``table`` without leaving the page."""
    near = {1, page.pages, *range(page.number - 1, page.number + 2)}
    numbers: list[int | None] = []
    for number in sorted(near & set(range(1, page.pages + 1))):
        if numbers and numbers[-1] is not None and number > numbers[-1] + 1:
            numbers.append(None)
        numbers.append(number)
    return {"page": page, "numbers": numbers, "previous": page.number - 1, "next": page.number + 1,
            "table": table, "request": context["request"]}  # fmt: skip


@register.inclusion_tag("site/components/field.html")
def field(bound: BoundField) -> dict[str, object]:
    """Draw a form's field with label, required mark, help, errors and unit: ``{% field form.purpose %}``."""
    kind = bound.field
    upload = kind if isinstance(kind, UploadField) else None
    described = f"{bound.auto_id}_kinds {bound.aria_describedby or ''}".strip()
    return {
        "field": bound,
        "input": bound.as_widget(attrs={"aria-describedby": described}) if upload else bound,
        "required": kind.required,
        "term": term_of(bound.form, bound.name),
        "unit": kind.unit if isinstance(kind, MoneyField) else "",
        "suggests": isinstance(kind.widget, SuggestInput),
        "check": isinstance(kind.widget, CheckboxInput),
        "upload": upload,
    }


@register.inclusion_tag("site/components/form.html")
def form(shown: BaseForm) -> dict[str, object]:
    """Draw a form's fields in its groups, below what is wrong: ``{% form form %}`` inside the page's ``<form>``."""
    return {"form": shown}


@register.inclusion_tag("site/components/form_errors.html")
def form_errors(*shown: BaseForm | None) -> dict[str, object]:
    """Draw what is wrong with a form, or with several that are sent as one, each with a link to its field.

    Nothing when all is well. An error that names its field is the link itself; before another stands the field's name.
    """
    forms = [form for form in shown if form]
    wrong = [(bound, error, str(bound.label) in error) for form in forms for bound in form for error in bound.errors]
    return {
        "whole": [error for form in forms for error in form.non_field_errors()],
        "wrong": wrong,
        "count": sum(len(errors) for form in forms for errors in form.errors.values()),
    }


@register.inclusion_tag("site/components/progress.html")
def progress(steps: Sequence[ShownStep]) -> dict[str, object]:
    """Draw how far a form of several steps has come: ``{% progress steps.progress %}``."""
    return {"steps": steps}


@register.inclusion_tag("site/components/chart.html")
def chart(shown: Chart) -> dict[str, object]:
    """Draw a :class:`huitong.apps.charts.Chart` with its table; needs ``{% chart_files %}`` in the page's scripts."""
    return {"chart": shown}


@register.inclusion_tag("site/components/graph.html")
def graph(drawing: Drawing, label: object) -> dict[str, object]:
    """Draw a :class:`huitong.apps.graphs.Drawing`: SVG with links, and the same as a list on narrow pages."""
    return {"graph": drawing, "label": label}


@register.filter
def fitted(text: object, width: int) -> str:
    """Cut a text to so many units of a drawing at 13 units a Chinese character."""
    return shapes.fitted(str(text), width)


@register.simple_tag
def chart_files() -> SafeString:
    """Load what draws charts: ``{% block scripts %}{% chart_files %}{% endblock %}``, only on pages that have one."""
    library = static("vendor/echarts-6.1.0/echarts.common.min.js")
    return format_html('<script src="{}" data-library="{}" defer></script>', static("site/js/chart.js"), library)


@register.inclusion_tag("site/components/map.html")
def map(shown: AreaMap) -> dict[str, object]:  # noqa: A001 - the tag's name
    """Draw a :class:`huitong.apps.maps.AreaMap` with its table; needs ``map_styles`` and ``map_files``."""
    return {"map": shown}


@register.simple_tag
def map_styles() -> SafeString:
    """Link what a map looks like: ``{% block styles %}{% map_styles %}{% endblock %}``."""
    files = ("vendor/leaflet-1.9.4/leaflet.css", "site/css/map.css")
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(file),) for file in files))


@register.simple_tag
def map_files() -> SafeString:
    """Load what draws maps: ``{% block scripts %}{% map_files %}{% endblock %}``, only on pages that have one."""
    return _scripts("vendor/leaflet-1.9.4/leaflet.js", "site/js/map.js")


def _scripts(*files: str) -> SafeString:
    return format_html_join("\n", '<script src="{}" defer></script>', ((static(file),) for file in files))


@register.simple_tag
def print_button() -> SafeString:
    """Draw a button that prints the page, where scripts run: ``print.css`` says how."""
    inside = (icon_svg("printer"), _("打印"))
    return format_html('<button class="button" type="button" data-print>{}{}</button>', *inside)


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
def counted(value: int, most: int) -> str:
    """``1000`` → ``1,000+`` where counting stopped at ``most``; below it, ``grouped``."""
    return f"{figures.grouped(most)}+" if value >= most else figures.grouped(value)


@register.filter
def plain(value: float) -> str:
    """``1234.50`` → ``1234.5``: a number for programs, whatever the page's language."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


@register.filter
def short(value: float | None) -> str:
    """``1234567`` → ``123.4 万`` (in English ``1.23 M``)."""
    return " ".join(figures.short(value)).strip()


@register.filter
def of(part: float | None, whole: float | None) -> str:
    """``{{ part|of:whole }}`` in percent."""
    return figures.percent(part, whole)


@register.filter
def listed(words: Iterable[object]) -> str:
    """Words one after the other, as the reader's language parts them."""
    return labels.listed(words)


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
def as_json(value: object) -> str:
    """A value for a script to read from a ``data-`` attribute."""
    return json.dumps(value, ensure_ascii=False)


@register.filter
def at(mapping: Mapping[str, object], key: str) -> object:
    """``{{ mapping|at:key }}``: the value under ``key``, or nothing."""
    return mapping.get(key, "")


@register.inclusion_tag("site/components/crumbs.html")
def crumbs(*parts: object) -> dict[str, object]:
    """Draw the way to this page: ``{% crumbs _("数据目录") items_url item %}``, titles and addresses in turn."""
    steps = list(zip(parts[0::2], parts[1::2], strict=False))
    return {"steps": steps, "last": parts[-1]}


@register.simple_tag
def clock(
    due: datetime.date | None,
    days_left: int | None = None,
    state: str = "running",
    provisional: object = False,
    escalated: object = False,
) -> SafeString:
    """Draw how a deadline stands: ``{% clock case.due_on case.days_left %}``.

    Args:
        due: the last day; None draws a dash.
        days_left: working days until then, negative when late; None shows the day alone.
        state: ``running``, ``paused`` or ``ended``: a clock that does not run is never late.
        provisional: whether the day may move when the official calendar of its year comes.
        escalated: whether the one above has been told.
    """
    if due is None:
        return NOTHING
    words, tone, icon = _clock_words(days_left, state)
    parts = [badge_html(words, tone, icon)] if words else []
    parts.append(format_html('<time datetime="{}">{}</time>', due.isoformat(), due.isoformat()))
    if escalated:
        parts.append(badge_html(_("已升级"), "bad", "alert-triangle"))
    if provisional:
        parts.append(badge_html(_("暂定，待官方日历公布"), "info"))
    return format_html('<span class="clock">{}</span>', format_html_join(" ", "{}", ((part,) for part in parts)))


def _clock_words(days_left: int | None, state: str) -> tuple[str, str, str]:
    if state == "paused":
        return _("已暂停"), "", "player-pause"
    if state == "ended" or days_left is None:
        return ("" if days_left is None else _("已办结")), "good", "circle-check"
    if days_left < 0:
        late = -days_left
        return (
            ngettext("逾期 %(days)d 个工作日", "逾期 %(days)d 个工作日", late) % {"days": late},
            "bad",
            "alert-triangle",
        )
    if days_left == 0:
        return _("今天到期"), "warn", "clock"
    left = ngettext("还有 %(days)d 个工作日", "还有 %(days)d 个工作日", days_left) % {"days": days_left}
    return left, "warn" if days_left == 1 else "info", "clock"


@register.inclusion_tag("site/components/search_box.html")
def search_box(
    name: str,
    label: object,
    action: str = "",
    value: object = "",
    suggest: str = "",
    clear: str = "",
    size: str = "",
    focus: str = "",
) -> dict[str, object]:
    """Draw a box to search in: ``{% search_box "catalog-q" label value=text suggest=address %}``.

    Args:
        name: the field's id on the page; what is typed is sent as ``q``. The form's is the same with ``-form``.
        label: what may be typed, for eyes and for screen readers.
        action: where the search leads; the page itself without it.
        value: what was searched for.
        suggest: an address that answers ``?q=`` with options (``site/components/found.html``); arrow keys choose one.
        clear: where the search is undone.
        size: ``large`` on pages that are about searching.
        focus: anything, where one may type at once.
    """
    return {"name": name, "label": label, "action": action, "value": value, "suggest": suggest, "clear": clear,
            "large": size == "large", "focus": focus}  # fmt: skip


@register.inclusion_tag("site/components/tabs.html")
def tabs(links: object, label: object) -> dict[str, object]:
    """Draw tabs that are links: each with ``title``, ``href``, ``current`` and perhaps ``count``."""
    return {"links": links, "label": label}
