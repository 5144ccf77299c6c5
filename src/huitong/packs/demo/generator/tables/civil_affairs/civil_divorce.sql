-- 离婚登记: one row a divorce.
SELECT number, kind, number + 1 AS id, 'L' || substr(certificate, 2) AS lhzzh, dirty_name(name, kind) AS nfxm,
    dirty_code(id_number, kind) AS nfsfzh, woman_name AS nvfxm, woman_id AS nvfsfzh, divorced_on AS djrq,
    married_on AS jhrq, county(division) || '民政局婚姻登记处' AS djjg, changed_at AS gxsj
FROM feed WHERE divorced_on IS NOT NULL AND married_on >= DATE '1985-01-01'
