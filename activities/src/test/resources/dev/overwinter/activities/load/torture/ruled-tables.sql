-- What the target has for the tables that rules change, beside the tables of every shape and type themselves.
CREATE SCHEMA ruled;
DO $$
DECLARE
  type text;
BEGIN
  FOR type IN SELECT DISTINCT l.type FROM torture.literal l LOOP
    EXECUTE format(
      'CREATE TABLE ruled.%1$I (n bigint, tag text NOT NULL, "Plain %% é" %2$s, fixed %2$s NOT NULL, even %2$s, first %2$s,
         base %2$s, list %2$s[], names types.%3$I[], "it''s \pairs" types.%4$I[], more text DEFAULT ''none'')',
      'the ' || type, type, 'domain of ' || type, 'pair of ' || type);
  END LOOP;
  EXECUTE 'CREATE TABLE ruled.wide ('
    || (SELECT string_agg(format('%I %s', CASE c % 4 WHEN 0 THEN 'Renamed ' ELSE 'column ' END || c, (ARRAY['"char"', NULL, 'smallint', 'text'])[c % 4 + 1]), ', ')
          FROM generate_series(1, 1600) c WHERE c % 4 <> 1) || ')';
END $$;
CREATE TABLE ruled."Everything %" (
  kind "char" NOT NULL, "Id" bigint PRIMARY KEY, i8 bigint, n numeric, third numeric, half double precision, t text, shout text,
  at timestamp, day date, "j s o n" text, a jsonb, tail text[], u uuid, severity app.severity, severities app.severity[], amount numeric(12,4),
  addr app.address, street text, made app.address, spans tstzmultirange, raw bytea, hex text, net cidr, vbits bit varying,
  words tsvector, doubled numeric, x text);
CREATE INDEX ON ruled."Everything %" (n, half);
CREATE TABLE ruled.days (on_day date, id int, line text, at_home boolean NOT NULL, PRIMARY KEY (on_day, id));
CREATE TABLE ruled.sevens (at_home text, id bigint, note text) PARTITION BY RANGE (id);
CREATE TABLE ruled.sevens_low PARTITION OF ruled.sevens FOR VALUES FROM (MINVALUE) TO (5);
CREATE TABLE ruled.sevens_rest PARTITION OF ruled.sevens DEFAULT;
CREATE TABLE ruled.by_level (level app.severity, n int, twice int);
CREATE TABLE ruled.offspring (name text, id int, extra text);
CREATE TABLE ruled.made_up (made text);
CREATE TABLE ruled.uno ("Ω" int);
CREATE TABLE ruled."group" ("where" int, "group" int, "user" text, "$bytes" text, "{""a"":1}" text, "back\slash" text, "null" json);
CREATE TABLE ruled.doubled (both_of_them text);
CREATE TABLE ruled.areas (area numeric, id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, label text, other bigint);
CREATE TABLE ruled.large (n int, external text, backwards text, twice bytea, doc jsonb, one text, many text[]);
CREATE TABLE ruled.odd ("sel""ect" int, "a	b" text, "$text" text, " " "char"[], e jsonb);
