-- What the run created in the target because the target lacked it: written in the transaction that
-- creates it. A rollback drops it in the reverse order.
CREATE TABLE IF NOT EXISTS overwinter.created_structure (
  run_id     text PRIMARY KEY REFERENCES overwinter.run ON DELETE CASCADE,
  objects    integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE IF NOT EXISTS overwinter.created_object (
  run_id    text NOT NULL REFERENCES overwinter.run ON DELETE CASCADE,
  place     integer NOT NULL,
  class_id  oid NOT NULL,
  object_id oid NOT NULL,
  described text NOT NULL,
  PRIMARY KEY (run_id, place)
);
