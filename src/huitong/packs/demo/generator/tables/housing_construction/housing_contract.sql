-- 商品房合同备案: one row a filed contract.
SELECT number, kind, number + 1 AS id, contract_number(signed_on, k) AS htbh, dirty_name(name, kind) AS gfrxm, dirty_code(id_number, kind) AS gfrsfzh,
    dirty_mobile(mobile, t, kind) AS lxdh, nth(getvariable('estate'), part(t, 20, 997)) AS lpmc, prefix || local_address(t, false) AS fwzl,
    '皋城市' || nth(getvariable('developer'), part(t, 21, 997)) || '房地产开发有限公司' AS kfqy, area AS jzmj, round(area * price_m2, 2) AS htje,
    signed_on AS qdrq, cancelled_on AS zxrq, division AS qxdm, changed_at AS gxsj
FROM feed WHERE fraud IS NULL OR fraud = 'cancelled'
