-- One row a dwelling bought.
SELECT k AS number, purchase.*, person.id_number, person.born, person.name, person.mobile, place.division, place.prefix
FROM purchase JOIN person ON person.i = purchase.buyer JOIN place USING (slot)
