-- What the run was asked for, as JSON: a run that carries what this one has left for later reads it.
CREATE TABLE IF NOT EXISTS overwinter.run_request (
  run_id  text PRIMARY KEY REFERENCES overwinter.run ON DELETE CASCADE,
  request text NOT NULL
);

-- A run that carries tables which another one has left for later. Whoever loads holds the row in
-- share mode, so that none of them outlasts the change of its state.
CREATE TABLE IF NOT EXISTS overwinter.later_run (
  run_id       text PRIMARY KEY REFERENCES overwinter.run ON DELETE CASCADE,
  of_run       text NOT NULL REFERENCES overwinter.run ON DELETE CASCADE,
  state        text NOT NULL CHECK (state IN ('loading', 'undoing', 'carried')),
  rows_removed bigint NOT NULL DEFAULT 0,
  changed_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The tables of such a run. A table is one run's only, until that has gone back.
CREATE TABLE IF NOT EXISTS overwinter.later_table (
  of_run        text NOT NULL,
  source_schema text NOT NULL,
  source_name   text NOT NULL,
  run_id        text NOT NULL REFERENCES overwinter.later_run ON DELETE CASCADE,
  target_schema text NOT NULL,
  target_name   text NOT NULL,
  level         integer NOT NULL, -- tables of lower levels are loaded before
  whole         boolean NOT NULL, -- loaded by one statement, for its rows refer to each other
  fires         boolean NOT NULL, -- whether the application's triggers may fire
  PRIMARY KEY (of_run, source_schema, source_name)
);

-- What was committed together: one chunk, or a whole table under the number of its first chunk. The
-- rows are those which that transaction has inserted; it has inserted the row here, too, so that a
-- ledger whose numbers of transactions mean nothing any more, after a restore, is recognized.
CREATE TABLE IF NOT EXISTS overwinter.later_load (
  run_id      text NOT NULL,
  table_no    integer NOT NULL,
  chunk_no    integer NOT NULL,
  rows        bigint NOT NULL,
  digest      text NOT NULL, -- of the rows as they were read back, their ids mapped back
  transaction xid8 NOT NULL,
  PRIMARY KEY (run_id, table_no, chunk_no),
  FOREIGN KEY (run_id, table_no, chunk_no) REFERENCES overwinter.chunk ON DELETE CASCADE
);
