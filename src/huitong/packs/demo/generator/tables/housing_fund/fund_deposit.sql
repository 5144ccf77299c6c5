-- 缴存明细: one row an account and month; at most about a million rows.
SELECT number, CASE WHEN month = 0 THEN kind END AS kind, number * 12 + month + 1 AS id, '3415' || lpad(number::VARCHAR, 10, '0') AS grzh,
    dirty_code(id_number, CASE WHEN month = 0 THEN kind END) AS zjhm,
    strftime(day0() - to_months(month::INTEGER + 1), '%Y-%m') AS hjny, (3000 + 100 * part(t, 20, 150)) * 0.24 AS fse,
    (date_trunc('month', day0() - to_months(month::INTEGER)) + to_days(14))::DATE AS jzrq, changed_at AS gxsj
FROM feed, range(3) t3(month) WHERE in_fund AND within(t, people() * 0.51, 1000000)
