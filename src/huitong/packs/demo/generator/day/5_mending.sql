-- Of every hundred broken rows a department mends one, at least one a day while there are any.
UPDATE dirt SET mended_day = day_number()
WHERE ("table", number) IN (
    SELECT ("table", number) FROM dirt WHERE mended_day IS NULL AND day < day_number()
    QUALIFY row_number() OVER (PARTITION BY "table" ORDER BY luck(number, "table"))
        <= 1 + count(*) OVER (PARTITION BY "table") // 100
);
DELETE FROM leaving;
