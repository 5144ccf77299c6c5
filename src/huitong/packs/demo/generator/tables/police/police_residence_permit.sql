-- 居住证: one row a permit of somebody who lives elsewhere than registered.
SELECT number, kind, number + 1 AS id, 'JZ' || residence_division || lpad(number::VARCHAR, 9, '0') AS jzzh,
    dirty_code(id_number, kind) AS sfzh, dirty_name(name, kind) AS xm,
    household_address AS hjdz, dirty_address(residence_address, t, kind) AS jzdz, residence_division AS jzqh,
    dirty_mobile(mobile, t, kind) AS lxdh, (day0() - part(t, 20, 700))::DATE AS qfrq,
    (day0() - part(t, 20, 700) + 1095)::DATE AS yxqz, changed_at AS gxsj
FROM feed WHERE residence_address <> household_address AND age >= 16 AND died_on IS NULL AND left_on IS NULL
