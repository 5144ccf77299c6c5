-- 低保对象: one row a person on subsistence allowance; a spreadsheet kept by hand, saved as GBK text.
SELECT number, kind, number + 1 AS "序号", dirty_name(name, kind) AS "姓名", dirty_code(id_number, kind) AS "身份证号",
    CASE WHEN sex = '1' THEN '男' ELSE '女' END AS "性别",
    CASE WHEN household_address LIKE '%街道%' THEN '城市最低生活保障' ELSE '农村最低生活保障' END AS "救助类别",
    dirty_address(household_address, t, kind) AS "家庭住址", dirty_mobile(mobile, t, kind) AS "联系电话", division AS "行政区划",
    hand_date((day0() - 30 - part(t, 20, 1500))::DATE, t) AS "批准日期", 380 + 10 * part(t, 21, 40) AS "月保障金额"
FROM feed WHERE in_police AND died_on IS NULL AND left_on IS NULL AND part(t, 22, 1000) < 18 AND within(t, people() * 0.017, 50000)
