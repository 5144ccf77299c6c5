-- 空气质量实时发布: the page that everybody may look at.
SELECT number, kind, '3415' || right(code, 2) || 'A' || (n + 1) AS "站点编码", name || ['监测一站', '监测二站'][n + 1] AS "监测站点", 25 + part(hash(t, n, today()), 1, 90) AS "AQI",
    12 + part(hash(t, n, today()), 2, 60) AS "PM2.5", 20 + part(hash(t, n, today()), 3, 100) AS "PM10", 30 + part(hash(t, n, today()), 4, 110) AS "O3",
    strftime(today(), '%Y-%m-%d') || ' 08:00' AS "发布时间"
FROM feed, range(2) t2(n)
