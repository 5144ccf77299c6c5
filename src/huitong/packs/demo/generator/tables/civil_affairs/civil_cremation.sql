-- 火化登记: a sheet of the funeral parlour, the latest two thousand or so.
SELECT number, kind, number + 1 AS "编号", dirty_name(name, kind) AS "逝者姓名", dirty_code(id_number, kind) AS "身份证号码",
    hand_date((died_on + 2 + part(t, 20, 3))::DATE, t) AS "火化日期", household_address AS "生前住址"
FROM feed WHERE died_on IS NOT NULL AND within(t, people() * 0.017, 2000)
