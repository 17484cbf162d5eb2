package dev.overwinter.activities.preflight;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Runs the operator's own SQL without losing the transaction to it, and tells what the server said
 * as far as that cannot hold values of rows.
 */
final class SafeQuery {
  private SafeQuery() {}

  /**
   * What came of it.
   *
   * @param row the first row's values as text, or null where it failed
   * @param problem why it failed, or null
   */
  record Answer(String[] row, String problem) {}

  /** Asks; the query must give a row. */
  static Answer ask(Connection connection, String sql) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      int columns = rows.getMetaData().getColumnCount();
      String[] row = new String[columns];
      if (rows.next()) {
        for (int column = 0; column < columns; column++) {
          row[column] = rows.getString(column + 1);
        }
      }
      return new Answer(row, null);
    } catch (SQLException e) {
      String state = e.getSQLState() == null ? "" : e.getSQLState();
      if (state.startsWith("08") || state.startsWith("57")) {
        throw e;
      }
      connection.rollback(before);
      return new Answer(null, describe(e, state));
    }
  }

  /** What a statement is refused for before it runs can only repeat the statement. */
  private static String describe(SQLException failure, String state) {
    boolean refusedAsWritten = state.startsWith("42") || state.startsWith("0A");
    if (refusedAsWritten && failure instanceof PSQLException e) {
      ServerErrorMessage message = e.getServerErrorMessage();
      if (message != null && message.getMessage() != null) {
        return message.getMessage();
      }
    }
    return "SQLSTATE " + state;
  }
}
