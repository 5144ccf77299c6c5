-- One row a county.
SELECT code::BIGINT AS number, * FROM division_list
