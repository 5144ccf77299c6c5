-- 人口: one row a county and year.
SELECT number, kind, name AS "地区", code AS "地区代码", year AS "年份", (weight * people() / 100 * (1 - 0.004 * (2024 - year)))::BIGINT AS "户籍人口",
    (weight * people() / 100 * (0.88 + part(hash(t, year), 1, 60) / 1e3))::BIGINT AS "常住人口"
FROM feed, range(2015, 2025) ty(year) ORDER BY code, year
