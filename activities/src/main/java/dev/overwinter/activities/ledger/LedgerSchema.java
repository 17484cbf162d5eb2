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
          "chunks.sql",
          "put-aside.sql",
          "users.sql",
          "remap.sql",
          "verify.sql");

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

  /** Keeps others from creating or dropping the ledger until the transaction ends. */
  public static void lock(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + CREATION_LOCK + ")");
    }
  }

  private static void create(Connection connection) throws SQLException {
    lock(connection);
    try (Statement statement = connection.createStatement()) {
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
}
