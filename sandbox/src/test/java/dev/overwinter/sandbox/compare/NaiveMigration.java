package dev.overwinter.sandbox.compare;

import dev.overwinter.sandbox.app.SandboxApplication;
import dev.overwinter.sandbox.app.UserIdColumn;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * Carries a small source over with the target's superuser and no care for crashes: rows as they
 * are, then the user ids replaced in place, in SQL.
 */
final class NaiveMigration {
  private final Connection source;
  private final Connection target;

  NaiveMigration(Connection source, Connection target) {
    this.source = source;
    this.target = target;
  }

  void run(Map<UUID, UUID> newIds) throws SQLException, IOException {
    try (Statement statement = target.createStatement()) {
      statement.execute("SET session_replication_role = replica");
      for (String table : SandboxApplication.TABLES) {
        copy(table);
      }
      prepareMap(statement, newIds);
      for (UserIdColumn column : SandboxApplication.USER_ID_COLUMNS) {
        statement.execute(replacement(column));
      }
    }
  }

  private void copy(String table) throws SQLException, IOException {
    String columns = columns(table);
    CopyManager from = source.unwrap(PGConnection.class).getCopyAPI();
    CopyManager to = target.unwrap(PGConnection.class).getCopyAPI();
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    from.copyOut("COPY (SELECT %s FROM %s) TO STDOUT".formatted(columns, table), rows);
    to.copyIn(
        "COPY %s (%s) FROM STDIN".formatted(table, columns),
        new ByteArrayInputStream(rows.toByteArray()));
  }

  private String columns(String table) throws SQLException {
    String query =
        """
        SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
        WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        """;
    try (PreparedStatement statement = source.prepareStatement(query)) {
      statement.setString(1, table);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getString(1);
      }
    }
  }

  private void prepareMap(Statement statement, Map<UUID, UUID> newIds) throws SQLException {
    statement.execute("CREATE TEMPORARY TABLE map (old uuid PRIMARY KEY, new uuid)");
    try (PreparedStatement insert = target.prepareStatement("INSERT INTO map VALUES (?, ?)")) {
      for (Map.Entry<UUID, UUID> entry : newIds.entrySet()) {
        insert.setObject(1, entry.getKey());
        insert.setObject(2, entry.getValue());
        insert.addBatch();
      }
      insert.executeBatch();
    }
    statement.execute(
        """
        CREATE FUNCTION pg_temp.remap(value jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
        BEGIN
          RETURN CASE jsonb_typeof(value)
            WHEN 'string' THEN
              coalesce((SELECT to_jsonb(new) FROM map WHERE old::text = value #>> '{}'), value)
            WHEN 'array' THEN
              coalesce((SELECT jsonb_agg(pg_temp.remap(e) ORDER BY o)
                        FROM jsonb_array_elements(value) WITH ORDINALITY AS x(e, o)), value)
            WHEN 'object' THEN
              coalesce((SELECT jsonb_object_agg(
                          coalesce((SELECT new::text FROM map WHERE old::text = k), k),
                          pg_temp.remap(v)) FROM jsonb_each(value) AS x(k, v)), value)
            ELSE value END;
        END
        $$
        """);
  }

  private static String replacement(UserIdColumn column) {
    String pattern =
        switch (column.kind()) {
          case UUID -> "UPDATE %1$s SET %2$s = new FROM map WHERE %2$s = old";
          case TEXT ->
              """
              UPDATE %1$s SET %2$s = CASE WHEN %2$s = lower(%2$s) THEN new::text ELSE upper(new::text) END
              FROM map WHERE lower(%2$s) = old::text
              """;
          case UUID_ARRAY ->
              """
              UPDATE %1$s SET %2$s = ARRAY(
                SELECT coalesce(new, e) FROM unnest(%2$s) WITH ORDINALITY AS x(e, o)
                LEFT JOIN map ON old = e ORDER BY o)
              WHERE %2$s IS NOT NULL
              """;
          case JSONB -> "UPDATE %1$s SET %2$s = pg_temp.remap(%2$s) WHERE %2$s IS NOT NULL";
        };
    return pattern.formatted(column.table(), column.column());
  }
}
