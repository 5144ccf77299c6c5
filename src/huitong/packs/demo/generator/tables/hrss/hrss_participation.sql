-- AC01 参保人员: one row an insured person. Some of the dead are still paid.
SELECT feed.number, feed.kind, feed.number + 1 AS id, 'P' || lpad(feed.number::VARCHAR, 10, '0') AS aac001,
    dirty_code(feed.id_number, feed.kind) AS aac002, dirty_name(feed.name, feed.kind) AS aac003, feed.sex AS aac004,
    strftime(dirty_birth(feed.born, feed.kind), '%Y%m%d')::BIGINT AS aac006,
    CASE WHEN died_on IS NOT NULL AND NOT paid_after_death THEN '3' WHEN employer IS NULL THEN '4' ELSE '1' END AS aac008,
    CASE WHEN employer IS NULL AND part(t, 20, 3) < 2 THEN '170' ELSE '110' END AS aae140,
    company.uscc AS aab003, company.name AS aab004, dirty_mobile(feed.mobile, t, feed.kind) AS aae005,
    dirty_address(feed.residence_address, t, feed.kind) AS aae006, least(480, greatest(1, (age - 20) * 8 + part(t, 21, 24))) AS aae202,
    changed_at AS aae036
FROM feed LEFT JOIN company ON company.c = feed.employer WHERE in_social
