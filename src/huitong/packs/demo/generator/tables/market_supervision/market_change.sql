-- e_alter 变更登记: one row a change, at most two a company.
SELECT number, CASE WHEN n = 0 THEN kind END AS kind, number * 2 + n + 1 AS id, dirty_code(uscc, CASE WHEN n = 0 THEN kind END) AS uniscid,
    name AS entname, ['住所变更', '经营范围变更', '注册资本变更', '法定代表人变更'][1 + part(t, 20 + n, 4)] AS altitem,
    '（略）' AS altbe, '（略）' AS altaf, (founded_on + 1 + part(t, 30 + n, greatest(1, day0() - founded_on - 1))::INTEGER)::DATE AS altdate,
    changed_at AS s_ext_timestamp
FROM feed, range(2) t2(n) WHERE part(t, 40 + n, 100) < 22
