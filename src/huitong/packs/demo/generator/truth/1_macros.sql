-- Randomness: a value depends on the number of the thing, a salt and the city's seed, never on order or threads.
CREATE TEMP MACRO r(x, salt) AS hash(x::BIGINT, salt, getvariable('seed'));
CREATE TEMP MACRO pick(x, salt, n) AS (r(x, salt) % n::UBIGINT)::INTEGER;
CREATE TEMP MACRO part(t, k, n) AS (hash(t, k) % n::UBIGINT)::INTEGER;
CREATE TEMP MACRO nth(words, k) AS words[1 + k % len(words)];
-- Keeps a share of rows so that about `cap` of `expected` remain, whatever the size of the city.
CREATE TEMP MACRO within(t, expected, cap) AS part(t, 97, 1000000) < 1000000 * least(1, cap / greatest(expected, 1));
CREATE TEMP MACRO people() AS getvariable('people');
CREATE TEMP MACRO day0() AS getvariable('day0');
CREATE TEMP MACRO today() AS getvariable('today');

-- GB 11643 citizen ID number: division, birth date, sequence (odd for men), ISO 7064 MOD 11-2 check character.
CREATE TEMP MACRO id_weighted(n) AS
    (n // 10000000000000000) * 7 + (n // 1000000000000000) % 10 * 9 + (n // 100000000000000) % 10 * 10
    + (n // 10000000000000) % 10 * 5 + (n // 1000000000000) % 10 * 8 + (n // 100000000000) % 10 * 4
    + (n // 10000000000) % 10 * 2 + (n // 1000000000) % 10 + (n // 100000000) % 10 * 6
    + (n // 10000000) % 10 * 3 + (n // 1000000) % 10 * 7 + (n // 100000) % 10 * 9 + (n // 10000) % 10 * 10
    + (n // 1000) % 10 * 5 + (n // 100) % 10 * 8 + (n // 10) % 10 * 4 + n % 10 * 2;
CREATE TEMP MACRO id_17(division, born, sequence) AS
    division::BIGINT * 100000000000 + (year(born) * 10000 + month(born) * 100 + day(born)) * 1000 + sequence;
-- A number keeps the division's code of its year of birth: Lu'an was 3424xx until 1999, Yeji belonged to Huoqiu until 2015.
CREATE TEMP MACRO birthplace(division, before_1999, born) AS CASE WHEN year(born) < 1999 THEN before_1999
    WHEN division = '341504' AND year(born) < 2016 THEN '341522' ELSE division END;
CREATE TEMP MACRO id_18(n) AS n::VARCHAR || ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][1 + id_weighted(n) % 11];

-- GB 32100 unified social credit code around a GB 11714 organisation code.
CREATE TEMP MACRO digit_31(n) AS substr('0123456789ABCDEFGHJKLMNPQRTUWXY', (1 + n % 31)::INTEGER, 1);
CREATE TEMP MACRO value_31(code, k) AS instr('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(code, k, 1)) - 1;
CREATE TEMP MACRO value_36(code, k) AS instr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(code, k, 1)) - 1;
CREATE TEMP MACRO organisation_8(n, old) AS CASE WHEN old THEN (10000000 + n * 97)::VARCHAR ELSE
    'MA' || digit_31(n * 1009 // 28629151 + 2) || digit_31(n * 1009 // 923521) || digit_31(n * 1009 // 29791)
    || digit_31(n * 1009 // 961) || digit_31(n * 1009 // 31) || digit_31(n * 1009) END;
CREATE TEMP MACRO organisation_check(code) AS substr('0X987654321', (1 + (value_36(code, 1) * 3 + value_36(code, 2) * 7
    + value_36(code, 3) * 9 + value_36(code, 4) * 10 + value_36(code, 5) * 5 + value_36(code, 6) * 8
    + value_36(code, 7) * 4 + value_36(code, 8) * 2) % 11)::INTEGER, 1);
CREATE TEMP MACRO uscc_check(code) AS digit_31(31 - (value_31(code, 1) + value_31(code, 2) * 3 + value_31(code, 3) * 9
    + value_31(code, 4) * 27 + value_31(code, 5) * 19 + value_31(code, 6) * 26 + value_31(code, 7) * 16
    + value_31(code, 8) * 17 + value_31(code, 9) * 20 + value_31(code, 10) * 29 + value_31(code, 11) * 25
    + value_31(code, 12) * 13 + value_31(code, 13) * 8 + value_31(code, 14) * 24 + value_31(code, 15) * 10
    + value_31(code, 16) * 30 + value_31(code, 17) * 28) % 31);

CREATE TEMP MACRO mobile_number(t) AS
    (['130', '131', '135', '136', '137', '138', '139', '150', '151', '155', '156', '158', '159', '177', '180', '182',
      '183', '186', '187', '188', '189', '199'])[1 + part(t, 0, 22)] || lpad(part(t, 1, 100000000)::VARCHAR, 8, '0');
CREATE TEMP MACRO local_address(t, rural) AS CASE WHEN rural
    THEN nth(getvariable('village'), part(t, 0, 997)) || '村' || (1 + part(t, 1, 19)) || '组' || (1 + part(t, 2, 120)) || '号'
    ELSE nth(getvariable('road'), part(t, 0, 997)) || '路' || (1 + part(t, 1, 399)) || '号'
        || nth(getvariable('estate'), part(t, 2, 997)) || (1 + part(t, 3, 36)) || '栋'
        || ((1 + part(t, 4, 28)) * 100 + 1 + part(t, 5, 4)) || '室' END;

-- Dirt: what a clerk, a form or an old system makes of a value. Clean rows, the many, leave at the first branch.
CREATE TEMP MACRO wide(v) AS translate(v, '0123456789X', '０１２３４５６７８９Ｘ');
CREATE TEMP MACRO similar_name(v) AS
    translate(v, '伟芳静强军勇杰涛明超霞平刚英华玉兰红建文志国秀丽子梓浩宇轩欣涵怡佳海桂云永德',
                 '玮方靖墙君永洁滔名朝侠萍钢瑛桦钰蓝洪健雯智果绣莉仔紫昊雨萱心函宜嘉诲贵芸咏得');
CREATE TEMP MACRO dirty_code(v, kind) AS CASE WHEN kind IS NULL THEN v ELSE CASE kind
    WHEN 'id_missing' THEN NULL WHEN 'uscc_missing' THEN NULL
    WHEN 'id_checksum' THEN left(v, 17) || CASE right(v, 1) WHEN '1' THEN '3' ELSE '1' END
    WHEN 'uscc_checksum' THEN left(v, 17) || CASE right(v, 1) WHEN '1' THEN '3' ELSE '1' END
    WHEN 'id_short' THEN left(v, 6) || substr(v, 9, 9)
    WHEN 'id_wide' THEN wide(v) WHEN 'uscc_wide' THEN wide(v)
    WHEN 'id_lower' THEN lower(v) WHEN 'uscc_lower' THEN lower(v)
    WHEN 'id_blank' THEN ' ' || v || '  ' WHEN 'uscc_blank' THEN left(v, 8) || ' ' || substr(v, 9)
    WHEN 'uscc_old' THEN '3415' || right('00000000000' || (hash(v) % 100000000000)::VARCHAR, 11)
    ELSE v END END;
CREATE TEMP MACRO dirty_mobile(v, t, kind) AS CASE WHEN kind IS NULL THEN v ELSE CASE kind
    WHEN 'mobile_missing' THEN NULL
    WHEN 'mobile_broken' THEN left(v, 10)
    WHEN 'mobile_wide' THEN wide(v)
    WHEN 'mobile_dashed' THEN left(v, 3) || '-' || substr(v, 4, 4) || '-' || substr(v, 8)
    WHEN 'mobile_stale' THEN mobile_number(t)
    ELSE v END END;
CREATE TEMP MACRO dirty_name(v, kind) AS CASE WHEN kind IS NULL THEN v ELSE CASE kind
    WHEN 'name_missing' THEN NULL
    WHEN 'name_similar' THEN similar_name(v)
    WHEN 'name_blank' THEN left(v, 1) || ' ' || substr(v, 2)
    ELSE v END END;
CREATE TEMP MACRO dirty_address(v, t, kind) AS CASE WHEN kind IS NULL THEN v ELSE CASE kind
    WHEN 'address_missing' THEN NULL
    WHEN 'address_stale' THEN v[:9] || local_address(t, true)
    ELSE v END END;
CREATE TEMP MACRO dirty_marital(v, kind) AS
    CASE WHEN kind = 'marital_stale' THEN CASE v WHEN '10' THEN '20' ELSE '10' END ELSE v END;
CREATE TEMP MACRO dirty_birth(v, kind) AS CASE WHEN kind = 'birth_differs' THEN v + 30 ELSE v END;
-- The hands that fill in a spreadsheet do not agree on how to write a day.
CREATE TEMP MACRO hand_date(v, t) AS CASE part(t, 3, 6)
    WHEN 0 THEN strftime(v, '%Y/%-m/%-d') WHEN 1 THEN strftime(v, '%Y%m%d') WHEN 2 THEN strftime(v, '%Y.%m.%d')
    WHEN 3 THEN strftime(v, '%Y年%-m月%-d日') ELSE strftime(v, '%Y-%m-%d') END;
-- A kind of dirt that would not show on this very value is none: only effective dirt is counted.
CREATE TEMP MACRO person_kind(kind, id_number, born, name, mobile) AS CASE
    WHEN kind IS NULL THEN NULL
    WHEN kind = 'id_short' AND year(born) NOT BETWEEN 1930 AND 1985 THEN NULL
    WHEN kind = 'id_lower' AND right(id_number, 1) <> 'X' THEN NULL
    WHEN kind = 'name_similar' AND similar_name(name) = name THEN NULL
    WHEN starts_with(kind, 'mobile') AND mobile IS NULL THEN NULL
    ELSE kind END;
CREATE TEMP MACRO companies() AS greatest(60, people() // 20);
CREATE TEMP MACRO given_names() AS getvariable('given_names');
CREATE TEMP MACRO outside_address(t) AS
    ['安徽省阜阳市颍上县', '安徽省合肥市肥西县', '安徽省淮南市寿县', '河南省信阳市固始县', '湖北省黄冈市英山县'][1 + part(t, 6, 5)]
    || local_address(t, true);
CREATE TEMP MACRO contract_number(signed_on, k) AS 'GC' || year(signed_on) || lpad(k::VARCHAR, 9, '0');
CREATE TEMP MACRO marriage_number(division, married_on, m) AS
    'J' || division || '-' || year(married_on) || '-' || lpad(m::VARCHAR, 8, '0');
-- False contracts of each kind, and false marriages.
CREATE TEMP MACRO shams() AS greatest(4, people() // 40000);
-- What several departments say of the same thing.
CREATE TEMP MACRO relation(role, sex) AS CASE role WHEN 'spouse' THEN '10' WHEN 'child' THEN CASE sex WHEN '1' THEN '20' ELSE '30' END
    WHEN 'father' THEN '51' WHEN 'mother' THEN '52' ELSE '02' END;
CREATE TEMP MACRO county_name(code) AS CASE code WHEN '341502' THEN '金安区' WHEN '341503' THEN '裕安区' WHEN '341504' THEN '叶集区'
    WHEN '341522' THEN '霍邱县' WHEN '341523' THEN '舒城县' WHEN '341524' THEN '金寨县' ELSE '霍山县' END;
CREATE TEMP MACRO county(code) AS '皋城市' || county_name(code);
CREATE TEMP MACRO employs(number) AS pick(number, 'employs', 100) < 62;
CREATE TEMP MACRO pays_tax(number) AS pick(number, 'pays tax', 100) < 86;
CREATE TEMP MACRO cases() AS greatest(200, people() // 40);
CREATE TEMP MACRO cases_a_day() AS greatest(1, cases() // 1000);
CREATE TEMP MACRO case_seen_on(n) AS CASE WHEN n < cases() THEN day0() - 399 + (n * 399 // (cases() - 1))::INTEGER
    ELSE day0() + 1 + ((n - cases()) // cases_a_day())::INTEGER END;
CREATE TEMP MACRO case_closed_on(n) AS case_seen_on(n) + 3 + pick(n, 'case days', 38);
CREATE TEMP MACRO plate_digit(n) AS substr('ABCDEFGHJKLMNPQRSTUVWXYZ0123456789', (1 + n % 34)::INTEGER, 1);
CREATE TEMP MACRO plate(n) AS plate_digit(n * 10007 // 1336336) || plate_digit(n * 10007 // 39304) || plate_digit(n * 10007 // 1156)
    || plate_digit(n * 10007 // 34) || plate_digit(n * 10007);
CREATE TEMP MACRO unit_number(division, number) AS division || '001001GB' || lpad((number % 100000)::VARCHAR, 5, '0') || 'F'
    || lpad((number // 100000)::VARCHAR, 4, '0') || '0001';
-- When a row was last saved: within three years before the first day; a row that a later day touches, in that day's office hours.
CREATE TEMP MACRO changed_at(t) AS CASE WHEN today() = day0() THEN day0()::TIMESTAMP + INTERVAL 17 HOUR - to_seconds(part(t, 98, 94000000))
    ELSE today()::TIMESTAMP + INTERVAL 8 HOUR + to_seconds(part(hash(t, today()), 98, 36000)) END;
