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

-- A value's text with the user mapping reversed. The tokens are a regular expression that matches
-- whatever must be looked at as a whole; of those, the ones that are a UUID, in double quotes or
-- without, are looked up, and all else stays as it is.
CREATE OR REPLACE FUNCTION overwinter.source_text(of_run text, target_text text, tokens text)
  RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$
  SELECT pg_catalog.string_agg(
           between_tokens.piece || COALESCE(
             CASE WHEN token.found[1] ~* '^"?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"?$'
                  THEN replace(token.found[1], btrim(token.found[1], '"'),
                         COALESCE(overwinter.source_id(of_run, btrim(token.found[1], '"')),
                           btrim(token.found[1], '"')))
                  ELSE token.found[1] END, ''),
           '' ORDER BY between_tokens.place)
    FROM regexp_split_to_table(target_text, tokens, 'i')
           WITH ORDINALITY between_tokens (piece, place)
    LEFT JOIN regexp_matches(target_text, tokens, 'gi')
           WITH ORDINALITY token (found, place) USING (place)
$$;
