-- The tables that the run copies, and how their rows are written down in the archive.
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
  PRIMARY KEY (run_id, table_no),
  UNIQUE (run_id, source_schema, source_name)
);

-- A range of pages of one relation: the unit of export, import and retry. The rows of all chunks
-- of a table together are the table. Whoever works on a chunk holds its row locked.
CREATE TABLE IF NOT EXISTS overwinter.chunk (
  run_id      text NOT NULL,
  table_no    integer NOT NULL,
  chunk_no    integer NOT NULL,
  leaf_schema text NOT NULL,
  leaf_name   text NOT NULL,
  leaf_file   bigint NOT NULL,  -- pg_relation_filenode: another one means that rows were moved
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
  PRIMARY KEY (run_id, table_no, chunk_no),
  UNIQUE (run_id, part_file),
  FOREIGN KEY (run_id, table_no) REFERENCES overwinter.copied_table ON DELETE CASCADE,
  CHECK (num_nulls(exported_at, rows, part_bytes, part_sha256, raw_digest) IN (0, 5)),
  CHECK (num_nulls(loaded_at, loaded_rows) IN (0, 2)),
  CHECK (loaded_at IS NULL OR exported_at IS NOT NULL)
);
CREATE INDEX IF NOT EXISTS chunk_to_do
  ON overwinter.chunk (run_id, bytes DESC, table_no, chunk_no) WHERE loaded_at IS NULL;
