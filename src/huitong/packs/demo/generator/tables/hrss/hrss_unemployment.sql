-- 失业登记: one row a registered unemployed person.
SELECT number, kind, number + 1 AS id, dirty_code(id_number, kind) AS sfzh, dirty_name(name, kind) AS xm,
    dirty_mobile(mobile, t, kind) AS sjhm, (day0() - 5 - part(t, 20, 500))::DATE AS djrq,
    CASE WHEN part(t, 21, 3) = 0 THEN '13' ELSE '20' END AS jyzt, 1200 + 20 * part(t, 22, 30) AS sybxj, changed_at AS gxsj
FROM feed WHERE age BETWEEN 22 AND 58 AND employer IS NULL AND died_on IS NULL AND part(t, 23, 1000) < 90
