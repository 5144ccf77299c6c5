-- 金安区网格人员: whom the grid workers met at home; their phone numbers and addresses are the freshest.
SELECT number, kind, number + 1 AS id, 'WG341502' || lpad((number % 1200)::VARCHAR, 4, '0') AS grid_no, dirty_name(name, kind) AS name, dirty_code(id_number, kind) AS id_card,
    dirty_mobile(mobile, t, kind) AS phone, dirty_address(residence_address, t, kind) AS address, (day0() - part(t, 20, 240))::DATE AS visited_on, changed_at AS updated_at
FROM feed WHERE residence_division = '341502' AND died_on IS NULL AND left_on IS NULL AND part(t, 21, 100) < 60
