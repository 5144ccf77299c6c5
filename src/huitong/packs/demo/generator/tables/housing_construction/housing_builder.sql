-- 建筑业企业资质: a sheet, at most about two thousand companies.
SELECT number, kind, number + 1 AS "序号", dirty_name(name, kind) AS "企业名称", dirty_code(uscc, kind) AS "统一社会信用代码",
    ['建筑工程施工总承包', '市政公用工程施工总承包', '建筑装修装饰工程专业承包'][1 + part(t, 20, 3)] || ['一级', '二级', '三级'][1 + part(t, 21, 3)] AS "资质类别及等级",
    'D334' || lpad(number::VARCHAR, 8, '0') AS "证书编号", hand_date(founded_on + 100, t) AS "发证日期", hand_date(day0() + 100 + part(t, 22, 1000), t) AS "有效期至"
FROM feed WHERE section = 'E' AND status = '1' AND within(t, companies() * 0.09, 2000)
