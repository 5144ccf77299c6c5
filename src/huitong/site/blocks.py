"""Components around a page's own words: notice, timeline, small table, empty state, dialog; as HTML by Python."""

from __future__ import annotations

from django.forms import BaseForm
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from huitong.apps import labels
from huitong.site.icons import icon_svg
from huitong.site.templatetags.help import explained

TONE_ICONS = {"": "info-circle", "info": "info-circle", "good": "circle-check", "warn": "alert-triangle",
              "bad": "alert-triangle"}  # fmt: skip
EVENT_ICONS = {"": "clock", "info": "circle-check", "good": "circle-check", "warn": "alert-triangle",
               "bad": "circle-x"}  # fmt: skip


def notice(content: str, title: object = "", tone: str = "", icon: str = "", role: str = "") -> SafeString:
    """Draw a notice: ``{% notice _("没做成") tone="bad" role="alert" %}<p>…</p>{% endnotice %}``."""
    css = f"notice notice-{tone}" if tone else "notice"
    said = format_html(' role="{}"', role) if role else ""
    head = format_html('<p class="strong">{}</p>', title) if title else ""
    picture = icon_svg(icon or TONE_ICONS[tone])
    return format_html('<div class="{}"{}>{}<div class="grow">{}{}</div></div>', css, said, picture, head, content)


def timeline(content: str) -> SafeString:
    """Draw what happened, one ``{% event %}`` after another."""
    return format_html('<ol class="timeline">{}</ol>', content)


def event(content: str, tone: str = "", icon: str = "", kind: str = "", value: str = "") -> SafeString:
    """Draw one thing that happened: ``{% event tone icon %}…{% endevent %}``.

    Args:
        content: what happened, in words.
        tone: "" for what is to come, ``info``, ``good``, ``warn`` or ``bad``.
        icon: an icon's name; the tone's own without it.
        kind: a kind of states; where its ``value`` has a tone and an icon, they are taken.
        value: the state of that kind.
    """
    named = labels.label(kind, value) if kind else labels.Label("")
    shown_tone = named.tone or tone
    picture = named.icon or icon or EVENT_ICONS.get(shown_tone, "circle-check")
    return format_html(
        '<li><span class="timeline-dot {}">{}</span><div class="grow">{}</div></li>',
        shown_tone,
        icon_svg(picture),
        content,
    )


def sheet(
    content: str, title: object, *columns: object, numbers: str = "", css: str = "", terms: str = ""
) -> SafeString:
    """Draw a small table, its rows by the page: ``{% sheet title _("名称") _("数量") numbers="2" %}…{% endsheet %}``.

    Args:
        content: the rows; each cell names its column in ``data-label``, for phones.
        title: what the table is, for screen readers.
        columns: the headings.
        numbers: which columns, from 1, hold numbers.
        css: a class of its own.
        terms: headings that get a question mark, by place: ``"2 data element; 4 level"``; on phones, where rows are
            cards without headings, the terms stand above them.
    """
    right = {int(number) for number in numbers.split()}
    named = dict(one.strip().split(" ", 1) for one in terms.split(";") if one.strip())
    heads = (
        (
            mark_safe(' class="num"') if place in right else "",
            column,
            _question_mark(named[str(place)], named=False) if str(place) in named else "",
        )
        for place, column in enumerate(columns, start=1)
    )
    above = format_html_join("", "{}", ((_question_mark(term, named=True),) for term in dict.fromkeys(named.values())))
    return format_html(
        '{}<div class="table-wrap"><table class="{}"><caption class="sr">{}</caption><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        format_html('<div class="table-terms">{}</div>', above) if named else "",
        f"table table-stack {css}".strip(),
        title,
        format_html_join("", '<th scope="col"{}>{}{}</th>', heads),
        content,
    )


def _question_mark(term: str, *, named: bool) -> SafeString:
    return mark_safe(render_to_string("site/components/what.html", explained(term, named=named)))


def empty(content: str, icon: str, title: object) -> SafeString:
    """``{% empty "inbox" title %}what to do{% endempty %}``: nothing is here, and what to do about it."""
    return format_html('<div class="empty">{}<h3>{}</h3>{}</div>', icon_svg(icon), title, content)


def dialog(
    content: str, trigger: object, title: object, style: str = "", icon: str = "", unfolded: object = ""
) -> SafeString:
    """``{% dialog trigger title "button-danger" "ban" %}…{% enddialog %}``: a button that opens a dialog.

    What cannot be undone is asked in one: its words say what follows, its button does it. Without JavaScript it
    unfolds, and so it does where it comes back ``unfolded``, with what is wrong in it.
    """
    return format_html(
        '<details class="unfold" data-dialog{}><summary class="{}">{}{}</summary>'
        '<div class="unfold-body stack"><h3>{}</h3>{}</div></details>',
        mark_safe(" open" if unfolded else ""),
        f"button {style}".strip(),
        icon_svg(icon) if icon else "",
        trigger,
        title,
        content,
    )


def guard(context: Context, returned: object = None) -> SafeString:
    """Guard a form against leaving with changes that were not sent: ``<form method="post" {% guard form %}>``.

    Args:
        context: the page's.
        returned: the form, or what was typed, where the page may be the answer to a form that was not accepted:
            what came back is as unsaved as what has just been typed.
    """
    bound = returned.is_bound if isinstance(returned, BaseForm) else bool(returned)
    return mark_safe('data-guard="unsaved"' if bound and context["request"].method == "POST" else "data-guard")
