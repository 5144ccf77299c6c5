-- 金寨县民宿: at most about two hundred.
SELECT number, kind, number + 1 AS "编号", nth(getvariable('brand'), number) || '山居民宿' AS "民宿名称", dirty_name(name, kind) AS "经营者", dirty_code(id_number, kind) AS "经营者身份证",
    dirty_mobile(mobile, t, kind) AS "手机", household_address AS "地址", 3 + part(t, 20, 18) AS "房间数", hand_date((day0() - 60 - part(t, 21, 2000))::DATE, t) AS "备案日期"
FROM feed WHERE division = '341524' AND in_police AND left_on IS NULL AND died_on IS NULL AND age BETWEEN 25 AND 65 AND part(t, 22, 1000) < 60 AND within(t, people() * 0.0035, 200)
