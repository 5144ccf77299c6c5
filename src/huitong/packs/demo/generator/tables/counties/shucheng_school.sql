-- 舒城县学校: three schools a town.
SELECT number, kind, 'XX' || code || (n + 1) AS "学校代码", name || nth(getvariable('school'), part(t, n, 997)) || ['幼儿园', '小学', '中学'][n + 1] AS "学校名称",
    ['学前教育', '小学', '初中'][n + 1] AS "学段", '皋城市舒城县' || name AS "地址", 80 + part(t, 10 + n, 900) AS "在校生数", 6 + part(t, 20 + n, 70) AS "教师数"
FROM feed, range(3) t3(n) WHERE division = '341523' ORDER BY code, n
