"""A question mark beside a term: ``{% load help %}{% what "data element" %}``."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from huitong.apps.help.glossary import term
from huitong.apps.help.guide import for_reader
from huitong.apps.labels import language
from huitong.site.context import Shell
from huitong.site.figures import in_english

register = template.Library()


@register.inclusion_tag("site/components/what.html")
def what(english: str) -> dict[str, object]:
    """Draw a small "?" that opens one sentence about a term of the glossary, with the way to it."""
    return explained(english, named=False)


@register.inclusion_tag("site/components/what.html")
def what_named(english: str) -> dict[str, object]:
    """Draw a term with its question mark."""
    return explained(english, named=True)


@register.filter
def read_in(html: str, shell: Shell) -> SafeString:
    """A guide's text with links to pages that its reader may open; to all for nobody, whom signing in lets through."""
    if not shell.viewer.is_authenticated:
        return mark_safe(html)
    return mark_safe(for_reader(html, {link.href for group in shell.groups for link in group.links}))


def explained(english: str, *, named: bool) -> dict[str, object]:
    """Return what ``what.html`` shows of a term, in the reader's language."""
    found = term(english, language())
    if found is None:
        raise template.TemplateSyntaxError(f"the glossary has no term “{english}”")
    shown = found.en if in_english() else found.zh
    return {
        "term": shown,
        "meaning": found.meaning,
        "named": named,
        "href": f"{reverse('help:glossary')}#{found.anchor}",
    }
