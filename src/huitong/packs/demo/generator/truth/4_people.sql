-- Ten people make a block of households; who is whose head, spouse or child is read off the block's pattern.
CREATE TEMP TABLE draft AS
WITH member AS (
    SELECT i, b * 8 + household AS h, role, b * 10 + head AS head_i,
        CASE WHEN b * 10 + spouse < people() THEN b * 10 + spouse END AS spouse,
        age_from + pick(b * 8 + household, 'age', age_to - age_from + 1) AS head_age,
        CASE WHEN pick(b * 8 + household, 'sex', 100) < CASE role WHEN 'single' THEN 52 ELSE 74 END
            THEN '1' ELSE '2' END AS head_sex
    FROM (SELECT i, i // 10 AS b, i % 10 AS p FROM range(people()) t(i))
    JOIN pattern ON pattern.pattern = pick(b, 'pattern', 6) AND pattern.position = p
), grown AS (
    SELECT i, h, role, spouse,
        CASE role WHEN 'spouse' THEN CASE head_sex WHEN '1' THEN '2' ELSE '1' END
            WHEN 'child' THEN CASE WHEN pick(i, 'sex', 100) < 52 THEN '1' ELSE '2' END
            WHEN 'father' THEN '1' WHEN 'mother' THEN '2' ELSE head_sex END AS sex,
        greatest(0, CASE role WHEN 'spouse' THEN greatest(22, head_age - 4 + pick(i, 'age', 7))
            WHEN 'child' THEN head_age - 23 - pick(i, 'age', 11)
            WHEN 'father' THEN head_age + 23 + pick(i, 'age', 8)
            WHEN 'mother' THEN head_age + 22 + pick(i, 'age', 7) ELSE head_age END) AS age,
        CASE WHEN role = 'child' AND head_sex = '2' THEN head_i + 1
            WHEN role IN ('child', 'father') THEN head_i ELSE i END AS surname_i,
        pick(CASE WHEN role IN ('spouse', 'mother') AND pick(i, 'origin', 10) < 4 THEN i + 1000000000 ELSE h END,
            'place', 1000) AS origin
    FROM member
)
SELECT *, (day0() - (age * 365.2425)::INTEGER - pick(i, 'birthday', 364) - 1)::DATE AS born,
    CASE WHEN pick(i, 'death', 1000) < CASE WHEN age >= 80 THEN 130 WHEN age >= 60 THEN 30 WHEN age >= 4 THEN 2 ELSE 0 END
        THEN day0() - 1 - pick(i, 'death day', 1000) END AS died_on
FROM grown;

CREATE TEMP TABLE numbered AS
SELECT i, id_17(prefix, born, 2 * row_number() OVER (PARTITION BY prefix, born, sex ORDER BY i) - (sex = '1')::INTEGER) AS id_digits
FROM (
    SELECT i, birthplace(place.division, before_1999, born) AS prefix, born, sex
    FROM draft JOIN place ON place.slot = draft.origin
);

CREATE TABLE person AS
WITH known AS (
    SELECT draft.*, household.division, household.slot, household.address AS home, outside,
        id_digits,
        CASE role WHEN 'child' THEN '10' WHEN 'single' THEN CASE WHEN age < 30 + pick(i, 'alone', 12) THEN '10'
                WHEN age < 60 OR pick(i, 'alone', 3) = 0 THEN '40' ELSE '30' END
            WHEN 'lone' THEN CASE WHEN pick(i, 'alone', 4) = 0 THEN '30' ELSE '40' END
            ELSE CASE WHEN draft.spouse IS NOT NULL THEN '20' WHEN role IN ('father', 'mother') THEN '30' ELSE '10' END END AS marital,
        age BETWEEN 20 AND 59 AND died_on IS NULL AND pick(i, 'employed', 100) < 62 AS employed,
        CASE WHEN born < DATE '1970-01-01' THEN 0 WHEN born < DATE '1996-01-01' THEN 1 ELSE 2 END AS era
    FROM draft JOIN household USING (h) JOIN numbered USING (i)
)
SELECT i, h, role, known.sex, born, id_18(id_digits) AS id_number,
    nth(getvariable('surname'), pick(surname_i, 'surname', 1000003)) || given.text AS name,
    CASE WHEN pick(h, 'ethnicity', 1000) < 26 THEN '03' WHEN pick(i, 'ethnicity', 1000) < 6 THEN '11' ELSE '01' END AS ethnicity,
    known.division,
    CASE WHEN outside THEN outside_address(r(h, 'address')) ELSE home END AS household_address,
    CASE WHEN outside OR pick(h, 'away', 100) >= 12 THEN home
        ELSE away.prefix || local_address(r(h, 'away address'), away.rural) END AS residence_address,
    CASE WHEN outside OR pick(h, 'away', 100) >= 12 THEN known.division ELSE away.division END AS residence_division,
    CASE WHEN age >= 12 AND pick(i, 'phone', 100) < CASE WHEN age < 75 THEN 97 ELSE 55 END
        THEN mobile_number(r(i, 'mobile')) END AS mobile,
    CASE WHEN marital = '20' AND spouse IN (SELECT i FROM draft WHERE died_on IS NOT NULL) THEN '30' ELSE marital END AS marital,
    spouse, died_on,
    NOT outside AS in_police,
    pick(i, 'medical', 1000) < 935 AS in_medical,
    employed OR (age >= 60 AND pick(i, 'pension', 100) < 45) AS in_social,
    employed AND pick(i, 'fund', 100) < 42 AS in_fund,
    CASE WHEN employed THEN (companies() * (pick(i, 'employer', 1000000) / 1e6) ** 2)::BIGINT % companies() END AS employer,
    died_on IS NOT NULL AND pick(i, 'paid on', 100) < 6 AS paid_after_death,
    NULL::DATE AS left_on
FROM known
JOIN given ON given.sex = known.sex AND given.era = known.era AND given.slot = pick(i, 'given', given_names())
JOIN place away ON away.slot = pick(h, 'away place', 1000);
DROP TABLE draft;
DROP TABLE numbered;
