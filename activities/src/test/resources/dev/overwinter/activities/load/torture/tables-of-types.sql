-- For each type a table of its values: bare, in arrays, in domains and in composites.
CREATE SCHEMA types;

CREATE FUNCTION torture.make_tables() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  type text;
BEGIN
  FOR type IN SELECT DISTINCT l.type FROM torture.literal l ORDER BY 1 LOOP
    EXECUTE format('CREATE DOMAIN types.%I AS %s', 'domain of ' || type, type);
    EXECUTE format('CREATE TYPE types.%I AS (plain %s, list %2$s[])', 'pair of ' || type, type);
    EXECUTE format(
      'CREATE TABLE types.%1$I (plain %2$s, list %2$s[], named types.%3$I, names types.%3$I[],
         pair types.%4$I, pairs types.%4$I[], n int)',
      type, type, 'domain of ' || type, 'pair of ' || type);
  END LOOP;
END $$;

CREATE FUNCTION torture.fill_tables() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  type text;
  literals text;
BEGIN
  FOR type, literals IN
    SELECT l.type, string_agg(format('(%L::%s, %s)', l.value, l.type, l.n), ', ' ORDER BY l.n)
      FROM torture.literal l GROUP BY 1 ORDER BY 1
  LOOP
    -- As literals, which the type's own input function reads; casts from text mean other things.
    EXECUTE format(
      'INSERT INTO types.%1$I
         SELECT v, ARRAY[v, NULL, v], v, ARRAY[v::types.%3$I, NULL], (v, ARRAY[v])::types.%4$I,
                ARRAY[(v, NULL)::types.%4$I, (NULL, ARRAY[NULL, v])::types.%4$I, NULL], n
           FROM (VALUES %5$s) a (v, n)',
      type, type, 'domain of ' || type, 'pair of ' || type, literals);
    -- These two are arrays themselves, and gathering them would add a dimension.
    CONTINUE WHEN type IN ('int2vector', 'oidvector');
    EXECUTE format(
      'INSERT INTO types.%1$I (list, names, pairs, n)
         SELECT array_agg(ARRAY[v, v]), array_agg(ARRAY[[v::types.%3$I], [NULL::types.%3$I]]), ''{}'', -1 FROM types.%1$I a (v)
         UNION ALL
         SELECT (format(''[-7:%%s]='', count(*) - 8) || array_agg(v)::text)::%2$s[],
                (format(''[3:3][0:%%s]={'', count(*) - 1) || array_agg(v)::text || ''}'')::types.%3$I[],
                array_agg(p), -2 FROM types.%1$I a (v, l, d, ds, p)
         UNION ALL
         SELECT ''{}'', NULL, NULL, -3',
      type, type, 'domain of ' || type);
  END LOOP;
END $$;
