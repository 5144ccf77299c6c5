-- 个人婚姻状况: one row a person who ever came to a marriage counter.
SELECT number, kind, number + 1 AS id, dirty_code(id_number, kind) AS sfzh, dirty_name(name, kind) AS xm, sex AS xb,
    dirty_marital(marital, kind) AS hyzk, changed_at AS gxsj
FROM feed WHERE marital <> '10' AND age < 80
