INSERT INTO shop.units (code, number, name, state, place, open, note, uid)
  SELECT 'c' || translate(n::text, '0123456789', 'abcdefghij'), 1, 'Unit ' || n, 'new', ROW('Main', n, '{a}')::shop.place, shop.hours('08:00', '17:00'), 'n', gen_random_uuid()
    FROM generate_series(1, 300) n;
UPDATE shop.units SET parent_id = 100 WHERE id > 100;
INSERT INTO shop.cache ("Unit", data) SELECT id, to_jsonb(units) FROM shop.units;
INSERT INTO shop.bare VALUES (12345, B'101', interval '1 day 2.5 s', 'ab', 3, '12:00+02');
INSERT INTO shop.readings (unit_id, at, kind) SELECT 100, date '2025-06-01' + n, CASE n % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'it''s' ELSE 'b' END FROM generate_series(8, 400) n;
INSERT INTO shop.alarms SELECT id, id, at, kind FROM shop.readings WHERE id % 10 = 0;
INSERT INTO shop.animals VALUES (1, 'cat', 4);
INSERT INTO shop.dogs VALUES (2, 'dog', 30, 'poodle');
REFRESH MATERIALIZED VIEW shop.totals;
REFRESH MATERIALIZED VIEW shop.totals_of_totals;
