package dev.overwinter.activities.ledger;

import dev.overwinter.activities.postgres.Database;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The schema {@code overwinter} in the target: the run's own record, which commits together with
 * the effects it records. Creating it is idempotent and safe when two workers do it at the same
 * time.
 */
public final class LedgerSchema {
  /** Serializes creation and removal; the number is "overwntr" in ASCII. */
  private static final long CREATION_LOCK = 0x6f766572776e7472L;

  private static final List<String> PARTS =
      List.of(
          "run.sql",
          "guard.sql",
          "created.sql",
          "chunks.sql",
          "put-aside.sql",
          "users.sql",
          "remap.sql",
          "verify.sql",
          "later.sql");

  private LedgerSchema() {}

  /** Creates what is missing of the ledger. */
  public static void create(Database target) {
    target.inTransaction(
        "creation of the ledger",
        connection -> {
          create(connection);
          return null;
        });
  }

  /**
   * Creates what is missing of the ledger, in the caller's transaction: one that an earlier release
   * has made may lack what this one reads. Keeps others from creating or dropping it until the
   * transaction ends.
   */
  public static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + CREATION_LOCK + ")");
      // Locks a catalog, and with it learns of a schema that was made while the lock was awaited:
      // CREATE SCHEMA IF NOT EXISTS asks the session's cache only.
      statement.execute("SELECT FROM pg_namespace WHERE nspname = 'overwinter'");
      for (String part : PARTS) {
        statement.execute(read(part));
      }
    }
  }

  private static String read(String part) {
    try (InputStream stream = LedgerSchema.class.getResourceAsStream(part)) {
      if (stream == null) {
        throw new IllegalStateException("the ledger's " + part + " is missing from the program");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keeps others from creating or dropping the ledger until the transaction ends. */
  public static void lock(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + CREATION_LOCK + ")");
    }
  }
}
