-- AB01 参保单位: one row an employer.
SELECT number, kind, number + 1 AS id, 'D' || lpad(number::VARCHAR, 8, '0') AS aab001, dirty_code(uscc, kind) AS aab003,
    dirty_name(name, kind) AS aab004, boss_name AS aab013, dirty_address(address, t, kind) AS aae006,
    dirty_mobile(phone, t, kind) AS aae005, section AS aab022, staff AS aab019,
    CASE WHEN status = '1' OR part(t, 20, 100) < 8 THEN '1' ELSE '3' END AS aab051, division AS aab301, changed_at AS aae036
FROM feed WHERE employs(number)
