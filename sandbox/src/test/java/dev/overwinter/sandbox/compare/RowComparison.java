package dev.overwinter.sandbox.compare;

import dev.overwinter.sandbox.app.SandboxApplication;
import dev.overwinter.sandbox.app.UserIdColumn;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Compares every value of every row of the sandbox application on both sides. It knows the
 * application, not the migration, and shares no code with it: what it says is a second opinion.
 * Rows are held as digests, so that a million of them fit in memory.
 */
public final class RowComparison {
  private static final int FETCH_SIZE = 5_000;
  private static final int DIGEST_BYTES = 16;

  private final Connection source;
  private final Connection target;
  private final Map<UUID, UUID> newIds;

  /**
   * A comparison over two connections of its own; it changes their settings and leaves transactions
   * open on them.
   *
   * @param newIds the id on the target of every user who has another one there
   */
  public RowComparison(Connection source, Connection target, Map<UUID, UUID> newIds) {
    this.source = source;
    this.target = target;
    this.newIds = Map.copyOf(newIds);
  }

  /** All differences of all tables; empty when the target is what it should be. */
  public List<RowDifference> differences() throws SQLException {
    pin(source);
    pin(target);
    List<RowDifference> differences = new ArrayList<>();
    for (String table : SandboxApplication.TABLES) {
      differences.addAll(differences(table));
    }
    return List.copyOf(differences);
  }

  private List<RowDifference> differences(String table) throws SQLException {
    List<String> key = keyColumns(table);
    List<String> columns = columns(source, table);
    if (!new TreeSet<>(columns).equals(new TreeSet<>(columns(target, table)))) {
      throw new IllegalStateException(
          "Table " + table + " does not have the same columns on both sides");
    }
    Map<String, byte[]> expected = new HashMap<>();
    try (ExpectedValue expectedValue = new ExpectedValue(newIds, target)) {
      List<Optional<UserIdColumn.Kind>> kinds =
          columns.stream().map(column -> kindOf(table, column)).toList();
      read(
          source,
          table,
          columns,
          key,
          (position, value) ->
              kinds.get(position).isEmpty()
                  ? value
                  : expectedValue.of(kinds.get(position).get(), value),
          expected::put);
    }
    List<RowDifference> differences = new ArrayList<>();
    read(
        target,
        table,
        columns,
        key,
        (position, value) -> value,
        (keyText, row) -> {
          byte[] wanted = expected.remove(keyText);
          if (wanted == null) {
            differences.add(new RowDifference(table, keyText, RowDifference.Kind.EXTRA, List.of()));
          } else if (!Arrays.equals(wanted, row)) {
            differences.add(
                new RowDifference(
                    table,
                    keyText,
                    RowDifference.Kind.DIFFERENT,
                    differingColumns(columns, wanted, row)));
          }
        });
    expected.keySet().stream()
        .sorted()
        .map(keyText -> new RowDifference(table, keyText, RowDifference.Kind.MISSING, List.of()))
        .forEach(differences::add);
    return differences;
  }

  @FunctionalInterface
  private interface Translation {
    String translate(int position, String value) throws SQLException;
  }

  @FunctionalInterface
  private interface RowSink {
    void accept(String key, byte[] row);
  }

  private static void read(
      Connection connection,
      String table,
      List<String> columns,
      List<String> key,
      Translation translation,
      RowSink sink)
      throws SQLException {
    String list =
        columns.stream().map(column -> quoted(column) + "::text").collect(Collectors.joining(", "));
    String order = key.stream().map(RowComparison::quoted).collect(Collectors.joining(", "));
    MessageDigest sha = sha256();
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(FETCH_SIZE);
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT " + list + " FROM public." + quoted(table) + " ORDER BY " + order)) {
        String[] values = new String[columns.size()];
        while (rows.next()) {
          for (int i = 0; i < values.length; i++) {
            values[i] = translation.translate(i, rows.getString(i + 1));
          }
          sink.accept(keyText(columns, key, values), digest(sha, values));
        }
      }
    }
  }

  private static String keyText(List<String> columns, List<String> key, String[] values) {
    return key.stream()
        .map(column -> values[columns.indexOf(column)])
        .collect(Collectors.joining(","));
  }

  /** The digest of the whole row, then two bytes for each column to tell which one differs. */
  private static byte[] digest(MessageDigest sha, String[] values) {
    byte[] row = new byte[DIGEST_BYTES + 2 * values.length];
    for (int i = 0; i < values.length; i++) {
      byte[] bytes = values[i] == null ? null : values[i].getBytes(StandardCharsets.UTF_8);
      int length = bytes == null ? -1 : bytes.length;
      sha.update(
          new byte[] {
            (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length
          });
      if (bytes != null) {
        sha.update(bytes);
      }
      int hash = Arrays.hashCode(bytes); // 0 for null, 1 for empty
      int folded = hash ^ hash >>> 16;
      row[DIGEST_BYTES + 2 * i] = (byte) (folded >> 8);
      row[DIGEST_BYTES + 2 * i + 1] = (byte) folded;
    }
    System.arraycopy(sha.digest(), 0, row, 0, DIGEST_BYTES);
    return row;
  }

  private static List<String> differingColumns(List<String> columns, byte[] wanted, byte[] row) {
    List<String> differing = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      int at = DIGEST_BYTES + 2 * i;
      if (!Arrays.equals(wanted, at, at + 2, row, at, at + 2)) {
        differing.add(columns.get(i));
      }
    }
    return differing;
  }

  private static Optional<UserIdColumn.Kind> kindOf(String table, String column) {
    return SandboxApplication.USER_ID_COLUMNS.stream()
        .filter(each -> each.table().equals(table) && each.column().equals(column))
        .map(UserIdColumn::kind)
        .findFirst();
  }

  /** From the source: the target may have lost the key together with the rows. */
  private List<String> keyColumns(String table) throws SQLException {
    return names(
        source,
        """
        SELECT attname FROM pg_index
        CROSS JOIN unnest(indkey::int2[]) WITH ORDINALITY AS k(number, position)
        JOIN pg_attribute ON attrelid = indrelid AND attnum = number
        WHERE indisprimary AND indrelid = ('public.' || quote_ident(?))::regclass
        ORDER BY position
        """,
        table);
  }

  private static List<String> columns(Connection connection, String table) throws SQLException {
    return names(
        connection,
        """
        SELECT attname FROM pg_attribute
        WHERE attrelid = ('public.' || quote_ident(?))::regclass AND attnum > 0 AND NOT attisdropped
        ORDER BY attnum
        """,
        table);
  }

  private static List<String> names(Connection connection, String query, String table)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, table);
      List<String> names = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          names.add(rows.getString(1));
        }
      }
      return names;
    }
  }

  private static void pin(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          SET statement_timeout = 0;
          SET row_security = off;
          SET TimeZone = 'UTC';
          SET DateStyle = 'ISO, YMD';
          SET IntervalStyle = 'postgres';
          SET extra_float_digits = 1;
          SET bytea_output = 'hex';
          SET xmloption = 'content';
          """);
    }
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException cause) {
      throw new IllegalStateException("This Java lacks SHA-256", cause);
    }
  }
}
