-- 城管案件: one row a case. Cases live from three to forty days.
SELECT number, kind, number + 1 AS id, 'CG' || strftime(seen_on, '%Y%m%d') || lpad((number % 1000000)::VARCHAR, 6, '0') AS ajbh,
    ['占道经营', '乱堆物料', '井盖缺失', '违规停车', '道路破损', '暴露垃圾', '违法搭建', '油烟扰民'][1 + part(t, 20, 8)] AS ajlx,
    prefix || local_address(t, rural) AS fsdz, division AS qxdm, round(115.7 + part(t, 21, 12000) / 1e4, 6) AS jd, round(31.1 + part(t, 22, 13000) / 1e4, 6) AS wd,
    seen_on::TIMESTAMP + to_minutes(480 + part(t, 23, 600)) AS sbsj, CASE WHEN mobile IS NULL THEN '巡查发现' ELSE '市民上报' END AS ajly,
    dirty_mobile(mobile, t, kind) AS lxdh,
    CASE WHEN closed_on <= today() THEN '4' ELSE '2' END AS blzt, CASE WHEN closed_on <= today() THEN closed_on END AS jasj, changed_at AS gxsj
FROM feed
