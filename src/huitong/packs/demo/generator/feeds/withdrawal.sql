-- One row a payment out of the housing fund.
SELECT w AS number, withdrawal.*, person.id_number, person.born, person.name, person.mobile, person.division
FROM withdrawal JOIN person ON person.i = withdrawal.drawer
