package dev.overwinter.activities.archive;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.WireType;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides for each planned table whether its rows travel in COPY's binary format, which the target
 * takes in far less time than text. They do when the bytes of every column mean the same on both
 * sides: the same built-in type, or enums, whose values travel as labels; and in the target no
 * modifier, or the same, because reading binary applies none of the conversions that text goes
 * through. Rows of any other table travel as text.
 */
final class WirePlanner {
  /** A domain travels as the type below, to which its own modifier applies. */
  private static final String COLUMN_TYPES =
      """
      WITH RECURSIVE base AS (
        SELECT t.oid AS declared, t.oid AS type, t.typbasetype, t.typtype, t.typtypmod,
               NULL::integer AS modifier
          FROM pg_catalog.pg_type t
        UNION ALL
        SELECT b.declared, t.oid, t.typbasetype, t.typtype, t.typtypmod, b.typtypmod
          FROM base b
          JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype)
      SELECT n.nspname, c.relname, a.attname, b.type::bigint, b.typtype = 'e',
             COALESCE(b.modifier, a.atttypmod)
        FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN base b ON b.declared = a.atttypid AND b.typbasetype = 0
       WHERE n.nspname = ANY (?) AND c.relkind IN ('r', 'p')
         AND a.attnum > 0 AND NOT a.attisdropped
      """;

  /** The types of expressions, which no row is read for. */
  private static final String EXPRESSION_TYPE =
      """
      WITH RECURSIVE base AS (
        SELECT t.oid, t.typbasetype, t.typtype FROM pg_catalog.pg_type t WHERE t.oid = ?
        UNION ALL
        SELECT t.oid, t.typbasetype, t.typtype
          FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype)
      SELECT oid::bigint, typtype = 'e' FROM base WHERE typbasetype = 0
      """;

  private static final int NO_MODIFIER = -1;

  /** A query can give no more, and a type that Java does not read takes two. */
  private static final int MOST_FIELDS = 1664;

  /** No modifier of a type is so; only a target without one takes the values. */
  private static final int UNKNOWN_MODIFIER = -2;

  private final Database source;
  private final StepContext context;

  WirePlanner(Database source, StepContext context) {
    this.source = source;
    this.context = context;
  }

  private record Place(QualifiedName table, String column) {}

  private record Type(long oid, boolean isEnum, int modifier) {
    private boolean takes(Type given) {
      boolean same = isEnum ? given.isEnum : oid == given.oid;
      return same && (modifier == NO_MODIFIER || modifier == given.modifier);
    }
  }

  private record Planned(
      int number,
      QualifiedName source,
      QualifiedName target,
      String[] columns,
      String[] sourceColumns,
      String[] expressions) {}

  /** Writes the decisions into the plan, in the transaction of the connection. */
  void plan(Connection target, RunKey run) throws SQLException {
    List<Planned> tables = read(target, run);
    Map<Place, Type> inTarget =
        types(target, tables.stream().map(it -> it.target().schema()).distinct().toArray());
    Map<Integer, List<WireType>> binary =
        source.inTransaction(
            "reading the types of columns",
            CancelGuard.guarding(context, connection -> decide(connection, tables, inTarget)));
    try (PreparedStatement statement =
        target.prepareStatement(
            "UPDATE overwinter.copied_table SET wire_types = ? WHERE run_id = ? AND table_no = ?")) {
      for (Map.Entry<Integer, List<WireType>> decision : binary.entrySet()) {
        Object[] names = decision.getValue().stream().map(WireType::name).toArray();
        statement.setArray(1, target.createArrayOf("text", names));
        statement.setString(2, run.runId());
        statement.setInt(3, decision.getKey());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static List<Planned> read(Connection target, RunKey run) throws SQLException {
    List<Planned> tables = new ArrayList<>();
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            SELECT table_no, source_schema, source_name, target_schema, target_name, columns,
                   source_columns, expressions
              FROM overwinter.copied_table WHERE run_id = ? ORDER BY table_no
            """)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          tables.add(
              new Planned(
                  row.getInt(1),
                  new QualifiedName(row.getString(2), row.getString(3)),
                  new QualifiedName(row.getString(4), row.getString(5)),
                  (String[]) row.getArray(6).getArray(),
                  (String[]) row.getArray(7).getArray(),
                  (String[]) row.getArray(8).getArray()));
        }
      }
    }
    return tables;
  }

  private static Map<Place, Type> types(Connection connection, Object[] schemas)
      throws SQLException {
    Map<Place, Type> types = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMN_TYPES)) {
      statement.setArray(1, connection.createArrayOf("text", schemas));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          types.put(
              new Place(new QualifiedName(row.getString(1), row.getString(2)), row.getString(3)),
              new Type(row.getLong(4), row.getBoolean(5), row.getInt(6)));
        }
      }
    }
    return types;
  }

  private static Map<Integer, List<WireType>> decide(
      Connection connection, List<Planned> tables, Map<Place, Type> inTarget) throws SQLException {
    Map<Place, Type> inSource =
        types(connection, tables.stream().map(it -> it.source().schema()).distinct().toArray());
    Map<Integer, List<WireType>> binary = new HashMap<>();
    for (Planned table : tables) {
      List<WireType> types = new ArrayList<>();
      for (int i = 0; i < table.columns().length; i++) {
        Type taken = inTarget.get(new Place(table.target(), table.columns()[i]));
        if (taken == null) {
          break;
        }
        Type given =
            table.sourceColumns()[i] == null
                ? ofExpression(connection, table.source(), table.expressions()[i])
                : inSource.get(new Place(table.source(), table.sourceColumns()[i]));
        Optional<WireType> type =
            given == null || !taken.takes(given)
                ? Optional.empty()
                : WireType.of(given.oid(), given.isEnum());
        if (type.isEmpty()) {
          break;
        }
        types.add(type.get());
      }
      long fields = types.size() + types.stream().filter(WireType.OTHER::equals).count();
      if (!types.isEmpty() && types.size() == table.columns().length && fields <= MOST_FIELDS) {
        binary.put(table.number(), types);
      }
    }
    return binary;
  }

  private static Type ofExpression(Connection connection, QualifiedName table, String expression)
      throws SQLException {
    String sql =
        "SELECT pg_catalog.pg_typeof(value)::oid::bigint FROM (VALUES (1)) one (row)"
            + " LEFT JOIN (SELECT %s\n FROM ONLY %s AS %s LIMIT 0) none (value) ON true"
                .formatted(expression, table.sql(), QualifiedName.quote(table.name()));
    long oid;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      oid = row.getLong(1);
    }
    try (PreparedStatement statement = connection.prepareStatement(EXPRESSION_TYPE)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? new Type(row.getLong(1), row.getBoolean(2), UNKNOWN_MODIFIER) : null;
      }
    }
  }
}
