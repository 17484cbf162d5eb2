package dev.overwinter.activities.load;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.TableRule;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A sequence and the columns it numbers, by ownership, identity or default.
 *
 * @param name the name
 * @param ascending whether it counts up
 * @param cycles whether it begins anew at its end
 * @param least the least value it gives
 * @param greatest the greatest value it gives
 * @param columns the columns it numbers
 */
public record Sequence(
    QualifiedName name,
    boolean ascending,
    boolean cycles,
    long least,
    long greatest,
    List<NumberedColumn> columns) {
  private static final String ALL =
      """
      WITH numbered AS (
        SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS attnum
          FROM pg_depend d
         WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
           AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
        UNION
        SELECT d.refobjid, v.adrelid, v.adnum
          FROM pg_depend d
          JOIN pg_attrdef v ON v.oid = d.objid
         WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
      )
      SELECT n.nspname, c.relname, s.seqincrement > 0, s.seqcycle, s.seqmin, s.seqmax,
             tn.nspname, t.relname, a.attname, y.typname
        FROM pg_sequence s
        JOIN pg_class c ON c.oid = s.seqrelid AND c.relpersistence <> 't'
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN numbered u ON u.sequence = c.oid
        LEFT JOIN pg_class t ON t.oid = u.relation
        LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
        LEFT JOIN pg_attribute a ON a.attrelid = u.relation AND a.attnum = u.attnum
        LEFT JOIN pg_type y ON y.oid = a.atttypid
       WHERE (n.nspname = ANY (?) OR tn.nspname = ANY (?))
         AND NOT EXISTS (SELECT 1 FROM pg_depend d
                          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
       ORDER BY 1, 2, 7, 8, 9
      """;

  public Sequence {
    columns = List.copyOf(columns);
  }

  /** A column that a sequence numbers. */
  public record NumberedColumn(QualifiedName table, String column, String baseType) {
    boolean sameAs(NumberedColumn other) {
      return table.equals(other.table) && column.equals(other.column);
    }
  }

  /** The sequences in some schemas and those that number a column there. */
  public static List<Sequence> read(Connection connection, List<String> schemas)
      throws SQLException {
    Map<QualifiedName, Sequence> bare = new LinkedHashMap<>();
    Map<QualifiedName, List<NumberedColumn>> columns = new LinkedHashMap<>();
    Array names = connection.createArrayOf("text", schemas.toArray());
    try (PreparedStatement statement = connection.prepareStatement(ALL)) {
      statement.setArray(1, names);
      statement.setArray(2, names);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          QualifiedName name = new QualifiedName(rows.getString(1), rows.getString(2));
          bare.put(
              name,
              new Sequence(
                  name,
                  rows.getBoolean(3),
                  rows.getBoolean(4),
                  rows.getLong(5),
                  rows.getLong(6),
                  List.of()));
          List<NumberedColumn> numbered = columns.computeIfAbsent(name, it -> new ArrayList<>());
          if (rows.getString(9) != null) {
            QualifiedName table = new QualifiedName(rows.getString(7), rows.getString(8));
            numbered.add(new NumberedColumn(table, rows.getString(9), rows.getString(10)));
          }
        }
      }
    }
    return bare.values().stream().map(it -> it.withColumns(columns.get(it.name))).toList();
  }

  private Sequence withColumns(List<NumberedColumn> numbered) {
    return new Sequence(name, ascending, cycles, least, greatest, numbered);
  }

  /** A sequence of the source whose columns have the names that the request gives them. */
  public Sequence asInTarget(MigrationRequest request) {
    return withColumns(
        columns.stream()
            .map(
                column -> {
                  TableRule rule = Projections.rule(request, column.table());
                  return new NumberedColumn(
                      Projections.target(column.table(), rule),
                      Projections.nameInTarget(column.column(), rule),
                      column.baseType());
                })
            .toList());
  }

  /** The other side's sequence that numbers the same column, else the one of the same name. */
  public Optional<Sequence> counterpart(List<Sequence> others) {
    Optional<Sequence> byColumn =
        others.stream()
            .filter(
                it ->
                    it.columns.stream().anyMatch(other -> columns.stream().anyMatch(other::sameAs)))
            .findFirst();
    return byColumn.isPresent()
        ? byColumn
        : others.stream().filter(it -> it.name.equals(name)).findFirst();
  }

  /** Where it stands. */
  SequenceState state(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT last_value, is_called FROM " + name.sql())) {
      row.next();
      return new SequenceState(row.getLong(1), row.getBoolean(2));
    }
  }

  /** Where the values in its columns of some tables put it; empty without such values. */
  Optional<SequenceState> stateOfColumns(Connection connection, List<QualifiedName> tables)
      throws SQLException {
    Optional<SequenceState> furthest = Optional.empty();
    for (NumberedColumn column : cycles ? Collections.<NumberedColumn>emptyList() : columns) {
      if (!tables.contains(column.table()) || !column.baseType().matches("int[248]|numeric")) {
        continue;
      }
      String sql =
          "SELECT ceil(%s(%s))::bigint FROM %s WHERE %s BETWEEN %d AND %d"
              .formatted(
                  ascending ? "max" : "min",
                  QualifiedName.quote(column.column()),
                  column.table().sql(),
                  QualifiedName.quote(column.column()),
                  least,
                  greatest);
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(sql)) {
        row.next();
        long value = row.getLong(1);
        if (!row.wasNull()) {
          SequenceState found = new SequenceState(value, true);
          furthest = Optional.of(furthest.map(it -> it.furthest(found, ascending)).orElse(found));
        }
      }
    }
    return furthest;
  }

  static void set(Connection connection, QualifiedName sequence, SequenceState state)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT setval(?::regclass, ?, ?)")) {
      statement.setString(1, sequence.sql());
      statement.setLong(2, state.lastValue());
      statement.setBoolean(3, state.called());
      statement.executeQuery().close();
    }
  }
}
