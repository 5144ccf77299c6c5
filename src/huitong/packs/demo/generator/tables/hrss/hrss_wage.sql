-- 工资申报: one row an employer and month, three months.
SELECT number, CASE WHEN month = 0 THEN kind END AS kind, number * 12 + month + 1 AS id, dirty_code(uscc, CASE WHEN month = 0 THEN kind END) AS tyshxydm,
    name AS dwmc, strftime(day0() - to_months(month::INTEGER + 1), '%Y%m') AS ssny, staff AS rs,
    round(staff * (3600.0 + part(t, 20, 4200)), 2) AS gzze, changed_at AS sbsj
FROM feed, range(3) t3(month) WHERE employs(number) AND status = '1' AND within(t, companies() * 1.5, 300000)
