-- One row an hour since measuring began, thirty days before the first day.
SELECT n AS number, n, day0()::TIMESTAMP - INTERVAL 30 DAY + to_hours(n) AS hour
FROM range((SELECT numbers FROM counter WHERE thing = 'hour')) t(n)
