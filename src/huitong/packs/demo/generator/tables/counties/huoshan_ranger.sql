-- 霍山县护林员: at most about three thousand.
SELECT number, kind, dirty_name(name, kind) AS "姓名", dirty_code(id_number, kind) AS "身份证号", dirty_mobile(mobile, t, kind) AS "联系电话", household_address AS "住址",
    200 + 10 * part(t, 20, 200) AS "管护面积（亩）", hand_date((day0() - 40 - part(t, 21, 1500))::DATE, t) AS "聘用日期"
FROM feed WHERE division = '341525' AND in_police AND left_on IS NULL AND died_on IS NULL AND age BETWEEN 30 AND 60 AND employer IS NULL AND part(t, 22, 100) < 12
    AND within(t, people() * 0.0012, 3000)
