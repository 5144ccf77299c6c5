-- Deaths, departures, moves, new phone numbers, marriages and divorces among those who were here before.
CREATE OR REPLACE TEMP MACRO here(i, died_on, left_on) AS
    died_on IS NULL AND left_on IS NULL AND i NOT IN (SELECT number FROM change WHERE thing = 'person' AND day = day_number());

INSERT INTO change
SELECT day_number(), 'person', i, 'died' FROM person WHERE here(i, died_on, left_on) AND born < today() - 20000
ORDER BY luck(i, 'died') LIMIT one_in(people(), 50000);
UPDATE person SET died_on = today() - 1, paid_after_death = draw(i, 'paid on', 100) < 6
WHERE i IN (SELECT number FROM change WHERE day = day_number() AND what = 'died');
UPDATE person SET marital = '30'
WHERE marital = '20' AND spouse IN (SELECT number FROM change WHERE day = day_number() AND what = 'died');

INSERT INTO change
SELECT day_number(), 'person', i, 'left' FROM person WHERE here(i, died_on, left_on) AND in_police
ORDER BY luck(i, 'left') LIMIT one_in(people(), 5000);
UPDATE person SET left_on = today() WHERE i IN (SELECT number FROM change WHERE day = day_number() AND what = 'left');

INSERT INTO change
SELECT day_number(), 'person', i, 'moved' FROM person WHERE here(i, died_on, left_on)
ORDER BY luck(i, 'moved') LIMIT one_in(people(), 2000);
UPDATE person SET residence_division = place.division, residence_address = place.prefix || local_address(luck(i, 'address'), place.rural)
FROM place
WHERE i IN (SELECT number FROM change WHERE day = day_number() AND what = 'moved') AND place.slot = draw(i, 'moved to', 1000);

INSERT INTO change
SELECT day_number(), 'person', i, 'mobile' FROM person WHERE here(i, died_on, left_on) AND mobile IS NOT NULL
ORDER BY luck(i, 'mobile') LIMIT one_in(people(), 1000);
UPDATE person SET mobile = mobile_number(luck(i, 'number'))
WHERE i IN (SELECT number FROM change WHERE day = day_number() AND what = 'mobile');

CREATE OR REPLACE TEMP TABLE wedding AS
WITH single AS (
    SELECT i, sex, division, row_number() OVER (PARTITION BY sex ORDER BY luck(i, 'wedding')) - 1 AS k FROM person
    WHERE here(i, died_on, left_on) AND marital IN ('10', '40') AND born BETWEEN today() - 16000 AND today() - 8100
    QUALIFY k < one_in(people(), 20000)
)
SELECT (SELECT max(m) + 1 FROM marriage) + k AS m, man.i AS man, woman.i AS woman, man.division
FROM single man JOIN single woman USING (k) WHERE man.sex = '1' AND woman.sex = '2';
INSERT INTO marriage SELECT m, man, woman, division, today() - 1, NULL, marriage_number(division, today(), m), false FROM wedding ORDER BY m;
INSERT INTO change
SELECT day_number(), 'marriage', m, 'new' FROM wedding
UNION ALL SELECT day_number(), 'person', unnest([man, woman]), 'married' FROM wedding;
UPDATE person SET marital = '20', spouse = CASE WHEN i = man THEN woman ELSE man END FROM wedding WHERE i IN (man, woman);

CREATE OR REPLACE TEMP TABLE parting AS
SELECT m, man, woman FROM marriage
WHERE divorced_on IS NULL AND married_on BETWEEN DATE '1985-01-01' AND today() - 365
    AND man IN (SELECT i FROM person WHERE marital = '20') AND woman IN (SELECT i FROM person WHERE marital = '20')
ORDER BY luck(m, 'parting') LIMIT one_in(people(), 50000);
UPDATE marriage SET divorced_on = today() - 1 WHERE m IN (SELECT m FROM parting);
INSERT INTO change
SELECT day_number(), 'marriage', m, 'divorced' FROM parting
UNION ALL SELECT day_number(), 'person', unnest([man, woman]), 'divorced' FROM parting;
UPDATE person SET marital = '40', spouse = NULL WHERE i IN (SELECT unnest([man, woman]) FROM parting);
