-- One row a street or town.
SELECT code::BIGINT AS number, * FROM street_list
