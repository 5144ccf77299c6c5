-- e_licence 许可: one row a food, drug or catering licence.
SELECT number, kind, number + 1 AS id, 'JY' || right(division, 4) || lpad(number::VARCHAR, 10, '0') AS licno, dirty_code(uscc, kind) AS uniscid,
    dirty_name(name, kind) AS entname, CASE section WHEN 'H' THEN '食品经营许可证' WHEN 'C' THEN '食品生产许可证' ELSE '药品经营许可证' END AS licname,
    dirty_mobile(phone, t, kind) AS tel, founded_on + 15 AS valfrom,
    (founded_on + 15 + 1826 * (1 + (day0() - founded_on) // 1826)::INTEGER)::DATE AS valto,
    county(division) || '市场监督管理局' AS licanth, CASE status WHEN '1' THEN '1' ELSE '3' END AS licstate, changed_at AS s_ext_timestamp
FROM feed WHERE section IN ('H', 'C') OR (section = 'F' AND part(t, 20, 4) = 0)
