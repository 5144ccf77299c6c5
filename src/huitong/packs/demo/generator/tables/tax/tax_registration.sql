-- DJ_NSRXX 税务登记: one row a taxpayer. A few that the market office has struck off are still normal here.
SELECT number, kind, number + 1 AS id, '101' || lpad(number::VARCHAR, 15, '0') AS djxh, dirty_code(uscc, kind) AS nsrsbh,
    dirty_name(name, kind) AS nsrmc, boss_name AS fddbrxm, boss_id AS fddbrsfzjhm, dirty_address(address, t, kind) AS scjydz,
    dirty_mobile(phone, t, kind) AS fddbryddh, section AS hymldm,
    CASE WHEN status = '1' THEN CASE WHEN part(t, 20, 100) < 3 THEN '05' ELSE '03' END WHEN part(t, 20, 100) < 7 THEN '03' ELSE '07' END AS nsrztdm,
    founded_on + 10 AS djrq, '国家税务总局皋城市' || county_name(division) || '税务局' AS zgswjg, changed_at AS xgrq
FROM feed WHERE pays_tax(number)
