-- What happens in the city on one day, `today()`. Who is met by what is drawn by hash: a day is the same whoever plays it.
CREATE OR REPLACE TEMP MACRO day_number() AS (today() - day0())::INTEGER;
CREATE OR REPLACE TEMP MACRO luck(x, salt) AS hash(x::BIGINT, salt, getvariable('seed'), today());
CREATE OR REPLACE TEMP MACRO draw(x, salt, n) AS (luck(x, salt) % n::UBIGINT)::INTEGER;
-- One in so many, at least one.
CREATE OR REPLACE TEMP MACRO one_in(n, of_so_many) AS greatest(1, n // of_so_many);

-- Children are born to couples and lone mothers. All have yesterday's date, which nobody before them has.
CREATE OR REPLACE TEMP TABLE newborn AS
WITH birth AS (
    SELECT * FROM person
    WHERE sex = '2' AND died_on IS NULL AND left_on IS NULL AND role IN ('head', 'spouse', 'lone')
        AND born BETWEEN today() - 15300 AND today() - 8000
    ORDER BY luck(i, 'birth') LIMIT one_in(people(), 3333)
), child AS (
    SELECT birth.*, row_number() OVER (ORDER BY luck(birth.i, 'birth')) - 1 AS k, father.name AS father_name,
        CASE WHEN draw(birth.i, 'boy', 100) < 52 THEN '1' ELSE '2' END AS child_sex,
        birthplace(birth.division, '', (today() - 1)::DATE) AS prefix
    FROM birth LEFT JOIN person father ON father.i = birth.spouse
)
SELECT (SELECT max(i) + 1 FROM person) + k AS number, *,
    id_17(prefix, today() - 1, 2 * row_number() OVER (PARTITION BY prefix, child_sex ORDER BY k) - (child_sex = '1')::INTEGER) AS digits
FROM child;

INSERT INTO person
SELECT number, h, 'child', child_sex, today() - 1, id_18(digits), left(coalesce(father_name, name), 1) || given.text, ethnicity, division,
    household_address, residence_address, residence_division, NULL, '10', NULL, NULL, in_police, true, false, false, NULL, false, NULL
FROM newborn JOIN given ON given.sex = child_sex AND given.era = 2 AND given.slot = pick(number, 'given', given_names())
ORDER BY number;

-- People come to live here alone. Their sequence numbers begin at 900, which nobody born here reaches; whose number is taken stays away.
CREATE OR REPLACE TEMP TABLE arrival AS
WITH drawn AS (
    SELECT (SELECT max(i) + 1 FROM person) + n AS number, place.*, (today() - 7400 - draw(n, 'age', 11000))::DATE AS born,
        (1 + draw(n, 'sex', 2))::VARCHAR AS sex, place.prefix || local_address(luck(n, 'address'), place.rural) AS address
    FROM range(one_in(people(), 1429)) a(n) JOIN place ON place.slot = draw(n, 'place', 1000)
), placed AS (
    SELECT *, birthplace(division, before_1999, born) AS code, draw(number, 'employed', 100) < 62 AS employed FROM drawn
)
SELECT *, id_17(code, born, 898 + 2 * row_number() OVER (PARTITION BY code, born, sex ORDER BY number) + (sex = '1')::INTEGER) AS digits
FROM placed;

INSERT INTO person
SELECT number, 10000000 + number, 'single', arrival.sex, born, id_18(digits),
    nth(getvariable('surname'), pick(number, 'surname', 1000003)) || given.text, '01', division, address, address, division,
    mobile_number(r(number, 'mobile')), '10', NULL, NULL, true, true, employed, employed AND draw(number, 'fund', 100) < 42,
    CASE WHEN employed THEN draw(number, 'employer', companies()) END, false, NULL
FROM arrival JOIN given ON given.sex = arrival.sex AND given.era = 1 AND given.slot = pick(number, 'given', given_names())
WHERE id_18(digits) NOT IN (SELECT id_number FROM person WHERE i >= people())
ORDER BY number;

INSERT INTO change SELECT day_number(), 'person', i, 'new' FROM person
WHERE i IN (SELECT number FROM newborn UNION ALL SELECT number FROM arrival);
