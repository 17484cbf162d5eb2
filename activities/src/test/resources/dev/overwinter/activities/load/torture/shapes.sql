-- Tables of every shape, on both sides; app."Case" is made with the types.
CREATE SCHEMA "Odd/../ ""Schema.%";
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
CREATE TABLE app."case" (id int);
CREATE TABLE app.duplicates (a text, b text);
CREATE TABLE "Odd/../ ""Schema.%"."ta""b\le.é
x" ("sel""ect" int, "$text" text, "a	b" text, "é😀" jsonb, " " "char"[]);
