-- 死亡注销: one row a death.
SELECT number, kind, number + 1 AS id, dirty_code(id_number, kind) AS sfzh, dirty_name(name, kind) AS xm,
    strftime(died_on, '%Y%m%d') AS swrq, strftime(least(died_on + 3 + part(t, 20, 20), today()), '%Y%m%d') AS zxrq,
    ['疾病', '疾病', '疾病', '年老', '意外'][1 + part(t, 21, 5)] AS swyy, changed_at AS gxsj
FROM feed WHERE died_on IS NOT NULL AND in_police
