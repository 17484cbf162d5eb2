package dev.overwinter.activities.progress;

import dev.overwinter.workflows.RunKey;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How much of an import is the building of indexes. Before they stand nobody knows their sizes; the
 * source's are taken for them.
 */
final class IndexWork {
  /**
   * A byte of an index costs as much as so many bytes of a table that are loaded: more where texts
   * and numerics are sorted than where ids and moments are. Measured, see docs/web-ui.md.
   */
  private static final String WORK =
      """
      SELECT COALESCE(sum(pg_catalog.pg_relation_size(i.indexrelid)
               * CASE WHEN EXISTS (
                        SELECT FROM pg_catalog.pg_attribute a
                         WHERE a.attrelid = i.indexrelid
                           AND (a.attcollation <> 0
                                OR a.atttypid = 'pg_catalog.numeric'::pg_catalog.regtype))
                   THEN 4.5 ELSE 2.4 END), 0)::bigint
        FROM unnest(?::text[], ?::text[]) leaf (schema, name)
        JOIN pg_catalog.pg_namespace n ON n.nspname = leaf.schema
        JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = leaf.name
        JOIN pg_catalog.pg_index i ON i.indrelid = c.oid
      """;

  /**
   * Each index weighs what its table does. The one at work counts for the blocks it has read, a
   * third of its work, then for their sorting, of which the server tells nothing, and for the
   * tuples it has put into the tree. When the server comes to these it sets its count of blocks
   * back to nothing.
   */
  private static final String SHARE =
      """
      WITH index AS (
        SELECT p.state, to_regclass(format('%I.%I', p.schema_name, p.table_name)) AS relid
          FROM overwinter.put_aside p
         WHERE p.run_id = ? AND p.kind = 'index'),
      weighed AS (
        SELECT i.*, pg_catalog.pg_relation_size(i.relid)::numeric AS weight FROM index i),
      building AS (
        SELECT b.relid,
               sum(CASE WHEN b.tuples_total > 0
                     THEN 0.7 + 0.3 * b.tuples_done::numeric / b.tuples_total
                     ELSE 0.35 * COALESCE(b.blocks_done::numeric / nullif(b.blocks_total, 0), 0)
                   END) AS done
          FROM pg_catalog.pg_stat_progress_create_index b
         WHERE b.datname = pg_catalog.current_database()
         GROUP BY b.relid)
      SELECT COALESCE((COALESCE(sum(weight) FILTER (WHERE state = 'restored'), 0)
                      + (SELECT COALESCE(sum(b.done * pg_catalog.pg_relation_size(b.relid)), 0)
                           FROM building b WHERE b.relid IN (SELECT relid FROM index)))
                     / nullif(sum(weight), 0), 0)
        FROM weighed
      """;

  private IndexWork() {}

  /** What it costs to build the indexes of the source's tables, in bytes of tables. */
  static long of(Connection source, String[] schemas, String[] names) throws SQLException {
    Array schemaArray = source.createArrayOf("text", schemas);
    Array nameArray = source.createArrayOf("text", names);
    try (PreparedStatement statement = source.prepareStatement(WORK)) {
      statement.setArray(1, schemaArray);
      statement.setArray(2, nameArray);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** The share of the indexes put aside that stands again, from 0 to 1. */
  static double shareBuilt(Connection target, RunKey run) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(SHARE)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return Math.min(1, row.getDouble(1));
      }
    }
  }
}
