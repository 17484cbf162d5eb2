-- What the rules mean, said once more and in other words: views in the source, named like the target's tables, of what
-- these must hold.
CREATE SCHEMA ruled;
DO $$
DECLARE
  type text;
BEGIN
  FOR type IN SELECT DISTINCT l.type FROM torture.literal l LOOP
    EXECUTE format(
      'CREATE VIEW ruled.%1$I AS
         SELECT n::bigint AS n, E''it\''s \\N\t😀 %%s ?''::text AS tag, plain AS "Plain %% é",
                (SELECT last.plain FROM types.%2$I last ORDER BY n DESC LIMIT 1) AS fixed,
                CASE n & 1 WHEN 0 THEN plain END AS even, CASE WHEN n > 0 THEN plain ELSE list[1] END AS first, plain AS base,
                list, names, pairs AS "it''s \pairs", ''none''::text AS more
           FROM types.%2$I
          WHERE n <> (SELECT n FROM types.%2$I ORDER BY n DESC LIMIT 1)',
      'the ' || type, type);
  END LOOP;
  EXECUTE 'CREATE VIEW ruled.wide AS SELECT '
    || (SELECT string_agg(
                 format((ARRAY['%I AS %I', NULL, '%I AS %I', 'CASE WHEN %1$I IS NULL THEN E''\t'' ELSE %1$I END AS %2$I'])[c % 4 + 1],
                        'column ' || c, CASE c % 4 WHEN 0 THEN 'Renamed ' ELSE 'column ' END || c), ', ')
          FROM generate_series(1, 1600) c WHERE c % 4 <> 1)
    || ' FROM app.wide';
END $$;
CREATE VIEW ruled."Everything %" AS
  SELECT '\'::"char" AS kind, id AS "Id", i8, n, n2 / 3 AS third, f8 / 3 AS half, t, reverse(upper(t)) || E'\\.\n\t😀%' AS shout,
         CASE WHEN ts IS NULL THEN tstz::text::timestamp ELSE ts END AS at, d AS day, textin(json_out(j)) AS "j s o n", jb['n'] AS a,
         (SELECT CASE WHEN texts IS NOT NULL THEN COALESCE(array_agg(v ORDER BY c), '{}') END
            FROM unnest(texts) WITH ORDINALITY e (v, c) WHERE c > 1) AS tail,
         u, sev AS severity, sevs || 'é😀,{}'::app.severity AS severities, dom::numeric(12,4) AS amount, addr, (addr).street AS street,
         ROW(t, i4, texts)::app.address AS made, spans, raw, substr(raw::text, 3) AS hex, set_masklen(ip, masklen(ip))::cidr AS net,
         vbits, words || to_tsvector('simple'::regconfig, t) AS words, n2 * 2 AS doubled, textin(xml_out(x)) AS x
    FROM app.everything
   WHERE NOT COALESCE(i4 % 5 = 0, false);
CREATE VIEW ruled.days AS
  SELECT at AS on_day, id, CASE WHEN note <> '' THEN region || ': ' || note END AS line, false AS at_home
    FROM app.day WHERE at >= '2025-12-11' AND id % 3 <> 0;
CREATE VIEW ruled.sevens AS
  SELECT 'NULL'::text AS at_home, id, note FROM app.hashed WHERE id IS NULL OR id BETWEEN 1 AND 7;
CREATE VIEW ruled.by_level AS
  SELECT level, n, n * 2 AS twice FROM app.listed WHERE level IS NULL OR level > 'low';
CREATE VIEW ruled.offspring AS SELECT name, id, concat(extra, '\N') AS extra FROM ONLY app.child;
CREATE VIEW ruled.made_up AS SELECT '\N'::text AS made FROM app.no_columns;
CREATE VIEW ruled.uno AS SELECT 1 AS "Ω" FROM app.only_generated;
CREATE VIEW ruled."group" AS
  SELECT "limit" AS "where", "order" AS "group", "user", "$bytes", "{""a"":1}", "back\slash", "$text" AS "null"
    FROM app."select" WHERE "limit" = 3 OR "$text" IS NOT NULL;
CREATE VIEW ruled.doubled AS SELECT CASE WHEN b IS NULL THEN a || '-' ELSE a || b END AS both_of_them FROM app.duplicates;
CREATE VIEW ruled.areas AS SELECT width * height AS area, id, 'é' || upper(name) AS label, other FROM app.computed;
CREATE VIEW ruled.large AS
  SELECT n, external, reverse(extended) AS backwards, bytes || bytes AS twice, doc, many[1] AS one, many FROM app.stored WHERE n IN (2, 3);
CREATE VIEW ruled.odd AS
  SELECT "sel""ect", "a	b", "$text", " ", jsonb_build_array("é😀", " ") AS e FROM "Odd/../ ""Schema.%"."ta""b\le.é
x";
