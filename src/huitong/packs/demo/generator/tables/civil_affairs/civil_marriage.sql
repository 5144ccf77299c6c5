-- 结婚登记: one row a marriage since registers are kept by computer.
SELECT number, kind, number + 1 AS id, certificate AS jhzzh, dirty_name(name, kind) AS nfxm, dirty_code(id_number, kind) AS nfsfzh,
    woman_name AS nvfxm, woman_id AS nvfsfzh, married_on AS djrq, county(division) || '民政局婚姻登记处' AS djjg,
    dirty_mobile(mobile, t, kind) AS lxdh, changed_at AS gxsj
FROM feed WHERE married_on >= DATE '1985-01-01'
