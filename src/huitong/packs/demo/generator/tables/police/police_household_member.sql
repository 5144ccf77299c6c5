-- 户成员: one row a member of a household.
SELECT number, kind, number + 1 AS id, 'H' || division || lpad(h::VARCHAR, 8, '0') AS hh,
    dirty_code(id_number, kind) AS cysfzh, relation(role, sex) AS gx, changed_at AS bdsj
FROM feed WHERE in_police AND left_on IS NULL
