-- One row a household; number = block * 8 + place in the block of ten people.
CREATE TABLE household AS
SELECT h, place.division, place.slot, place.rural, prefix || local_address(r(h, 'address'), place.rural) AS address,
    pick(h, 'outside', 1000) < 40 AS outside
FROM (
    SELECT DISTINCT b * 8 + household AS h
    FROM range(people() // 10 + 1) t(b) JOIN pattern ON pattern.pattern = pick(b, 'pattern', 6)
) JOIN place ON place.slot = pick(h, 'place', 1000)
ORDER BY h;
