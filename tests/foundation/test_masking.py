"""Masks show no more than they say; hashes name without telling."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong.foundation.errors import Terminal
from huitong.foundation.hashing import SUBJECT_LENGTH, hash_secret, hash_subject, new_secret, verify_secret
from huitong.foundation.masking import MASKS, mask


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("full", "任何", "****"),
        ("name", "王小明", "王**"),
        ("name", "王明", "王*"),
        ("name", "王", "****"),
        ("id_number", "11010519491231002X", "110105***********X"),
        ("id_number", "E12345678", "E*******8"),
        ("mobile", "13800138000", "138******00"),
        ("mobile", "8001", "****"),
        ("phone", "0564-3331234", "**********34"),
        ("email", "wang@example.cn", "w***@example.cn"),
        ("address", "安徽省六安市金安区解放路1号", "安徽省六安市金安区****"),
        ("address", "幸福小区3栋201", "****"),
        ("bank_account", "6222021234567890123", "***************0123"),
        ("number", "CERT20240001", "*********001"),
        ("plate", "皖N12345", "皖N****5"),
        ("year", date(1990, 5, 17), "1990"),
        ("year", "1990年5月", "1990"),
        ("year", "18012341234", "****"),
        ("amount_range", Decimal("1234.50"), "1000–2000"),
        ("amount_range", 3, "< 100"),
        ("amount_range", 10**12, "≥ 500000000"),
        ("amount_range", -5, "****"),
        ("", "clear", "clear"),
        ("full", "", ""),
        ("name", None, None),
    ],
)
def test_masks(name: str, value: str | int | date | Decimal | None, seen: str | None) -> None:
    assert mask(name, value) == seen


@given(st.sampled_from(sorted(MASKS)), st.text())
def test_a_mask_never_fails_and_never_shows_all(name: str, value: str) -> None:
    seen = mask(name, value)
    assert seen is not None
    assert seen != value or not value or set(value) <= set("*")
    assert seen == mask(name, value)


def test_an_unknown_mask_is_refused() -> None:
    with pytest.raises(Terminal, match=r"standards\.unknown_mask"):
        mask("sunglasses", "x")


def test_subject_hashes_depend_on_key_and_subject() -> None:
    one = hash_subject("key", "11010519491231002X")
    assert len(one) == SUBJECT_LENGTH
    assert one == hash_subject("key", "11010519491231002X")
    assert len({one, hash_subject("other", "11010519491231002X"), hash_subject("key", "110105194912310021")}) == 3


def test_secrets_are_verified_and_not_stored() -> None:
    secret = new_secret()
    stored = hash_secret(secret)
    assert secret not in stored
    assert stored != hash_secret(secret)
    assert verify_secret(secret, stored)
    assert not verify_secret(secret + "x", stored)
    assert not verify_secret(secret, "")
    assert not verify_secret(secret, "scrypt1$zz$zz")
