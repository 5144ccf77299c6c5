-- One row a marriage; dirt falls on the man's data.
SELECT m AS number, marriage.*, man.id_number, man.born, man.name, man.mobile, man.ethnicity,
    woman.id_number AS woman_id, woman.name AS woman_name, woman.born AS woman_born, woman.mobile AS woman_mobile
FROM marriage JOIN person man ON man.i = marriage.man JOIN person woman ON woman.i = marriage.woman
