"""Messages: no secrets, and the closest name first."""

from __future__ import annotations

import pytest

from huitong.engine.connectors import CONNECTORS
from huitong.engine.connectors.failures import closest_first, place, reason_of, redacted
from huitong.engine.connectors.protocol import ReadRequest, Watermark
from huitong.foundation.errors import HuitongError, error_texts

SECRET = "s3 cr/et@"
LOCATION = "mysql://user:s3%20cr%2Fet%40@10.0.0.1:3306/db?x=1"


@pytest.mark.parametrize(
    "text",
    [
        f"cannot connect to {LOCATION}",
        "mysql://user:s3%20cr%2Fet%40@10.0.0.1",
        f"Access denied for password {SECRET}",
        "host=h password='s3 cr' dbname=x",
        "postgresql://a:b@h/db",
    ],
)
def test_passwords_are_redacted(text, source):
    shown = redacted(text, source("mysql", LOCATION))
    assert not any(part in shown for part in ("s3 cr", "s3%20", "a:b@"))
    assert "***" in shown


def test_a_place_has_no_credentials_and_no_query(source):
    assert place(source("mysql", LOCATION)) == "mysql://10.0.0.1:3306/db"
    assert place(source("csv", "/data/in")) == "/data/in"


def test_names_are_listed_closest_first_and_not_without_end():
    assert closest_first("t_persn", ["orders", "t_person", "T_PERSONS"]).startswith("t_person, T_PERSONS")
    assert closest_first("x", [f"t{n}" for n in range(40)]).endswith("… (+28)")
    assert closest_first("x", []) == "—"


def test_reasons_are_one_bounded_line(source):
    assert reason_of("a\n  b " + "x" * 5_000).startswith("a b x")
    assert len(reason_of("x" * 5_000)) == 400


@pytest.mark.parametrize(
    ("kind", "location"),
    [
        ("mysql", "10.0.0.1:3306/db"),
        ("mysql", "mysql://u:p@h:port/db"),
        ("mysql", "mysql://u:p@h:3306"),
        ("mysql", "mysql://u:p@h:3306/db?ssl-mode=REQUIRED"),
        ("mysql", "postgresql://u:p@h/db"),
        ("postgresql", "postgresql://u:p@h/db?nonsense=1"),
        ("postgresql", "postgresql://u:p@[::1/db"),
        ("html", "ftp://h/x"),
        ("html", "file:///etc/passwd"),
        ("html", "/etc/passwd"),
        ("html", "http://[::1"),
    ],
)
def test_a_location_that_cannot_be_is_refused_without_repeating_its_password(kind, location, source, read):
    with pytest.raises(HuitongError) as caught:
        read(source(kind, location.replace(":p@", ":hunter2@")), "t")
    assert caught.value.code == "source.bad_location"
    assert "hunter2" not in str(caught.value) + str(caught.value.parameters)


def test_statements_say_what_and_where_and_no_password(source):
    request = ReadRequest('t"able', columns=("编号",), watermark=Watermark("n", 5))
    for kind, connector in CONNECTORS.items():
        statement = connector.statement(source(kind, LOCATION), request)
        assert "编号" in statement and "10.0.0.1" in statement and "n" in statement
        assert "s3" not in statement and "\n" not in statement


def test_every_source_error_is_complete_in_both_languages():
    texts = {code: text for code, text in error_texts().items() if code.startswith("source.")}
    assert len(texts) > 20
    for text in texts.values():
        assert all(set(part) == {"zh", "en"} and all(part.values()) for part in (text.title, text.detail, text.hint))
