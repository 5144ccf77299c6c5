-- 经营异常名录: one row a company on the list.
SELECT number, kind, number + 1 AS id, dirty_code(uscc, kind) AS uniscid, dirty_name(name, kind) AS entname,
    CASE WHEN part(t, 20, 3) = 0 THEN '未按规定公示年度报告' ELSE '通过登记的住所无法联系' END AS specause,
    (day0() - part(t, 21, least(1500, greatest(1, day0() - founded_on)))::INTEGER)::DATE AS abntime, changed_at AS s_ext_timestamp
FROM feed WHERE part(t, 22, 1000) < CASE status WHEN '1' THEN 30 ELSE 200 END
