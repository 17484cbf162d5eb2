-- The tables that the run copies, and how their rows are written down in the archive. The columns
-- are the target's.
CREATE TABLE IF NOT EXISTS overwinter.copied_table (
  run_id         text NOT NULL REFERENCES overwinter.run ON DELETE CASCADE,
  table_no       integer NOT NULL,
  source_schema  text NOT NULL,
  source_name    text NOT NULL,
  target_schema  text NOT NULL,
  target_name    text NOT NULL,
  level          integer NOT NULL,
  columns        text[] NOT NULL,
  column_types   text[] NOT NULL,
  value_forms    text[] NOT NULL,
  estimated_rows bigint NOT NULL,
  bytes          bigint NOT NULL,
  expressions    text[] NOT NULL DEFAULT '{}', -- SQL that gives the columns' values in the source
  source_columns text[] NOT NULL DEFAULT '{}', -- NULL for a column that is more than a copy of one
  row_filter     text,                         -- SQL that copied rows meet; NULL for all rows
  PRIMARY KEY (run_id, table_no),
  UNIQUE (run_id, source_schema, source_name)
);

-- For a ledger that an earlier version made. Not ADD COLUMN IF NOT EXISTS, which locks the table
-- even when there is nothing to add.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute
                  WHERE attrelid = 'overwinter.copied_table'::regclass
                    AND attname = 'expressions') THEN
    ALTER TABLE overwinter.copied_table
      ADD COLUMN expressions    text[] NOT NULL DEFAULT '{}',
      ADD COLUMN source_columns text[] NOT NULL DEFAULT '{}',
      ADD COLUMN row_filter     text;
    UPDATE overwinter.copied_table
       SET expressions = ARRAY(SELECT '"' || replace(name, '"', '""') || '"'
                                 FROM unnest(columns) WITH ORDINALITY c (name, place)
                                ORDER BY place),
           source_columns = columns;
  END IF;
END $$;

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute
                  WHERE attrelid = 'overwinter.copied_table'::regclass
                    AND attname = 'wire_types') THEN
    ALTER TABLE overwinter.copied_table
      ADD COLUMN wire_types text[]; -- how each column travels in binary; NULL: rows travel as text
  END IF;
END $$;

-- A range of pages of one relation: the unit of export, import and retry. The rows of all chunks
-- of a table together are the table. Whoever works on a chunk holds its row locked.
CREATE TABLE IF NOT EXISTS overwinter.chunk (
  run_id      text NOT NULL,
  table_no    integer NOT NULL,
  chunk_no    integer NOT NULL,
  leaf_schema text NOT NULL,
  leaf_name   text NOT NULL,
  first_page  bigint NOT NULL,
  end_page    bigint,           -- exclusive; NULL is the end of the relation, wherever it is
  bytes       bigint NOT NULL,  -- an estimate
  part_file   text NOT NULL,    -- below the run's directory in the archive
  exported_at timestamptz,
  rows        bigint,
  part_bytes  bigint,
  part_sha256 text,
  raw_digest  text,             -- of the source's rows: count and two sums, 16 hexadecimal digits each
  loaded_at   timestamptz,
  loaded_rows bigint,
  leaf_file   bigint NOT NULL DEFAULT 0, -- pg_relation_filenode, 0 without storage; another one
                                         -- at the export means that rows were moved
  PRIMARY KEY (run_id, table_no, chunk_no),
  UNIQUE (run_id, part_file),
  FOREIGN KEY (run_id, table_no) REFERENCES overwinter.copied_table ON DELETE CASCADE,
  CHECK (num_nulls(exported_at, rows, part_bytes, part_sha256, raw_digest) IN (0, 5)),
  CHECK (num_nulls(loaded_at, loaded_rows) IN (0, 2)),
  CHECK (loaded_at IS NULL OR exported_at IS NOT NULL)
);
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute
                  WHERE attrelid = 'overwinter.chunk'::regclass
                    AND attname = 'rows_bytes') THEN
    ALTER TABLE overwinter.chunk
      ADD COLUMN rows_bytes  bigint, -- of the file of binary rows, which is there until they are
      ADD COLUMN rows_sha256 text;   -- loaded; NULL where rows travel as text
  END IF;
END $$;
CREATE INDEX IF NOT EXISTS chunk_to_do
  ON overwinter.chunk (run_id, bytes DESC, table_no, chunk_no) WHERE loaded_at IS NULL;

-- Where the source stood when the plan was made, for the archive's manifest.
CREATE TABLE IF NOT EXISTS overwinter.copy_plan (
  run_id          text PRIMARY KEY REFERENCES overwinter.run ON DELETE CASCADE,
  source_database text NOT NULL,
  planned_at      text NOT NULL, -- by the source's clock, ISO 8601 in UTC
  source_snapshot text NOT NULL,
  source_lsn      text NOT NULL
);
