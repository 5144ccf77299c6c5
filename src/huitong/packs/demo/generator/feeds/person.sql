-- One row a person; age at the end of the first year, so that nobody changes tables by growing older.
SELECT i AS number, *, date_diff('year', born, day0()) AS age FROM person
