package dev.overwinter.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;

/** The process of {@link RowBatches}. */
final class BatchCopy {
  private static final int ROWS_PER_TRANSACTION = 500;

  private BatchCopy() {}

  /**
   * @param arguments table, rows, and whether 500 rows go in one statement
   */
  public static void main(String[] arguments) throws SQLException, IOException {
    try (Connection source = Java.connect("SOURCE");
        Connection target = Java.connect("TARGET")) {
      Stage stage = Stage.open();
      source.setAutoCommit(false);
      target.setAutoCommit(false);
      copy(source, target, arguments[0], arguments[1], Boolean.parseBoolean(arguments[2]));
      stage.phase("rows");
      stage.done();
    }
  }

  private static void copy(
      Connection source, Connection target, String table, String rows, boolean together)
      throws SQLException {
    try (Statement select = source.createStatement()) {
      select.setFetchSize(ROWS_PER_TRANSACTION);
      try (ResultSet row =
          select.executeQuery(
              "SELECT * FROM public.%s ORDER BY id LIMIT %s".formatted(table, rows))) {
        int columns = row.getMetaData().getColumnCount();
        int perStatement = together ? ROWS_PER_TRANSACTION : 1;
        String values = "(" + String.join(", ", Collections.nCopies(columns, "?")) + ")";
        try (PreparedStatement insert =
            target.prepareStatement(
                "INSERT INTO public.%s VALUES %s"
                    .formatted(
                        table, String.join(", ", Collections.nCopies(perStatement, values))))) {
          insert(row, columns, perStatement, insert);
        }
      }
    }
  }

  /** The number of rows is a multiple of a transaction's. */
  private static void insert(ResultSet row, int columns, int perStatement, PreparedStatement insert)
      throws SQLException {
    int parameters = 0;
    for (int count = 1; row.next(); count++) {
      for (int column = 1; column <= columns; column++) {
        insert.setObject(++parameters, row.getObject(column));
      }
      if (count % perStatement == 0) {
        insert.executeUpdate();
        parameters = 0;
      }
      if (count % ROWS_PER_TRANSACTION == 0) {
        insert.getConnection().commit();
      }
    }
  }
}
