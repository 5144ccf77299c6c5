-- Number, code and name follow from the number alone; the legal representative is a real head of a household.
CREATE TABLE company AS
WITH drawn AS (
    SELECT c, r(c, 'company') AS t, pick(c, 'place', 1000) AS slot, pick(c, 'boss', greatest(1, people() // 10)) * 10 AS boss,
        (day0() - 30 - (9000 * (pick(c, 'founded', 1000) / 1e3) ** 2)::INTEGER)::DATE AS founded_on,
        pick(c, 'status', 100) AS fate, nth(getvariable('industry'), pick(c, 'industry', 1000003)) AS trade
    FROM range(companies()) t(c)
), organisation AS (
    SELECT c, organisation_8(c, founded_on < DATE '2015-10-01') AS organisation FROM drawn
), stem AS (
    SELECT c, '91' || place.division || organisation || organisation_check(organisation) AS stem
    FROM drawn JOIN organisation USING (c) JOIN place USING (slot)
), code AS (
    SELECT c, stem || uscc_check(stem) AS uscc FROM stem
)
SELECT c, uscc, '皋城市' || nth(getvariable('brand'), c * 7) || nth(getvariable('brand_tail'), c // 50 + c * 11)
        || CASE WHEN c < 2000 THEN '' ELSE nth(getvariable('brand_tail'), c // 2000) END || trade.word || '有限公司' AS name,
    ['1130', '1151', '1130', '1190', '1130', '1130', '1151', '1130', '1153', '1110'][1 + part(t, 1, 10)] AS kind_of_company,
    trade.section AS section, trade.scope AS scope, place.division, place.prefix || local_address(t, false) AS address,
    mobile_number(r(c, 'company phone')) AS phone, boss, person.name AS boss_name, person.id_number AS boss_id, founded_on,
    [10, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10000][1 + part(t, 2, 10)]::DOUBLE AS capital,
    CASE WHEN fate < 86 THEN '1' WHEN fate < 91 THEN '2' ELSE '4' END AS status,
    CASE WHEN fate >= 86 THEN (founded_on + 20
        + (pick(c, 'ended', 1000) * (day0() - founded_on - 25) // 1000)::INTEGER)::DATE END AS ended_on,
    1 + (400 * (pick(c, 'staff', 1000) / 1e3) ** 6)::BIGINT AS staff
FROM drawn JOIN code USING (c) JOIN place USING (slot) JOIN person ON person.i = drawn.boss
ORDER BY c;
