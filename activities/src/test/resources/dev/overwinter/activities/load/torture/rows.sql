-- What the tables of every shape hold, in the source.
INSERT INTO app.everything (i2, i4, i8, n, n2, f4, f8, b, t, vc, ch, one, nm, ts, tstz, d, tm,
    tmtz, iv, j, jb, texts, ids, grid, u, sev, sevs, faux, dom, sevdom, addr, addrs, span,
    spans, raw, ip, net, mac, mac8, bits, vbits, words, query, cash, p, bx, pth, o, js, x)
VALUES
  (-32768, -2147483648, -9223372036854775808, 'NaN', -0.10, 'NaN', 'Infinity', true, '', '',
   '', '', '', 'infinity', '-infinity', 'infinity', '24:00', '00:00+15:59',
   '-1 year 2 months -3 days 04:05:06.789', ' { "a" : 1 } ', 'null', '{}', '{}', '{}',
   '00000000-0000-0000-0000-000000000000', 'low', '{}', 'not json', 0, 'low', '(,,)', '{}',
   'empty', '{}', '', '::', '::/0', '00:00:00:00:00:00', '00:00:00:00:00:00:00:00', '00000',
   '', '', '', '-$92,233,720,368,547,758.08', '(-0,1e300)', '((0,0),(1,1))', '[(0,0),(1,1)]',
   4294967295, '{}', ''),
  (0, 0, 0, 1e130, 0.00, 1e-45, 5e-324, false, E'\\N', 'null', 'ab', 'é', 'sel"ect',
   '4714-11-24 00:00:00 BC', '4714-11-24 00:00:00+00 BC', '5874897-12-31', '00:00:00.000001',
   '23:59:59.999999-15:59', '178000000 years', E'{"a":\n1}', '{"$text": "a"}',
   E'{NULL,"NULL","a,b","\\"q\\""}'::text[], ARRAY[NULL::uuid], '{{1,2},{NULL,4}}',
   'ffffffff-ffff-ffff-ffff-ffffffffffff', E'hi''gh "\\ ', ARRAY[E'hi''gh "\\ ', 'low'
   ]::app.severity[], NULL, -0.0001, E'hi''gh "\\ ', ROW(E'a,"b"\t\n', -1, '{x,NULL}'),
   ARRAY[ROW('s', 1, NULL)::app.address, NULL], '[1,)', '{[2026-01-01,2026-01-02)}',
   '\x00ff5c0a', '192.168.1.5/24', '10.0.0.0/8', 'ff:ff:ff:ff:ff:ff', NULL, '10101', '1',
   $$'a':1A 'it''s':2B$$, $$'a' & !'b'$$, 0.01, '(1,2)', NULL, NULL, 0,
   ARRAY['{"a": [1]}', 'null', '"\ud800"']::json[], '<a b="c">&amp;</a>text'),
  (32767, 2147483647, 9223372036854775807, 0.1000000000000000000000000000000000001, 999999.99,
   '-Infinity', 1.7976931348623157e308, NULL, NULL, NULL, NULL, NULL, NULL,
   '294276-12-31 23:59:59.999999', '2026-01-02 03:04:05.678901+05:30', '0001-01-01 BC', NULL,
   NULL, 'P0D', '"\u0000\ud83d"', '{"é😀": "\\\n\u0001", "n": 1e400, "z": -0.00}', NULL,
   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO app.everything (t, f8, ts, tstz, j)
  SELECT 'a' || chr(CASE WHEN c = 0 THEN 128512 ELSE c END) || 'b', random() * 10 ^ (c - 60),
         '2026-01-01'::timestamp + c * interval '1.000001 hour',
         '1969-12-31 23:59:59.5+00'::timestamptz - c * interval '37 days 1.01 second',
         pg_catalog.format('{"k":%s}', c)::json
    FROM pg_catalog.generate_series(0, 300) c;
INSERT INTO app.everything (i4, n, d)
  SELECT c, c / 7::numeric, '2026-01-01'::date - c FROM pg_catalog.generate_series(1, 3000) c;
DELETE FROM app.everything WHERE i4 > 0 AND i4 % 3 = 0;
INSERT INTO app.day (at, region, note)
  SELECT '2025-12-01'::date + c, CASE c % 3 WHEN 0 THEN 'north' ELSE 'south' END,
         pg_catalog.repeat('note ', c % 50)
    FROM pg_catalog.generate_series(1, 900) c;
INSERT INTO app.parent VALUES (1, 'parent'); INSERT INTO app.child VALUES (2, 'child', 'x');
INSERT INTO app.no_columns DEFAULT VALUES; INSERT INTO app.no_columns DEFAULT VALUES;
INSERT INTO app.only_generated DEFAULT VALUES;
INSERT INTO app."Case" VALUES (1); INSERT INTO app."case" VALUES (2);
INSERT INTO app.duplicates
  SELECT 'same', NULL FROM pg_catalog.generate_series(1, 1000) UNION ALL VALUES ('', ''), (NULL, NULL);
INSERT INTO "Odd/../ ""Schema.%"."ta""b\le.é
x" VALUES (1, E'a\tb', NULL, '{"$bytes": 1}', '{a,NULL,"\""}');
