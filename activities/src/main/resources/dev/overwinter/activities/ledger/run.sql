CREATE SCHEMA IF NOT EXISTS overwinter;

COMMENT ON SCHEMA overwinter IS 'Ledger of a migration by Overwinter. Do not change by hand.';

-- One row a run. A second run on the same target is refused while the first has not ended.
CREATE TABLE IF NOT EXISTS overwinter.run (
  run_id      text PRIMARY KEY,
  workflow_id text NOT NULL,
  begun_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at    timestamptz
);
CREATE UNIQUE INDEX IF NOT EXISTS run_open_one ON overwinter.run ((true)) WHERE ended_at IS NULL;
