-- What was made dirty (`number` is the thing's, `row_id` the row's) and on which day the department mended it.
CREATE TABLE dirt ("table" VARCHAR, row_id BIGINT, number BIGINT, kind VARCHAR, day INTEGER, mended_day INTEGER);
-- Rows that a source dropped for good.
CREATE TABLE gone ("table" VARCHAR, number BIGINT, day INTEGER);
-- What happened to whom on which day.
CREATE TABLE change (day INTEGER, thing VARCHAR, number BIGINT, what VARCHAR);
-- How much a day changed at the sources.
CREATE TABLE tick ("table" VARCHAR, day INTEGER, inserted BIGINT, updated BIGINT, deleted BIGINT, mended BIGINT);
-- How many rows a source object holds.
CREATE TABLE holding ("table" VARCHAR, rows BIGINT);
-- How many numbered things (cases, hours measured) there are by now.
CREATE TABLE counter (thing VARCHAR PRIMARY KEY, numbers BIGINT);
CREATE TABLE city (seed BIGINT, people BIGINT, day0 DATE, day INTEGER, pending BOOLEAN);
-- What each thing contributed to the files last delivered: number of rows and their joint hash.
CREATE TABLE delivered ("table" VARCHAR, number BIGINT, rows BIGINT, hash UBIGINT);
INSERT INTO counter VALUES ('case', cases()), ('hour', 720);
INSERT INTO city VALUES (getvariable('seed'), people(), day0(), 0, false);
-- Rows that a source has yet to delete for the day in hand; what it has yet to write is in the schema `pending`.
CREATE TABLE leaving ("table" VARCHAR, id BIGINT);
