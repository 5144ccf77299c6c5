-- 裕安区惠农补贴: one row a payment, without any number of its own; at most about twenty thousand.
SELECT number, kind, dirty_name(name, kind) AS "户主姓名", dirty_code(id_number, kind) AS "身份证号码", household_address AS "住址",
    ['耕地地力保护补贴', '农机购置补贴', '稻谷补贴'][1 + part(t, 20, 3)] AS "补贴项目", 60 + part(t, 21, 9000) / 10.0 AS "金额（元）",
    hand_date((day0() - part(t, 22, 170))::DATE, t) AS "发放日期"
FROM feed WHERE division = '341503' AND in_police AND left_on IS NULL AND died_on IS NULL AND role IN ('head', 'single', 'lone')
    AND household_address NOT LIKE '%街道%' AND within(t, people() * 0.06, 20000)
