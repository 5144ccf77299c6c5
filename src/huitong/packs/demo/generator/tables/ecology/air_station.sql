-- 监测站点: one row a station, two a county.
SELECT number, kind, number * 2 + n + 1 AS id, '3415' || right(code, 2) || 'A' || (n + 1) AS station_code,
    name || ['监测一站', '监测二站'][n + 1] AS station_name, code AS division, longitude + n * 0.02 AS lon, latitude - n * 0.015 AS lat,
    TIMESTAMP '2025-01-06 09:00:00' AS updated_at
FROM feed, range(2) t2(n)
