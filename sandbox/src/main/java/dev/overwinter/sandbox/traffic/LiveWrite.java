package dev.overwinter.sandbox.traffic;

import java.time.Instant;
import java.util.Objects;

/**
 * One attempt of the application to write, with what became of it.
 *
 * @param channel who wrote
 * @param operation what was done to the row; null when refused
 * @param table the table, with its schema
 * @param keyColumn the column that identifies the row; null when refused
 * @param key the row's value in that column, as text; null when refused
 * @param outcome what became of it
 * @param sqlState PostgreSQL's reason when refused or in doubt; null when accepted
 * @param before the server's clock before the write, or this machine's when the server could not be
 *     asked
 * @param after the server's clock when the outcome was known, or this machine's when the server
 *     could not be asked
 */
public record LiveWrite(
    Channel channel,
    Operation operation,
    String table,
    String keyColumn,
    String key,
    Outcome outcome,
    String sqlState,
    Instant before,
    Instant after) {

  /** Who writes. */
  public enum Channel {
    /** The API: PostgREST, in the name of a signed-in user. */
    REST,
    /** Supabase Auth. */
    AUTH,
    /** A scheduled job inside the database. */
    CRON,
    /** The application on its own server, after it has moved. */
    APPLICATION
  }

  /** What a write does to its row. */
  public enum Operation {
    INSERT,
    UPDATE,
    DELETE
  }

  /** What became of a write. */
  public enum Outcome {
    /** Committed. */
    ACCEPTED,
    /** Certainly not committed. */
    REFUSED,
    /** The connection was lost while committing: it may be there or not. */
    AMBIGUOUS
  }

  public LiveWrite {
    Objects.requireNonNull(channel, "channel");
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(before, "before");
    Objects.requireNonNull(after, "after");
  }
}
