-- What verification found for each table: what was exported, what the source holds, and what the
-- target holds with the user mapping reversed. A digest is null where it could not be had.
CREATE TABLE IF NOT EXISTS overwinter.verified_table (
  run_id          text NOT NULL REFERENCES overwinter.run ON DELETE CASCADE,
  schema_name     text NOT NULL,
  table_name      text NOT NULL,
  verdict         text NOT NULL CHECK (verdict IN ('PASSED', 'FAILED', 'COULD_NOT_VERIFY')),
  exported_digest text,
  source_digest   text,
  target_digest   text,
  verified_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, schema_name, table_name)
);

-- The old id of a user whose new id a piece of text spells, in the same letter case; null for
-- anybody else. Verification's own: it shares nothing with the program that replaced the ids.
CREATE OR REPLACE FUNCTION overwinter.source_id(of_run text, spelled text) RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE AS
$$
  SELECT CASE WHEN spelled = lower(spelled) THEN m.supabase_id::text
              ELSE upper(m.supabase_id::text) END
    FROM overwinter.user_mapping m
   WHERE m.run_id = of_run
     AND m.stack_id = spelled::uuid
     AND (spelled = lower(spelled) OR spelled = upper(spelled))
$$;

-- The text form of an array of UUIDs or texts, of any shape, with the user mapping reversed. It is
-- cut into quoted elements, in which nothing counts, into elements that are a UUID, and the rest.
CREATE OR REPLACE FUNCTION overwinter.source_array(of_run text, target_array text) RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE AS
$$
  WITH token (pattern) AS (VALUES (
    '("(?:[^"\\]|\\.)*"|(?<=[{,])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?=[,}]))'))
  SELECT string_agg(
           between_tokens.piece || COALESCE(
             CASE WHEN found.token[1] NOT LIKE '"%'
                  THEN overwinter.source_id(of_run, found.token[1]) END,
             found.token[1], ''),
           '' ORDER BY between_tokens.place)
    FROM token
   CROSS JOIN LATERAL regexp_split_to_table(target_array, token.pattern, 'i')
           WITH ORDINALITY between_tokens (piece, place)
    LEFT JOIN LATERAL regexp_matches(target_array, token.pattern, 'gi')
           WITH ORDINALITY found (token, place) ON found.place = between_tokens.place
$$;
