-- 常住人口: one row a registered resident.
SELECT number, kind, number + 1 AS id,
    dirty_code(id_number, kind) AS sfzh,
    dirty_name(name, kind) AS xm,
    sex AS xb,
    ethnicity AS mz,
    strftime(dirty_birth(born, kind), '%Y%m%d') AS csrq,
    'H' || division || lpad(h::VARCHAR, 8, '0') AS hh,
    relation(role, sex) AS yhzgx,
    dirty_marital(marital, kind) AS hyzk,
    dirty_address(household_address, t, kind) AS hjdz,
    residence_address AS xjzdz,
    division AS xzqh,
    dirty_mobile(mobile, t, kind) AS lxdh,
    CASE WHEN died_on IS NULL THEN '1' ELSE '2' END AS zt,
    changed_at AS gxsj
FROM feed WHERE in_police AND left_on IS NULL
