package dev.overwinter.workflows.status;

import java.util.Objects;

/**
 * How far the copying of one table is.
 *
 * @param table {@code schema.table}
 * @param chunksDone chunks finished
 * @param chunks chunks in all
 * @param rows rows in the finished chunks
 */
public record TableProgress(String table, int chunksDone, int chunks, long rows) {
  public TableProgress {
    Objects.requireNonNull(table, "table");
  }
}
