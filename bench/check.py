"""Check 5 M people with semantic rules, raw to std and quarantine: ``python -m bench.check [people] [--times 3]``."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.measure import Figure, median_seconds, number_wanted, peak_gigabytes, show, times_wanted
from huitong.engine.check import check_item
from huitong.engine.declarations.items import CatalogItem, ItemField, Rule
from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.sources import Link
from huitong.engine.lake import Lake, open_lake
from huitong.engine.standards import Standards, rules_of
from huitong.foundation.codes import uscc
from huitong.foundation.settings import load_settings

COMPANIES = 100_000
WEIGHTS = [pow(2, 17 - place, 11) for place in range(17)]
CHECK_SUM = " + ".join(f"first[{place + 1}]::INT * {weight}" for place, weight in enumerate(WEIGHTS))
PEOPLE = f"""
CREATE TABLE raw.person AS
SELECT i::VARCHAR AS _key, 1::BIGINT AS _run,
    CASE WHEN i % 199 = 0 THEN first || 'A' WHEN i % 211 = 0 THEN first || '0' WHEN i % 97 = 0 THEN lower(sfzh)
        WHEN i % 307 = 0 THEN sfzh[1:6] || sfzh[9:17] ELSE sfzh END AS sfzh,
    CASE WHEN i % 53 = 0 THEN ' 王 ' ELSE '姓名' || i % 90001 END AS xm,
    CASE WHEN i % 3 = 0 THEN '男' WHEN i % 401 = 0 THEN '不详' ELSE (i % 2 + 1)::VARCHAR END AS xb,
    CASE WHEN i % 503 = 0 THEN '2024年1月5日' WHEN i % 601 = 0 THEN '不详' ELSE born::VARCHAR END AS csrq,
    CASE WHEN i % 89 = 0 THEN '138 0013 8000' WHEN i % 83 = 0 THEN '无' ELSE '13' || (100000000 + i) END AS sj,
    list_extract($1, (i % {COMPANIES} + 1)::INT) || CASE WHEN i % 709 = 0 THEN '0' ELSE '' END AS dwdm,
    CASE WHEN i % 811 = 0 THEN '341599' ELSE area END AS xzqh,
    '安徽省皋城市某某街道某某路' || i % 3000 || '号' AS dz,
    (TIMESTAMP '2026-01-01' - INTERVAL (i % 30000000) SECOND)::VARCHAR AS gxsj
FROM (
    SELECT *, first || substr('10X98765432', ({CHECK_SUM}) % 11 + 1, 1) AS sfzh FROM (
        SELECT *, area || strftime(born, '%Y%m%d') || lpad((i % 999 + 1)::VARCHAR, 3, '0') AS first FROM (
            SELECT i, ['341502', '341503', '341504', '341522', '341523'][i % 5 + 1] AS area,
                DATE '1935-01-01' + (hash(i) % 32000)::INT AS born
            FROM range($2) r(i))))
"""


def person() -> CatalogItem:
    """Nine fields with the rules that follow from their elements, and one rule of its own."""
    columns = {
        "sfzh": "id_number",
        "xm": "person_name",
        "xb": "sex",
        "csrq": "birth_date",
        "sj": "mobile",
        "dwdm": "uscc",
        "xzqh": "division_code",
        "dz": "address",
        "gxsj": "updated_at",
    }
    return CatalogItem(
        code="B-02",
        title="人口",
        title_en="People",
        provider="police",
        table="person",
        fields=tuple(ItemField(column=column, element=element) for column, element in columns.items()),
        rules=(Rule(code="born_before", kind="compare", field="birth_date", other="updated_at", values=("<=",)),),
        link=Link(source="b", object="person", key=("sfzh",)),
    )


def fill(lake: Lake, people: int) -> None:
    """Make the raw table: about 5 % of the rows have something to normalise, 2 % something wrong."""
    codes = [uscc.complete("91341500", f"MA{number:06}") for number in range(COMPANIES)]
    with lake.transaction() as con:
        con.execute(PEOPLE.replace("$2", str(people)), [codes])


def main() -> None:
    """Measure a full check and one after 0.2 % of the rows changed."""
    people = number_wanted(5_000_000)
    pack = load_pack("standards")
    standards, item = Standards.of(pack.elements, pack.codelists), person()
    bound = rules_of(item, standards)
    reasons = sum(len(rule.reasons) for rule in bound)
    with tempfile.TemporaryDirectory() as folder, open_lake(load_settings(home=Path(folder), environment={})) as lake:
        fill(lake, people)
        before = peak_gigabytes()

        def full() -> None:
            with lake.transaction() as con:
                con.execute("DROP TABLE IF EXISTS std.person")
                con.execute("DROP TABLE IF EXISTS quarantine.person")
                con.execute("DROP TABLE IF EXISTS meta.flags_person")
            check_item(lake, item, standards)

        seconds = median_seconds(full, times=times_wanted())
        with lake.transaction() as con:
            con.execute("UPDATE raw.person SET sj = '13900139000', _run = 2 WHERE hash(_key) % 500 = 0")
        start = time.perf_counter()
        step = check_item(lake, item, standards)
        increment = time.perf_counter() - start
    show(
        [
            Figure(
                f"check {people / 1e6:.1f} M rows by {len(bound)} rules, raw to std and quarantine",
                f"{people * len(bound) / seconds / 1e6:.1f} M rule-rows/s",
                ">= 10 M rule-rows/s",
                f"a rule is one kind on one field; {people / seconds / 1e6:.2f} M rows/s",
            ),
            Figure(
                f"… counting each of the {reasons} reasons that a row can fail for",
                f"{people * reasons / seconds / 1e6:.1f} M reason-rows/s",
            ),
            Figure(f"check after {step.recomputed:,} rows changed", f"{increment:.2f} s", "", f"full: {seconds:.1f} s"),
            Figure("check: peak memory", f"{peak_gigabytes():.2f} GB", "< 4 GB", f"{before:.2f} GB before"),
        ]
    )


if __name__ == "__main__":
    main()
