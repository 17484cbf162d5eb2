-- The target's write guard: whose it is, and the pass that lets the loader through. The guard's
-- function comes and goes with the guard; while it stands without a row here it refuses everybody.
CREATE TABLE IF NOT EXISTS overwinter.target_guard (
  only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  run_id    text NOT NULL,
  pass      text NOT NULL,
  complete  boolean NOT NULL DEFAULT false,
  raised_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
