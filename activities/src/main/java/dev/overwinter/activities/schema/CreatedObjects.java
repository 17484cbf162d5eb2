package dev.overwinter.activities.schema;

import dev.overwinter.activities.schema.Definition.Address;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The ledger's record of what a run created in the target, in the caller's transaction. */
public final class CreatedObjects {
  private static final String RECORD =
      """
      INSERT INTO overwinter.created_object (run_id, place, class_id, object_id, described)
      SELECT ?, ?, a.classid, a.objid, ? FROM pg_get_object_address(?, ?, ?) a
      """;

  /** By number and not by name: what has this name now may be somebody else's. */
  private static final String DROP =
      """
      SELECT CASE i.type
               WHEN 'table constraint' THEN
                 format('ALTER TABLE %I.%I DROP CONSTRAINT %I', a.object_names[1],
                        a.object_names[2], a.object_names[3])
               WHEN 'default value' THEN
                 format('ALTER TABLE ONLY %I.%I ALTER COLUMN %I DROP DEFAULT', a.object_names[1],
                        a.object_names[2], a.object_names[3])
               WHEN 'statistics object' THEN 'DROP STATISTICS ' || i.identity
               ELSE 'DROP ' || i.type || ' ' || i.identity END
        FROM pg_identify_object(?, ?, 0) i, pg_identify_object_as_address(?, ?, 0) a
       WHERE i.identity IS NOT NULL
      """;

  private static final String TABLES =
      """
      SELECT c.oid::regclass::text
        FROM overwinter.created_object o
        JOIN pg_class c ON o.class_id = 'pg_class'::regclass AND c.oid = o.object_id
       WHERE o.run_id = ? AND c.relkind IN ('r', 'p')
       ORDER BY 1
      """;

  private static final String ALL =
      """
      SELECT class_id, object_id, described
        FROM overwinter.created_object WHERE run_id = ? ORDER BY place DESC
      """;

  private final Connection target;
  private final String runId;
  private int place;

  CreatedObjects(Connection target, String runId) {
    this.target = target;
    this.runId = runId;
  }

  /** Whether the run has created what it creates. */
  boolean areThere() throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement("SELECT FROM overwinter.created_structure WHERE run_id = ?")) {
      statement.setString(1, runId);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  /** Records that the run has created all it creates. */
  void complete(int objects) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement("INSERT INTO overwinter.created_structure VALUES (?, ?)")) {
      statement.setString(1, runId);
      statement.setInt(2, objects);
      statement.executeUpdate();
    }
  }

  /** Records something that was created, after whatever it needs. */
  void add(Address address) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(RECORD)) {
      statement.setString(1, runId);
      statement.setInt(2, ++place);
      statement.setString(3, address.toString());
      statement.setString(4, address.type());
      statement.setArray(5, target.createArrayOf("text", address.names().toArray()));
      statement.setArray(6, target.createArrayOf("text", address.arguments().toArray()));
      statement.executeUpdate();
    }
  }

  /**
   * Drops what a run created and nothing else: what somebody else's objects need stays, and all of
   * it if somebody has written to its tables. The caller has taken away what the run loaded.
   *
   * @return what stays, for people
   */
  public static List<String> drop(Connection target, String runId) throws SQLException {
    List<String> filled = withRows(target, runId);
    if (!filled.isEmpty()) {
      return filled;
    }
    List<Recorded> all = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(ALL)) {
      statement.setString(1, runId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          all.add(new Recorded(rows.getLong(1), rows.getLong(2), rows.getString(3)));
        }
      }
    }
    List<String> left = new ArrayList<>();
    for (Recorded object : all) {
      if (!drop(target, object)) {
        left.add(object.described());
      }
    }
    return left;
  }

  private static List<String> withRows(Connection target, String runId) throws SQLException {
    List<String> tables = new ArrayList<>();
    List<String> filled = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(TABLES)) {
      statement.setString(1, runId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          tables.add(rows.getString(1));
        }
      }
    }
    try (Statement statement = target.createStatement()) {
      for (String table : tables) {
        statement.execute("LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE".formatted(table));
        try (ResultSet row =
            statement.executeQuery("SELECT EXISTS (SELECT FROM ONLY %s)".formatted(table))) {
          row.next();
          if (row.getBoolean(1)) {
            filled.add("table %s, which somebody has written to".formatted(table));
          }
        }
      }
    }
    return filled;
  }

  private record Recorded(long classId, long objectId, String described) {}

  private static boolean drop(Connection target, Recorded object) throws SQLException {
    String sql = statement(target, object);
    if (sql == null) {
      return true;
    }
    Savepoint before = target.setSavepoint();
    try (Statement statement = target.createStatement()) {
      statement.execute(sql);
      target.releaseSavepoint(before);
      return true;
    } catch (SQLException e) {
      if ("2BP01".equals(e.getSQLState())) {
        target.rollback(before);
        return false;
      }
      throw e;
    }
  }

  /** Null when it is gone. */
  private static String statement(Connection target, Recorded object) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(DROP)) {
      for (int i = 0; i < 2; i++) {
        statement.setLong(2 * i + 1, object.classId());
        statement.setLong(2 * i + 2, object.objectId());
      }
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getString(1) : null;
      }
    }
  }
}
