package dev.overwinter.activities.verify;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.steps.Finding;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * That the target's sequences go on where the source's stopped, and give no number that one of
 * their columns holds already.
 */
final class Sequences {
  private static final String ALL =
      """
      SELECT n.nspname, c.relname, s.seqincrement
        FROM pg_sequence s
        JOIN pg_class c ON c.oid = s.seqrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ANY (?)
       ORDER BY n.nspname, c.relname
      """;

  /** Columns that own a sequence, and columns whose default takes from one. */
  private static final String FED_COLUMNS =
      """
      SELECT sn.nspname, s.relname, n.nspname, c.relname, c.relkind = 'p', a.attname
        FROM (SELECT d.objid, d.refobjid, d.refobjsubid
                FROM pg_depend d
               WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
                 AND d.deptype IN ('a', 'i')
              UNION
              SELECT d.refobjid, f.adrelid, f.adnum
                FROM pg_attrdef f
                JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                                AND d.refclassid = 'pg_class'::regclass) fed (sequence, tab, num)
        JOIN pg_class s ON s.oid = fed.sequence AND s.relkind = 'S'
        JOIN pg_namespace sn ON sn.oid = s.relnamespace
        JOIN pg_class c ON c.oid = fed.tab
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = fed.tab AND a.attnum = fed.num
        JOIN pg_type t ON t.oid = a.atttypid
       WHERE COALESCE(NULLIF(t.typbasetype, 0), t.oid)
             IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
       ORDER BY n.nspname, c.relname, a.attname, sn.nspname, s.relname
      """;

  private Sequences() {}

  /** The state of all sequences of some schemas. */
  static Map<QualifiedName, State> read(Connection connection, List<String> schemas)
      throws SQLException {
    Map<QualifiedName, BigInteger> increments = new TreeMap<>();
    try (PreparedStatement statement = connection.prepareStatement(ALL)) {
      statement.setArray(1, connection.createArrayOf("text", schemas.toArray()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          increments.put(
              new QualifiedName(row.getString(1), row.getString(2)),
              BigInteger.valueOf(row.getLong(3)));
        }
      }
    }
    Map<QualifiedName, State> states = new TreeMap<>();
    for (Map.Entry<QualifiedName, BigInteger> entry : increments.entrySet()) {
      try (Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery("SELECT last_value, is_called FROM " + entry.getKey().sql())) {
        row.next();
        BigInteger last = BigInteger.valueOf(row.getLong(1));
        BigInteger increment = entry.getValue();
        states.put(
            entry.getKey(),
            new State(row.getBoolean(2) ? last.add(increment) : last, increment.signum()));
      }
    }
    return states;
  }

  static Check check(
      Map<QualifiedName, State> inSource,
      List<String> schemas,
      Set<QualifiedName> copied,
      Database target) {
    return new Check(
        "sequences",
        target,
        connection -> {
          Map<QualifiedName, State> inTarget = read(connection, schemas);
          List<Finding> findings = new ArrayList<>(behindSource(inSource, inTarget));
          for (FedColumn column : fedColumns(connection, copied)) {
            State state = inTarget.get(column.sequence());
            if (state != null && isBehind(connection, column, state)) {
              findings.add(
                  Finding.blocker(
                      column.sequence().toString(),
                      "is a sequence behind the values that %s.%s holds already"
                          .formatted(column.table(), column.name()),
                      "Set it beyond them with setval."));
            }
          }
          return findings;
        });
  }

  private static List<Finding> behindSource(
      Map<QualifiedName, State> inSource, Map<QualifiedName, State> inTarget) {
    List<Finding> findings = new ArrayList<>();
    inSource.forEach(
        (name, state) -> {
          State counterpart = inTarget.get(name);
          if (counterpart == null) {
            findings.add(
                Finding.warning(
                    name.toString(),
                    "is a sequence of the source that the target does not have",
                    "Create it if the application takes numbers from it."));
          } else if (state.direction() == counterpart.direction()
              && state.isBeyond(counterpart.next())) {
            findings.add(
                Finding.blocker(
                    name.toString(),
                    "is a sequence behind where it stands in the source",
                    "Set it as it stands there with setval."));
          }
        });
    return findings;
  }

  private static List<FedColumn> fedColumns(Connection connection, Set<QualifiedName> copied)
      throws SQLException {
    List<FedColumn> columns = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(FED_COLUMNS)) {
      while (row.next()) {
        FedColumn column =
            new FedColumn(
                new QualifiedName(row.getString(1), row.getString(2)),
                new QualifiedName(row.getString(3), row.getString(4)),
                row.getBoolean(5),
                row.getString(6));
        if (copied.contains(column.table())) {
          columns.add(column);
        }
      }
    }
    return columns;
  }

  private static boolean isBehind(Connection connection, FedColumn column, State state)
      throws SQLException {
    String sql =
        "SELECT trunc(%s(%s)::numeric) FROM %s%s"
            .formatted(
                state.direction() > 0 ? "max" : "min",
                QualifiedName.quote(column.name()),
                column.partitioned() ? "" : "ONLY ",
                column.table().sql());
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      BigDecimal furthest = row.getBigDecimal(1);
      return furthest != null && !state.isBeyond(furthest.toBigInteger());
    }
  }

  /**
   * Where a sequence stands.
   *
   * @param next the number it gives next
   * @param direction 1 when it counts up, -1 when it counts down
   */
  record State(BigInteger next, int direction) {
    private boolean isBeyond(BigInteger number) {
      return next.compareTo(number) * direction > 0;
    }
  }

  private record FedColumn(
      QualifiedName sequence, QualifiedName table, boolean partitioned, String name) {}
}
