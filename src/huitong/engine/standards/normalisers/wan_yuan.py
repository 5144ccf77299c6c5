"""For amounts kept in 10,000 yuan (万元): the written unit goes."""

from __future__ import annotations

from huitong.engine.standards.normalisers.protocol import Normaliser


def _sql(column: str) -> str:
    return (
        f"CASE WHEN contains({column}, '万') "
        rf"THEN regexp_replace({column}, '\s*[(（]?万元?(人民币)?[)）]?(人民币)?\s*$', '') ELSE {column} END"
    )


NORMALISER = Normaliser("wan_yuan", "去除单位“万元”", "Remove the unit 万元", _sql)
