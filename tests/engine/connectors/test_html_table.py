"""Tables on web pages, on a real server on loopback."""

from __future__ import annotations

import socket
import time

import pytest

from huitong.engine.connectors import CONNECTORS, html_grid, html_table, web
from huitong.engine.connectors.protocol import SourceObject, Watermark
from huitong.foundation.errors import HuitongError, Terminal, Transient

TABLE = "<table><tr><th>编号</th><th>名称</th></tr><tr><td>1</td><td>市场<b>监</b>管&nbsp;局<br>二楼</td></tr></table>"
ROWS = [{"编号": "1", "名称": "市场监管 局 二楼"}]


def code_of(read, source, name=""):
    with pytest.raises(HuitongError) as caught:
        read(source, name)
    assert "{" not in caught.value.detail("zh") + caught.value.hint("en")
    return caught.value.code


@pytest.mark.parametrize(
    ("encoding", "head", "kind"),
    [
        ("utf-8", "", "text/html; charset=utf-8"),
        ("gbk", "", "text/html; charset=GB2312"),
        ("gb18030", '<meta charset="gbk">', "text/html"),
        ("gbk", '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', "text/html"),
        ("gbk", '<meta charset="utf-8">', "text/html; charset=nonsense"),
        ("gbk", "", "text/html"),
        ("utf-16", "", "text/html"),
        ("utf-8-sig", "", "application/xhtml+xml"),
    ],
)
def test_encodings(encoding, head, kind, site, source, read):
    site.page("/t", f"<html><head>{head}</head>{TABLE}".encode(encoding), Content_Type=kind)
    assert read(source("html", f"{site.url}/t"), "") == ROWS


def test_a_declared_encoding_counts(site, source, read):
    site.page("/t", TABLE.encode("big5", "ignore"))
    assert len(read(source("html", f"{site.url}/t", encoding="big5"), "")) == 1


def test_spans_and_two_header_rows(site, source, read):
    site.page(
        "/t",
        """<table id=skip><tr><td>menu</td></tr></table>
        <div class=list><table>
        <caption>名录</caption>
        <thead><tr><th colspan=4>某市名录</th></tr>
          <tr><th rowspan=2>姓名<th colspan=2>地址<th rowspan=2>备注</tr><tr><th>省<th>市</tr></thead>
        <tbody><tr><td rowspan=2>张三<td>安徽<td>六安<td><table><tr><td>内层</td></tr></table></tr>
          <tr><td colspan=2>四川</tr>
          <tr><td rowspan=0>李四<td colspan=x>安徽<td rowspan=99999999>合肥<td><script>x()</script></tr>
          <tr><td> </tr></tbody>
        <tfoot><tr><td>合计<td>2</tr></tfoot></table></div>""",
    )
    assert read(source("html", f"{site.url}/t"), "div.list table") == [
        {"姓名": "张三", "地址_省": "安徽", "地址_市": "六安", "备注": "内层"},
        {"姓名": "张三", "地址_省": "四川", "地址_市": "四川", "备注": None},
        {"姓名": "李四", "地址_省": "安徽", "地址_市": "合肥", "备注": None},
        {"姓名": "李四", "地址_省": None, "地址_市": "合肥", "备注": None},
    ]


def test_looking_around(site, source, read):
    site.page("/t", f"<table id=menu><tr><td>菜单</table><div>{TABLE}</div>")
    connector, here = CONNECTORS["html"], source("html", f"{site.url}/t")
    assert connector.objects(here) == (SourceObject("table#menu", 0), SourceObject("table:2", 1))
    assert [column.name for column in connector.columns(here, "table:2")] == ["编号", "名称"]
    assert read(here, "div") == read(here, "table:2") == ROWS
    with pytest.raises(Terminal) as caught:
        read(here, "table#list")
    assert caught.value.code == "source.object_missing"
    assert "table#menu" in caught.value.detail("zh")
    assert code_of(read, here, "table[") == "source.object_missing"
    with pytest.raises(Terminal) as caught:
        read(here, "table:2", columns=("名",))
    assert caught.value.code == "source.column_missing"


def page_of(number, following, header="<tr><th>编号<th>日期"):
    link = f'<a rel="next" href="{following}">下一页</a>' if following else ""
    return f"<table>{header}<tr><td>{number}<td>2026-01-0{number}</table>{link}"


def test_pages_are_followed_with_and_without_a_header(site, source, read, monkeypatch):
    monkeypatch.setattr(html_table, "PAUSE", 0)
    site.page("/list", page_of(1, "?page=2"))
    site.page("/list?page=2", page_of(2, "/list?page=3", header=""))
    site.page("/list?page=3", page_of(3, "/list?page=3#top"))
    here = source("html", f"{site.url}/list")
    assert [row["编号"] for row in read(here, "")] == ["1", "2", "3"]
    assert [row["编号"] for row in read(here, "", watermark=Watermark("日期", "2026-01-02"))] == ["2", "3"]
    assert all(headers["User-Agent"].startswith("Huitong/") for _, headers in site.asked)


