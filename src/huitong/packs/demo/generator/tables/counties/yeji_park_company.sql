-- 叶集区园区企业: the industrial park's sheet, at most about five hundred.
SELECT number, kind, dirty_name(name, kind) AS "企业名称", dirty_code(uscc, kind) AS "信用代码", boss_name AS "法人", dirty_mobile(phone, t, kind) AS "联系方式",
    staff AS "从业人数", 100 + part(t, 20, 9000) AS "年产值（万元）"
FROM feed WHERE division = '341504' AND status = '1' AND section IN ('A', 'C', 'F', 'G') AND within(t, companies() * 0.03, 500)
