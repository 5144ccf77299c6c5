-- 不动产权利人: one row an owner; who bought a dwelling or has long had one.
SELECT number, kind, number + 1 AS id, '皖（' || (2005 + part(t, 20, 20)) || '）皋城市不动产权第' || lpad(number::VARCHAR, 8, '0') || '号' AS bdcqzh,
    unit_number(division, number) AS bdcdyh, dirty_name(name, kind) AS qlrmc, dirty_code(id_number, kind) AS zjh,
    dirty_mobile(mobile, t, kind) AS dh, household_address AS zl, division AS qxdm, 60 + part(t, 21, 900) / 10.0 AS jzmj,
    CASE WHEN household_address LIKE '%街道%' THEN '4' ELSE '6' END AS qllx, '10' AS fwyt,
    (day0() - 30 - part(t, 22, 5000))::DATE AS djsj, changed_at AS gxsj
FROM feed WHERE role IN ('head', 'single', 'lone') AND in_police AND part(t, 23, 100) < 62
