-- psn_info_b: one row a member, column names of the national platform.
SELECT number, kind, number + 1 AS id, '3415' || lpad(number::VARCHAR, 18, '0') AS psn_no, '01' AS psn_cert_type,
    dirty_code(id_number, kind) AS certno, dirty_name(name, kind) AS psn_name, sex AS gend, ethnicity AS naty,
    dirty_birth(born, kind) AS brdy, dirty_mobile(mobile, t, kind) AS tel, dirty_address(residence_address, t, kind) AS live_addr,
    CASE WHEN employer IS NULL THEN '390' ELSE '310' END AS insutype,
    CASE WHEN died_on IS NOT NULL AND NOT paid_after_death THEN '3' ELSE '1' END AS psn_insu_stas,
    residence_division AS insu_admdvs, changed_at AS updt_time
FROM feed WHERE in_medical
