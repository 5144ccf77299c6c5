-- Dwellings are bought, the fund pays out, contracts are cancelled, cases are seen and closed, another day is measured.
CREATE OR REPLACE TEMP TABLE deal AS
SELECT (SELECT max(k) FROM purchase) + row_number() OVER (ORDER BY luck(i, 'deal')) AS k, i, in_fund FROM person
WHERE here(i, died_on, left_on) AND role IN ('head', 'single', 'lone') AND i NOT IN (SELECT buyer FROM purchase)
ORDER BY luck(i, 'deal') LIMIT one_in(people(), 40000);
INSERT INTO purchase
SELECT k, i, in_fund, NULL, today() - 1, NULL, 70 + draw(k, 'area', 900) / 10.0, 5200 + draw(k, 'price', 4600), draw(k, 'place', 1000)
FROM deal ORDER BY k;
INSERT INTO withdrawal
SELECT (SELECT max(w) FROM withdrawal) + row_number() OVER (ORDER BY k), i, '01', today(), contract_number(today() - 1, k), NULL
FROM deal WHERE in_fund ORDER BY k;

CREATE OR REPLACE TEMP TABLE cancelled AS
SELECT k FROM purchase WHERE cancelled_on IS NULL AND fraud IS NULL AND signed_on < today() - 5
ORDER BY luck(k, 'cancelled') LIMIT one_in(people(), 1000000);
UPDATE purchase SET cancelled_on = today() WHERE k IN (SELECT k FROM cancelled);

UPDATE counter SET numbers = numbers + CASE thing WHEN 'hour' THEN 24 ELSE cases_a_day() END;
INSERT INTO change
SELECT day_number(), 'purchase', k, 'new' FROM deal
UNION ALL SELECT day_number(), 'purchase', k, 'cancelled' FROM cancelled
UNION ALL SELECT day_number(), 'withdrawal', w, 'new' FROM withdrawal WHERE drawn_on = today()
UNION ALL SELECT day_number(), 'hour', numbers - 24 + unnest(range(24)), 'new' FROM counter WHERE thing = 'hour'
UNION ALL SELECT day_number(), 'case', numbers - cases_a_day() + n, 'new' FROM counter, range(cases_a_day()) r(n) WHERE thing = 'case'
UNION ALL SELECT day_number(), 'case', n, 'closed' FROM counter, range(numbers - cases_a_day()) r(n)
    WHERE thing = 'case' AND case_closed_on(n) = today();
