-- 机动车: one row a vehicle, at most one a person.
SELECT number, kind, number + 1 AS id, '皖N' || plate(number) AS hphm,
    ['K3', 'K3', 'K3', 'K3', 'K4', 'H3', 'M2', 'K3'][1 + part(t, 20, 8)] AS cllx,
    'LHT' || right(upper(to_hex(t | 1152921504606846976::UBIGINT)), 14) AS clsbdh,
    dirty_name(name, kind) AS syr, dirty_code(id_number, kind) AS sfzmhm, dirty_mobile(mobile, t, kind) AS sjhm,
    dirty_address(residence_address, t, kind) AS zsxxdz, (day0() - 30 - part(t, 21, 4000))::DATE AS ccdjrq, changed_at AS gxrq
FROM feed WHERE age BETWEEN 18 AND 75 AND part(t, 22, 100) < 24
