-- Companies are founded, move, change their telephone and are struck off.
CREATE OR REPLACE TEMP TABLE founding AS
WITH drawn AS (
    SELECT (SELECT max(c) + 1 FROM company) + n AS c, place.*, draw(n, 'boss', greatest(1, people() // 10)) * 10 AS boss,
        nth(getvariable('industry'), draw(n, 'industry', 1000003)) AS trade
    FROM range(one_in(companies(), 1000)) f(n) JOIN place ON place.slot = draw(n, 'company place', 1000)
), stem AS (
    SELECT *, organisation_8(c, false) AS organisation FROM drawn
), code AS (
    SELECT *, '91' || division || organisation || organisation_check(organisation) AS stem FROM stem
)
SELECT *, stem || uscc_check(stem) AS uscc FROM code;

INSERT INTO company
SELECT c, uscc, '皋城市' || nth(getvariable('brand'), c * 7) || nth(getvariable('brand_tail'), c // 50 + c * 11)
        || nth(getvariable('brand_tail'), day_number()) || trade.word || '有限公司', '1151', trade.section, trade.scope, founding.division,
    prefix || local_address(luck(c, 'company address'), false), mobile_number(luck(c, 'company phone')), boss, person.name, person.id_number,
    today() - 1, 100, '1', NULL, 1 + draw(c, 'staff', 9)
FROM founding JOIN person ON person.i = boss ORDER BY c;

CREATE OR REPLACE TEMP TABLE running AS
SELECT c, row_number() OVER (ORDER BY luck(c, 'running')) - 1 AS k FROM company
WHERE status = '1' AND founded_on < today() - 30 ORDER BY k LIMIT 3 * one_in(companies(), 1000);

INSERT INTO change
SELECT day_number(), 'company', c, 'new' FROM founding
UNION ALL SELECT day_number(), 'company', c, ['relocated', 'phone', 'revoked'][1 + k % 3] FROM running;
UPDATE company SET address = '皋城市' || county_name(division) || local_address(luck(c, 'company address'), false)
WHERE c IN (SELECT number FROM change WHERE day = day_number() AND thing = 'company' AND what = 'relocated');
UPDATE company SET phone = mobile_number(luck(c, 'company phone'))
WHERE c IN (SELECT number FROM change WHERE day = day_number() AND thing = 'company' AND what = 'phone');
UPDATE company SET status = '4', ended_on = today() - 1
WHERE c IN (SELECT number FROM change WHERE day = day_number() AND thing = 'company' AND what = 'revoked');
