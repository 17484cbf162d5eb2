package dev.overwinter.activities.load;

/** Tables with every usual type and awkward values, names and shapes. */
final class TortureTables {
  static final String TABLES =
      """
      CREATE SCHEMA app; CREATE SCHEMA "Odd/../ ""Schema.%";
      CREATE TYPE app.severity AS ENUM ('low', 'hi''gh "\\ ');
      CREATE TYPE app.json AS ENUM ('not json');
      CREATE DOMAIN app.amount AS numeric(12,4) CHECK (VALUE > -1000);
      CREATE DOMAIN app.any_severity AS app.severity;
      CREATE TYPE app.address AS (street text, number int, tags text[]);

      CREATE TABLE app.everything (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        i2 smallint, i4 integer, i8 bigint, n numeric, n2 numeric(8,2), f4 real,
        f8 double precision, b boolean, t text, vc varchar(40), ch char(5), one "char", nm name,
        ts timestamp, tstz timestamptz, d date, tm time, tmtz timetz, iv interval,
        j json, jb jsonb, texts text[], ids uuid[], grid int[][], u uuid,
        sev app.severity, sevs app.severity[], faux app.json, dom app.amount,
        sevdom app.any_severity, addr app.address, addrs app.address[], span int4range,
        spans tstzmultirange, raw bytea, ip inet, net cidr, mac macaddr, mac8 macaddr8,
        bits bit(5), vbits bit varying, words tsvector, query tsquery, cash money, p point, bx box,
        pth path, o oid, js json[], x xml,
        doubled numeric GENERATED ALWAYS AS (n2 * 2) STORED);
      CREATE TABLE app.day (at date NOT NULL, region text NOT NULL, id serial, note text,
        PRIMARY KEY (at, region, id)) PARTITION BY RANGE (at);
      CREATE TABLE app.day_old PARTITION OF app.day FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
      CREATE TABLE app.day_new PARTITION OF app.day DEFAULT PARTITION BY LIST (region);
      CREATE TABLE app.day_new_north PARTITION OF app.day_new FOR VALUES IN ('north');
      CREATE TABLE app.day_new_rest (note text, id int NOT NULL DEFAULT 0, region text NOT NULL,
        gone int, at date NOT NULL);
      ALTER TABLE app.day_new_rest DROP COLUMN gone;
      ALTER TABLE app.day_new ATTACH PARTITION app.day_new_rest DEFAULT;
      CREATE TABLE app.parent (id int, name text);
      CREATE TABLE app.child (extra text) INHERITS (app.parent);
      CREATE TABLE app.empty (id int PRIMARY KEY);
      CREATE TABLE app.no_partitions (id int) PARTITION BY HASH (id);
      CREATE TABLE app.no_columns ();
      CREATE TABLE app.only_generated (one int GENERATED ALWAYS AS (1) STORED);
      CREATE TABLE app."Case" (id int); CREATE TABLE app."case" (id int);
      CREATE TABLE app.duplicates (a text, b text);
      CREATE TABLE "Odd/../ ""Schema.%"."ta""b\\le.é
      x" ("sel""ect" int, "$text" text, "a	b" text, "é😀" jsonb, " " "char"[]);
      """;

  static final String ROWS =
      """
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
        (0, 0, 0, 1e130, 0.00, 1e-45, 5e-324, false, E'\\\\N', 'null', 'ab', 'é', 'sel"ect',
         '4714-11-24 00:00:00 BC', '4714-11-24 00:00:00+00 BC', '5874897-12-31', '00:00:00.000001',
         '23:59:59.999999-15:59', '178000000 years', E'{"a":\\n1}', '{"$text": "a"}',
         E'{NULL,"NULL","a,b","\\\\"q\\\\""}'::text[], ARRAY[NULL::uuid], '{{1,2},{NULL,4}}',
         'ffffffff-ffff-ffff-ffff-ffffffffffff', E'hi''gh "\\\\ ', ARRAY[E'hi''gh "\\\\ ', 'low'
         ]::app.severity[], NULL, -0.0001, E'hi''gh "\\\\ ', ROW(E'a,"b"\\t\\n', -1, '{x,NULL}'),
         ARRAY[ROW('s', 1, NULL)::app.address, NULL], '[1,)', '{[2026-01-01,2026-01-02)}',
         '\\x00ff5c0a', '192.168.1.5/24', '10.0.0.0/8', 'ff:ff:ff:ff:ff:ff', NULL, '10101', '1',
         $$'a':1A 'it''s':2B$$, $$'a' & !'b'$$, 0.01, '(1,2)', NULL, NULL, 0,
         ARRAY['{"a": [1]}', 'null', '"\\ud800"']::json[], '<a b="c">&amp;</a>text'),
        (32767, 2147483647, 9223372036854775807, 0.1000000000000000000000000000000000001, 999999.99,
         '-Infinity', 1.7976931348623157e308, NULL, NULL, NULL, NULL, NULL, NULL,
         '294276-12-31 23:59:59.999999', '2026-01-02 03:04:05.678901+05:30', '0001-01-01 BC', NULL,
         NULL, 'P0D', '"\\u0000\\ud83d"', '{"é😀": "\\\\\\n\\u0001", "n": 1e400, "z": -0.00}', NULL,
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
      INSERT INTO "Odd/../ ""Schema.%"."ta""b\\le.é
      x" VALUES (1, E'a\\tb', NULL, '{"$bytes": 1}', '{a,NULL,"\\""}');
      """;

  private TortureTables() {}
}
