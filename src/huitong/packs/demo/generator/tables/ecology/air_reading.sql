-- 小时监测: one row a station and hour.
SELECT feed.number, CASE WHEN s = 3 THEN kind END AS kind, feed.number * 14 + s + 1 AS id, '3415' || substr('02030422232425', (s // 2 * 2 + 1)::INTEGER, 2) || 'A' || (s % 2 + 1) AS station_code,
    hour AS measured_at, 12 + part(hash(t, s), 1, 70) AS pm25, 20 + part(hash(t, s), 2, 110) AS pm10, 4 + part(hash(t, s), 3, 14) AS so2,
    8 + part(hash(t, s), 4, 40) AS no2, CASE WHEN kind = 'reading_wild' AND s = 3 THEN 9999 ELSE 30 + part(hash(t, s), 5, 120) END AS o3,
    round(0.3 + part(hash(t, s), 6, 9) / 10.0, 1) AS co, greatest(hour + INTERVAL 65 MINUTE, CASE WHEN today() > day0() THEN changed_at END) AS updated_at
FROM feed, range(14) t14(s)
