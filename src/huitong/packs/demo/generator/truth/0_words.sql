-- The word lists, from `data/*.csv`, as variables and small tables. A weighted list repeats a word as often as it weighs.
CREATE TEMP TABLE division_list AS
    SELECT code, name, name_en, weight::BIGINT AS weight, before_1999,
        longitude::DOUBLE AS longitude, latitude::DOUBLE AS latitude
    FROM read_csv(getvariable('folder') || '/divisions.csv', header = true, all_varchar = true);
CREATE TEMP TABLE street_list AS SELECT * FROM read_csv(getvariable('folder') || '/streets.csv', header = true, all_varchar = true);
CREATE TEMP TABLE pattern AS
    SELECT pattern::BIGINT AS pattern, position::BIGINT AS position, household::BIGINT AS household, head::BIGINT AS head,
        role, spouse::BIGINT AS spouse, age_from::BIGINT AS age_from, age_to::BIGINT AS age_to
    FROM read_csv(getvariable('folder') || '/patterns.csv', header = true, all_varchar = true);
CREATE TEMP TABLE given AS
    WITH hand AS (
        SELECT sex, era::INTEGER AS era, unnest(string_split(first, '')) AS first, second
        FROM read_csv(getvariable('folder') || '/given_names.csv', header = true, all_varchar = true)
    ), name AS (
        SELECT DISTINCT sex, era, CASE WHEN unnest = 0 THEN '' ELSE first END || second AS text
        FROM (SELECT sex, era, first, unnest(string_split(second, '')) AS second, unnest FROM hand, unnest([0, 1]))
        WHERE first <> second
    )
    SELECT *, row_number() OVER (PARTITION BY sex, era ORDER BY text) - 1 AS slot FROM name;
SET VARIABLE given_names = (SELECT min(n) FROM (SELECT count(*) AS n FROM given GROUP BY sex, era));
SET VARIABLE surname = (
    SELECT list(surname ORDER BY surname, n)
    FROM (SELECT surname, unnest(range(weight::BIGINT)) AS n
        FROM read_csv(getvariable('folder') || '/surnames.csv', header = true, all_varchar = true)));
SET VARIABLE industry = (
    SELECT list({section: section, word: word, scope: scope} ORDER BY section, word, n)
    FROM (SELECT *, unnest(range(weight::BIGINT)) AS n
        FROM read_csv(getvariable('folder') || '/industries.csv', header = true, all_varchar = true)));
CREATE TEMP TABLE word_list AS
    SELECT kind, list(word ORDER BY word) AS words
    FROM read_csv(getvariable('folder') || '/words.csv', header = true, all_varchar = true) GROUP BY kind;
