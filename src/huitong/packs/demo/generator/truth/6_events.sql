-- Marriages: every couple, and pairs of people who are divorced; the last of these married only to draw from the housing fund.
CREATE TABLE marriage AS
WITH couple AS (
    SELECT man.i AS man, woman.i AS woman, greatest(man.born, woman.born) AS younger, man.division, false AS apart, false AS fund
    FROM person man JOIN person woman ON woman.i = man.spouse
    WHERE man.sex = '1' AND woman.sex = '2'
), divorcee AS (
    SELECT i, sex, born, division, in_fund, row_number() OVER (PARTITION BY sex ORDER BY r(i, 'divorcee')) AS k
    FROM person WHERE marital = '40' AND died_on IS NULL
), pair AS (
    SELECT man.i, woman.i, greatest(man.born, woman.born), man.division, true, man.in_fund OR woman.in_fund
    FROM divorcee man JOIN divorcee woman USING (k) WHERE man.sex = '1' AND woman.sex = '2'
), numbered AS (
    SELECT *, row_number() OVER (ORDER BY man, woman) - 1 AS m, apart AND fund
        AND row_number() OVER (PARTITION BY apart AND fund ORDER BY r(man, 'sham')) <= shams() AS sham
    FROM (FROM couple UNION ALL FROM pair)
), dated AS (
    SELECT *, CASE WHEN sham THEN day0() - 70 - pick(m, 'sham', 300)
        ELSE least(younger + 8050 + pick(m, 'married', 2500), day0() - 100 - pick(m, 'newly', 200)) END::DATE AS married_on
    FROM numbered
)
SELECT m, man, woman, division, married_on,
    CASE WHEN sham THEN married_on + 14 + pick(m, 'divorced', 30)
        WHEN apart THEN married_on + 50 + (pick(m, 'divorced', 1000) * (day0() - married_on - 60) // 1000)::INTEGER END::DATE AS divorced_on,
    marriage_number(division, married_on, m) AS certificate, sham
FROM dated ORDER BY m;

-- Dwellings bought in the last three years. A false one is drawn on at the housing fund and was never filed,
-- was cancelled soon after, or is somebody else's.
CREATE TABLE purchase AS
WITH buyer AS (
    SELECT i, in_fund, NULL AS fraud FROM person
    WHERE role IN ('head', 'single', 'lone') AND died_on IS NULL AND pick(i, 'buyer', 1000) < 55
    UNION ALL
    SELECT i, true, ['unfiled', 'cancelled', 'other_buyer'][1 + k % 3]
    FROM (SELECT i, row_number() OVER (ORDER BY r(i, 'false contract')) - 1 AS k FROM person
        WHERE in_fund AND role = 'spouse') WHERE k < 3 * shams()
)
SELECT k, i AS buyer, in_fund, fraud, signed_on,
    CASE WHEN fraud = 'cancelled' THEN signed_on + 25 + pick(k, 'cancelled', 20)
        WHEN fraud IS NULL AND pick(k, 'cancelled', 100) < 2 THEN signed_on + 40 END::DATE AS cancelled_on,
    70 + pick(k, 'area', 900) / 10.0 AS area, (5200 + pick(k, 'price', 4600)) AS price_m2,
    pick(k, 'place', 1000) AS slot
FROM (SELECT *, row_number() OVER (ORDER BY i) AS k, (day0() - 60 - pick(i, 'signed', 1000))::DATE AS signed_on FROM buyer)
ORDER BY k;

-- What the housing fund paid out, and on what paper.
CREATE TABLE withdrawal AS
WITH honest AS (
    SELECT row_number() OVER (ORDER BY k) - 1 AS n, signed_on AS signed, contract_number(signed_on, k) AS paper
    FROM purchase WHERE fraud IS NULL
), drawn AS (
    SELECT buyer AS i, '01' AS reason,
        CASE WHEN fraud = 'other_buyer' THEN signed ELSE signed_on END + 5 + pick(k, 'drawn', 15) AS drawn_on,
        CASE fraud WHEN 'unfiled' THEN 'GC' || year(signed_on) || '9' || right(contract_number(signed_on, k), 8)
            WHEN 'other_buyer' THEN honest.paper
            ELSE contract_number(signed_on, k) END AS paper,
        'contract_' || fraud AS fraud
    FROM purchase JOIN honest ON honest.n = pick(k, 'other contract', (SELECT count(*) FROM honest))
    WHERE in_fund AND (fraud IS NOT NULL OR pick(k, 'draws', 10) < 6)
    UNION ALL
    SELECT CASE WHEN man.in_fund THEN man ELSE woman END, '01', married_on + 3 + pick(m, 'drawn', 9), certificate, 'sham_marriage'
    FROM marriage JOIN person man ON man.i = marriage.man WHERE sham
    UNION ALL
    SELECT i, CASE WHEN pick(i, 'drawn', 100) < 70 THEN '07' ELSE '06' END, day0() - 20 - pick(i, 'drawn on', 700), '', NULL
    FROM person WHERE in_fund AND pick(i, 'draws', 1000) < 90
)
SELECT row_number() OVER (ORDER BY i, drawn_on, reason) AS w, i AS drawer, reason, drawn_on::DATE AS drawn_on, paper, fraud
FROM drawn ORDER BY w;
