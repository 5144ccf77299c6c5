-- 个人账户: one row an account, field names of JGJ/T 320.
SELECT feed.number, feed.kind, feed.number + 1 AS id, '3415' || lpad(feed.number::VARCHAR, 10, '0') AS grzh, dirty_name(feed.name, feed.kind) AS xingming,
    '111' AS zjlx, dirty_code(feed.id_number, feed.kind) AS zjhm, dirty_mobile(feed.mobile, t, feed.kind) AS sjhm,
    dirty_address(feed.residence_address, t, feed.kind) AS jtzz, dirty_marital(feed.marital, feed.kind) AS hyzk,
    company.name AS dwmc, company.uscc AS dwdm, 3000 + 100 * part(t, 20, 150) AS grjcjs,
    (3000 + 100 * part(t, 20, 150)) * 0.24 AS yjce, round(500 + part(t, 21, 160000) * 1.13, 2) AS grzhye,
    CASE WHEN died_on IS NOT NULL THEN '02' WHEN part(t, 22, 100) < 8 THEN '02' ELSE '01' END AS grzhzt,
    (day0() - 60 - part(t, 23, 5000))::DATE AS khrq, changed_at AS gxsj
FROM feed JOIN company ON company.c = feed.employer WHERE in_fund
