"""What surrounds a number goes: thousands separators, currency signs, 元; full-width digits become ASCII."""

from __future__ import annotations

from huitong.engine.standards.normalisers.protocol import Normaliser

_FROM, _TO = "０１２３４５６７８９．－，＋", "0123456789.-,+"


def _sql(column: str) -> str:
    ascii_text = f"translate({column}, '{_FROM}', '{_TO}')"
    return (
        f"CASE WHEN TRY_CAST({column} AS DECIMAL(20, 6)) IS NOT NULL THEN {column} "
        rf"ELSE regexp_replace({ascii_text}, '[\s\x{{A0}}\x{{3000}},¥￥]+|元?整?(人民币)?$|人民币', '', 'g') END"
    )


NORMALISER = Normaliser("amount", "去除千分位、货币符号和“元”", "Remove separators, currency signs and 元", _sql)
