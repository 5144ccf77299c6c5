-- setl_d: one row a settled visit; at most about half a million whatever the city's size.
SELECT number, kind, number + 1 AS id, 'S' || lpad(number::VARCHAR, 12, '0') AS setl_id, dirty_code(id_number, kind) AS certno,
    dirty_name(name, kind) AS psn_name, nth(getvariable('hospital'), part(t, 20, 997)) AS fixmedins_name,
    day0() - part(t, 21, 180) AS setl_date,
    ['上呼吸道感染', '高血压', '2型糖尿病', '腰椎间盘突出', '慢性胃炎', '冠心病', '脑梗死', '骨折'][1 + part(t, 22, 8)] AS dise_name,
    round(80 + 6000 * (part(t, 23, 1000) / 1e3) ** 4, 2) AS medfee_sumamt,
    round((80 + 6000 * (part(t, 23, 1000) / 1e3) ** 4) * 0.62, 2) AS fund_pay_sumamt, changed_at AS updt_time
FROM feed WHERE in_medical AND part(t, 24, 100) < 30 AND within(t, people() * 0.28, 500000)
