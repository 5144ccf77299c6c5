-- 建筑工程施工许可: one row a permit.
SELECT number, kind, number + 1 AS id, right(division, 6) || strftime(founded_on + 200, '%Y%m%d') || lpad((number % 10000)::VARCHAR, 4, '0') AS sgxkzh,
    nth(getvariable('estate'), part(t, 20, 997)) || (1 + part(t, 21, 9)) || '号楼工程' AS xmmc, '2306-' || division || '-04-01-' || lpad(number::VARCHAR, 6, '0') AS xmdm,
    dirty_code(uscc, kind) AS sgdwdm, dirty_name(name, kind) AS sgdw, 200 + 50 * part(t, 22, 400) AS htjg, 1000 + 100 * part(t, 23, 500) AS jsgm,
    least(founded_on + 200, today()) AS fzrq, '3' AS jd, changed_at AS gxsj
FROM feed WHERE section = 'E' AND part(t, 24, 100) < 60
