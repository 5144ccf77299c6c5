-- 霍邱县农民合作社: at most about five thousand.
SELECT number, kind, number + 1 AS "序号", dirty_name(name, kind) AS "名称", dirty_code(uscc, kind) AS "统一社会信用代码", boss_name AS "负责人", address AS "地址",
    dirty_mobile(phone, t, kind) AS "电话", hand_date(founded_on, t) AS "成立时间", CASE WHEN part(t, 20, 10) = 0 THEN '国家级' WHEN part(t, 20, 10) < 4 THEN '省级' ELSE '市级' END AS "示范等级"
FROM feed WHERE division = '341522' AND section = 'A' AND status = '1' AND within(t, companies() * 0.02, 5000)
