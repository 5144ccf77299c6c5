-- e_baseinfo 市场主体登记: one row a company.
SELECT number, kind, number + 1 AS id, '3415' || lpad(number::VARCHAR, 12, '0') AS pripid, dirty_code(uscc, kind) AS uniscid,
    dirty_name(name, kind) AS entname, kind_of_company AS enttype, boss_name AS lerep, boss_id AS cerno, capital AS regcap,
    founded_on AS estdate, section AS industryphy, scope AS opscope, dirty_address(address, t, kind) AS dom, division AS domdistrict,
    dirty_mobile(phone, t, kind) AS tel, county(division) || '市场监督管理局' AS regorg, status AS regstate, ended_on AS canrevdate,
    changed_at AS s_ext_timestamp
FROM feed
