-- 个人提取: one row a payment out of the fund and the paper shown for it.
SELECT number, kind, number + 1 AS id, '3415' || lpad(drawer::VARCHAR, 10, '0') AS grzh, dirty_name(name, kind) AS xingming,
    dirty_code(id_number, kind) AS zjhm, reason AS tqyy, drawn_on AS tqrq,
    CASE WHEN reason = '01' THEN 30000 + 1000 * part(t, 20, 170) ELSE 3000 + 100 * part(t, 20, 200) END AS tqje,
    nullif(paper, '') AS pzbh, changed_at AS gxsj
FROM feed
