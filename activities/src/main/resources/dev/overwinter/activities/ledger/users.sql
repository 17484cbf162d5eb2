-- What became of each user. Filled before the call to Stack Auth (intended), settled after it.
CREATE TABLE IF NOT EXISTS overwinter.user_account (
  run_id       text NOT NULL REFERENCES overwinter.run ON DELETE CASCADE,
  supabase_id  uuid NOT NULL,
  user_class   text NOT NULL,
  state        text NOT NULL
               CHECK (state IN ('intended', 'created', 'adopted', 'skipped', 'conflict', 'quarantined', 'removed')),
  stack_id     uuid,
  attempts     integer NOT NULL DEFAULT 0,
  failure_code text,
  needs_password boolean NOT NULL DEFAULT false,
  -- Milliseconds since 1970 at Stack Auth when the account was made: active later means somebody signed in.
  idle_since   bigint,
  changed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, supabase_id)
);
-- The mapping is one to one.
CREATE UNIQUE INDEX IF NOT EXISTS user_account_stack_id ON overwinter.user_account (run_id, stack_id) WHERE stack_id IS NOT NULL;

-- Whom each old id becomes: what remapping, verification and support read.
CREATE OR REPLACE VIEW overwinter.user_mapping AS
  SELECT run_id, supabase_id, stack_id, changed_at AS migrated_at
    FROM overwinter.user_account
   WHERE state IN ('created', 'adopted');
