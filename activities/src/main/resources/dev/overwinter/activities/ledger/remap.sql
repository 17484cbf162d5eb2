-- What remapping was decided on: which mapping, by its SHA-256, and how many people it has.
CREATE TABLE IF NOT EXISTS overwinter.remap_plan (
  run_id         text PRIMARY KEY REFERENCES overwinter.run ON DELETE CASCADE,
  users          bigint NOT NULL,
  mapping_digest text NOT NULL,
  planned_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The columns that hold user ids, what is done with each, and how many ids were found in it. The
-- tables are named as in the source, the columns as in the target.
CREATE TABLE IF NOT EXISTS overwinter.remap_column (
  run_id      text NOT NULL REFERENCES overwinter.remap_plan ON DELETE CASCADE,
  schema_name text NOT NULL,
  table_name  text NOT NULL,
  column_name text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('UUID', 'UUID_ARRAY', 'TEXT', 'TEXT_ARRAY', 'JSON')),
  evidence    text NOT NULL CHECK (evidence IN ('FOREIGN_KEY', 'VALUES', 'REQUEST')),
  treatment   text NOT NULL CHECK (treatment IN ('MAP', 'LEAVE')),
  known       bigint NOT NULL,
  unknown     bigint NOT NULL,
  PRIMARY KEY (run_id, schema_name, table_name, column_name)
);
