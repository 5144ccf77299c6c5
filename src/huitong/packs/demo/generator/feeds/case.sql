-- One row a case of city management: four hundred days' cases before the first day, then a thousandth as many a day.
SELECT n AS number, n, place.division, place.prefix, place.street, place.rural,
    NULL::VARCHAR AS id_number, NULL::DATE AS born, NULL::VARCHAR AS name,
    CASE WHEN pick(n, 'citizen', 5) = 0 THEN mobile_number(r(n, 'case phone')) END AS mobile,
    case_seen_on(n) AS seen_on, case_closed_on(n) AS closed_on
FROM range((SELECT numbers FROM counter WHERE thing = 'case')) t(n) JOIN place ON place.slot = pick(n, 'case place', 1000)
