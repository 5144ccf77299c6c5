"""Components that pages put around their own words: what they draw in each state."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.safestring import SafeString, mark_safe
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from huitong.apps.forms import SiteForm
from huitong.apps.tables import Cell, ShownColumn
from huitong.site.cells import row_html
from huitong.site.icons import FOLDER, icon_svg

DAY = dt.date(2026, 3, 11)


class Sample(SiteForm):
    """A form of one field."""

    name = forms.CharField(label="名称")


def drawn(source: str, **context: object) -> HTMLParser:
    """Draw a template."""
    return HTMLParser(Template("{% load ht %}" + source).render(Context(context)))


def words(tree: HTMLParser) -> str:
    """What a reader sees."""
    assert tree.body is not None
    return " ".join(tree.body.text(separator=" ").split())


@pytest.mark.parametrize(
    ("left", "state", "said", "tone"),
    [
        (8, "running", "还有 8 个工作日 2026-03-11", "badge-info"),
        (1, "running", "还有 1 个工作日 2026-03-11", "badge-warn"),
        (0, "running", "今天到期 2026-03-11", "badge-warn"),
        (-3, "running", "逾期 3 个工作日 2026-03-11", "badge-bad"),
        (-3, "paused", "已暂停 2026-03-11", "badge"),
        (-3, "ended", "已办结 2026-03-11", "badge-good"),
    ],
)
def test_a_clock_that_does_not_run_is_never_late(left: int, state: str, said: str, tone: str) -> None:
    clock = drawn("{% clock day left state %}", day=DAY, left=left, state=state)
    assert words(clock) == said
    assert tone in str(clock.css(".badge")[0].attributes["class"])


def test_a_clock_says_that_its_day_may_move_and_who_was_told() -> None:
    clock = drawn("{% clock day 2 provisional=True escalated=True %}", day=DAY)
    assert words(clock) == "还有 2 个工作日 2026-03-11 已升级 暂定，待官方日历公布"
    assert words(drawn("{% clock day %}", day=DAY)) == "2026-03-11"
    assert words(drawn("{% clock None %}")) == "—"


@pytest.mark.parametrize(
    ("method", "form", "typed", "kept"),
    [
        ("get", Sample(), "", ""),
        ("get", Sample({"name": ""}), "已写", ""),
        ("post", Sample(), "", ""),
        ("post", Sample({"name": ""}), "已写", "unsaved"),
    ],
)
def test_what_came_back_refused_is_unsaved(method: str, form: SiteForm, typed: str, kept: str) -> None:
    request = getattr(RequestFactory(), method)("/")
    for returned in ("form", "typed"):
        tree = drawn(f"<form {{% guard {returned} %}}></form>", request=request, form=form, typed=typed)
        assert (tree.css("form")[0].attributes["data-guard"] or "") == kept
    plain = drawn("<form {% guard %}></form>", request=request)
    assert not plain.css("form")[0].attributes["data-guard"]


def test_what_pages_say_is_escaped() -> None:
    bad = "<script>"
    for source in (
        "{% notice bad %}{{ bad }}{% endnotice %}",
        "{% timeline %}{% event 'info' %}{{ bad }}{% endevent %}{% endtimeline %}",
        "{% sheet bad bad %}<tr><td>{{ bad }}</td></tr>{% endsheet %}",
        "{% dialog bad bad %}{{ bad }}{% enddialog %}",
        "{% empty 'inbox' bad %}{{ bad }}{% endempty %}",
    ):
        assert not drawn(source, bad=bad).css("script"), source


def test_an_event_takes_tone_and_icon_from_its_state() -> None:
    tree = drawn("{% timeline %}{% event kind='run_state' value='failed' %}{% endevent %}{% endtimeline %}")
    assert "bad" in str(tree.css(".timeline > li > .timeline-dot")[0].attributes["class"])
    other = drawn("{% event 'good' kind='case_event' value='acted' %}{% endevent %}")
    assert "good" in str(other.css(".timeline-dot")[0].attributes["class"])


def test_a_small_table_knows_its_numbers() -> None:
    tree = drawn("{% sheet '表' '名称' '数量' numbers='2' %}<tr><td>甲</td></tr>{% endsheet %}")
    heads = tree.css("thead th")
    assert [head.attributes.get("class") for head in heads] == [None, "num"]
    assert tree.css("caption")[0].text() == "表" and tree.css("tbody td")[0].text() == "甲"


def test_an_icon_is_one_path_and_draws_all_of_it() -> None:
    """A list of five hundred rows has thousands of icons; lines that begin where the one before began look the same."""
    for file in FOLDER.glob("*.svg"):
        lines = [line for line in re.findall(r'\bd="([^"]+)"', file.read_text()) if line != "M0 0h24v24H0z"]
        drawn_as = re.findall(r'\bd="([^"]+)"', icon_svg(file.stem))
        assert drawn_as == ["".join(lines)] and all(line.startswith("M") for line in lines), file.stem
        assert not re.search(r"<(?!svg|path|/)", file.read_text()), f"{file.stem} has more than lines"


@pytest.mark.parametrize(
    ("value", "drawn_as"),
    [
        ("2026-01-01 – …", '<td data-label="t"><span class="date">2026-01-01</span> – …</td>'),
        ("<b>12-31", '<td data-label="t">&lt;b&gt;<span class="date">12-31</span></td>'),
        ("YS-2026-000009", '<td data-label="t">YS-2026-000009</td>'),
    ],
)
def test_a_date_stays_on_one_line(value: str, drawn_as: str) -> None:
    assert row_html([(ShownColumn("x", "t", "text", head=False), Cell(value))]) == drawn_as


def test_words_of_a_row_are_escaped_each_time_they_are_said() -> None:
    """What is kept of a cell from one row to the next is never what somebody wrote."""
    for title, value in ((mark_safe("<b>t</b>"), mark_safe("<i>v</i>")), ("<b>t</b>", "<i>v</i>")):
        row = [(ShownColumn("x", title, "badge", head=False), Cell(value, tone="info", icon="key"))]
        html = row_html(row)
        assert "<b>" not in html, "an attribute is no place for markup"
        assert ("<i>" in html) is isinstance(value, SafeString)
        wide = row_html([(ShownColumn("x", title, "text", head=False), Cell(value))], wide=True)
        assert ("<i>" in wide) is isinstance(value, SafeString)


@pytest.mark.parametrize(
    ("kind", "cell", "drawn_as"),
    [
        ("text", Cell("a & b"), "<td>a &amp; b</td>"),
        ("mono", Cell("x"), '<td class="mono">x</td>'),
        ("text", Cell(None), '<td><span class="cell-empty">—</span></td>'),
        ("text", Cell(""), '<td><span class="cell-empty">—</span></td>'),
        ("number", Cell(1234567), '<td class="num">1,234,567</td>'),
        ("number", Cell("1234567"), '<td class="num">1234567</td>'),
        (
            "text",
            Cell('seventeen "signs" '),
            '<td title="seventeen &quot;signs&quot; ">seventeen &quot;signs&quot; </td>',
        ),
        ("text", Cell("x", href="/y/"), '<td><a href="/y/">x</a></td>'),
        ("badge", Cell("x", tone="bad"), '<td><span class="badge badge-bad">x</span></td>'),
    ],
)
def test_cells_of_wide_rows(kind: Literal["text", "mono", "number", "badge"], cell: Cell, drawn_as: str) -> None:
    assert row_html([(ShownColumn("x", "t", kind, head=False), cell)], wide=True) == drawn_as
