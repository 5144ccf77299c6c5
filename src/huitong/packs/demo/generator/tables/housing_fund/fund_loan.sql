-- 个人贷款: one row a housing loan.
SELECT number, kind, number + 1 AS id, 'DK3415' || lpad(number::VARCHAR, 9, '0') AS jkhtbh, dirty_name(name, kind) AS jkrxm,
    dirty_code(id_number, kind) AS jkrzjh, dirty_mobile(mobile, t, kind) AS sjhm, 100000 + 10000 * part(t, 20, 50) AS htdkje,
    ([10, 15, 20, 25, 30])[1 + part(t, 21, 5)] * 12 AS dkqs, (day0() - 30 - part(t, 22, 3600))::DATE AS ydfkrq,
    round((100000 + 10000 * part(t, 20, 50)) * (0.2 + part(t, 23, 700) / 1e3), 2) AS dkye, changed_at AS gxsj
FROM feed WHERE in_fund AND age >= 24 AND part(t, 24, 100) < 14
