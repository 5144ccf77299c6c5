-- 抵押权: one row a mortgage.
SELECT number, kind, number + 1 AS id, unit_number(division, number) AS bdcdyh, dirty_name(name, kind) AS dyr, dirty_code(id_number, kind) AS zjh,
    ['皋城农村商业银行', '皋城徽商村镇银行', '皋城市住房公积金管理中心', '安淠银行皋城分行'][1 + part(t, 20, 4)] AS dyqr,
    100000 + 10000 * part(t, 21, 90) AS bdbzzqse, (day0() - 30 - part(t, 22, 3000))::DATE AS djsj, changed_at AS gxsj
FROM feed WHERE role IN ('head', 'single', 'lone') AND in_police AND age < 60 AND part(t, 23, 100) < 12