def test_pages_that_go_wrong(site, source, read, monkeypatch):
    monkeypatch.setattr(html_table, "PAUSE", 0)
    here = source("html", f"{site.url}/list")
    site.page("/list", page_of(1, "?page=2"))
    site.page("/list?page=2", page_of(2, "", header="<tr><th>编号<th>金额"))
    assert code_of(read, here) == "source.columns_differ"
    site.page("/list?page=2", "gone", status=404)
    assert code_of(read, here) == "source.http_status"
    site.page("/list", page_of(1, "http://elsewhere.example/"))
    assert code_of(read, here) == "source.foreign_page"
    site.page("/list", page_of(1, "http://[x"))
    assert code_of(read, here) == "source.bad_location"
    monkeypatch.setattr(html_table, "MOST_PAGES", 3)
    for number in range(5):
        site.page("/list" + (f"?p={number}" if number else ""), page_of(1, f"?p={number + 1}"))
    assert code_of(read, here) == "source.too_many_pages"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "source.http_status", Terminal),
        (404, "source.http_status", Terminal),
        (429, "source.http_busy", Transient),
        (500, "source.http_busy", Transient),
        (503, "source.http_busy", Transient),
    ],
)
def test_statuses(status, code, kind, site, source, read):
    site.page("/t", TABLE, status=status)
    with pytest.raises(kind) as caught:
        read(source("html", f"{site.url}/t"), "")
    assert caught.value.code == code


def test_redirects_are_followed_but_not_for_ever_and_not_off_the_web(site, source, read):
    site.page("/t", TABLE)
    site.page("/old", status=302, Location="/t")
    site.page("/loop", status=302, Location="/loop")
    site.page("/file", status=302, Location="file:///etc/passwd")
    assert read(source("html", f"{site.url}/old"), "") == ROWS
    assert code_of(read, source("html", f"{site.url}/loop")) == "source.bad_location"
    assert code_of(read, source("html", f"{site.url}/file")) == "source.bad_location"


def test_what_is_no_table(site, source, read):
    site.page("/empty", b" \n")
    site.page("/none", "<p>维护中")
    site.page("/blank", "<table><tr><td> <td></table>")
    site.page("/numbers", "<table><tr><td>1<td>2<tr><td>3<td>4</table>")
    site.page("/pdf", b"%PDF-1.7", Content_Type="application/pdf")
    site.page("/latin", b"<table><tr><td>\xe9\xff\xff</table>")
    for page, code in [
        ("empty", "source.empty"),
        ("none", "source.object_missing"),
        ("blank", "source.empty"),
        ("numbers", "source.no_header"),
        ("pdf", "source.bad_format"),
        ("latin", "source.encoding_unknown"),
    ]:
        assert code_of(read, source("html", f"{site.url}/{page}")) == code


def test_a_page_without_end_is_refused(site, source, read, monkeypatch):
    monkeypatch.setattr(web, "MOST_BYTES", 100_000)
    site.page("/t", *[b"x" * 10_000] * 20)
    assert code_of(read, source("html", f"{site.url}/t")) == "source.too_many_bytes"


def test_a_few_cells_that_span_billions_are_refused(site, source, read, monkeypatch):
    monkeypatch.setattr(html_grid, "MOST_CELLS", 10_000)
    site.page("/t", "<table><tr>" + "<td colspan=1000 rowspan=0>x" + "<tr>" * 100)
    assert code_of(read, source("html", f"{site.url}/t")) == "source.too_many_bytes"


def test_a_site_that_is_not_there(source, read):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert code_of(read, source("html", f"http://127.0.0.1:{port}/", timeout=2)) == "source.unreachable"


def test_a_site_that_hangs_or_drips_is_given_up(silent_port, site, source, read, monkeypatch):
    began = time.monotonic()
    assert code_of(read, source("html", f"http://127.0.0.1:{silent_port}/", timeout=0.5)) == "source.timeout"
    site.page("/stalls", TABLE[:50], None)
    assert code_of(read, source("html", f"{site.url}/stalls", timeout=0.5)) == "source.timeout"
    monkeypatch.setattr(web, "PATIENCE", 0)
    site.page("/drips", TABLE[:50], TABLE[50:])
    assert code_of(read, source("html", f"{site.url}/drips", timeout=0.5)) == "source.timeout"
    assert time.monotonic() - began < 10


def test_a_proxy_in_the_environment_is_not_asked(site, source, read, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    site.page("/t", TABLE)
    assert read(source("html", f"{site.url}/t"), "") == ROWS
