-- One row a company.
SELECT c AS number, * FROM company
