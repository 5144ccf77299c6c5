-- A thousand slots, as many to a county as it has people, spread over its streets and towns.
CREATE TABLE place AS
WITH street AS (
    SELECT name, division, row_number() OVER (PARTITION BY division ORDER BY code) - 1 AS k,
        count(*) OVER (PARTITION BY division) AS streets
    FROM street_list
), slot AS (
    SELECT code AS division, name AS county, before_1999, unnest(range(weight * 10)) AS s FROM division_list
)
SELECT (row_number() OVER (ORDER BY slot.division, s) - 1)::BIGINT AS slot, slot.division, slot.county, before_1999,
    street.name AS street, '皋城市' || slot.county || street.name AS prefix, NOT ends_with(street.name, '街道') AS rural
FROM slot JOIN street ON street.division = slot.division AND street.k = s % street.streets
ORDER BY 1;
