-- 主要指标: one row a county, year and indicator.
SELECT number, kind, name AS "地区", code AS "地区代码", year AS "年份", indicator.name AS "指标", indicator.unit AS "单位",
    round(weight * indicator.scale * (1 + 0.06 * (year - 2020)) * (0.93 + part(hash(t, year, indicator.name), 1, 140) / 1e3), 1) AS "数值"
FROM feed, range(2020, 2025) ty(year), (SELECT unnest([
    {name: '地区生产总值', unit: '亿元', scale: 18.5}, {name: '规模以上工业增加值', unit: '亿元', scale: 5.1},
    {name: '社会消费品零售总额', unit: '亿元', scale: 9.2}, {name: '一般公共预算收入', unit: '亿元', scale: 1.4},
    {name: '粮食产量', unit: '万吨', scale: 3.3}]) AS indicator)
ORDER BY code, year, indicator.name
