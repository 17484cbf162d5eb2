package dev.overwinter.activities.rules;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Asks the source of what types expressions are, without making any object there. */
final class ExpressionTypes {
  /** A domain is followed down to the type below. */
  private static final String TYPE =
      """
      WITH RECURSIVE base AS (
        SELECT t.oid, t.typbasetype FROM pg_catalog.pg_type t WHERE t.oid = ?
        UNION ALL
        SELECT t.oid, t.typbasetype
          FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype)
      SELECT pg_catalog.format_type(?, ?), t.typname,
             pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname)
        FROM base b
        JOIN pg_catalog.pg_type t ON t.oid = b.oid
        JOIN pg_catalog.pg_proc p ON p.oid = t.typoutput
        JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
       WHERE b.typbasetype = 0
      """;

  /** What PostgreSQL adds to every modifier of a length. */
  private static final int HEADER_BYTES = 4;

  private static final int NO_MODIFIER = -1;

  /** Digits of a second that moments have without a modifier. */
  private static final int ALL_DIGITS = 6;

  private static final int INTERVAL_OF_ALL_FIELDS = 0x7fff << 16;

  private ExpressionTypes() {}

  /**
   * The type of each expression, as a column without a name.
   *
   * @throws SQLException when the source refuses one
   */
  static Map<String, Column> read(
      Connection source, QualifiedName table, Collection<String> expressions) throws SQLException {
    List<String> distinct = List.copyOf(new LinkedHashSet<>(expressions));
    Map<String, Column> types = new HashMap<>();
    if (distinct.isEmpty()) {
      return types;
    }
    String values =
        IntStream.range(0, distinct.size())
            .mapToObj(place -> "(%s\n) AS c%d".formatted(distinct.get(place), place))
            .collect(Collectors.joining(", "));
    String typeIds =
        IntStream.range(0, distinct.size())
            .mapToObj(place -> "pg_catalog.pg_typeof(v.c%1$d)::oid, v.c%1$d".formatted(place))
            .collect(Collectors.joining(", "));
    // One row, whatever the table holds: of a type, NULL knows as much as any value.
    String sql =
        "SELECT %s FROM (SELECT) one LEFT JOIN LATERAL (SELECT %s FROM ONLY %s AS %s LIMIT 0) v ON true"
            .formatted(typeIds, values, table.sql(), QualifiedName.quote(table.name()));
    try (Statement statement = source.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      for (int place = 0; place < distinct.size(); place++) {
        Integer modifier = modifier(row.getMetaData(), 2 * place + 2);
        types.put(distinct.get(place), type(source, row.getLong(2 * place + 1), modifier));
      }
    }
    return types;
  }

  /** The {@code atttypmod} of those types whose values it limits, or null. */
  private static Integer modifier(ResultSetMetaData columns, int place) throws SQLException {
    int size = columns.getPrecision(place);
    int digits = columns.getScale(place);
    return switch (columns.getColumnTypeName(place)) {
      case "numeric" -> size == 0 ? null : (size << 16 | digits) + HEADER_BYTES;
      case "varchar" -> size == Integer.MAX_VALUE ? null : size + HEADER_BYTES;
      // Without one it would be shown by a name that means one character.
      case "bpchar" -> size == Integer.MAX_VALUE ? NO_MODIFIER : size + HEADER_BYTES;
      case "bit", "varbit" -> size <= 0 || size == Integer.MAX_VALUE ? null : size;
      case "time", "timetz", "timestamp", "timestamptz" -> digits < ALL_DIGITS ? digits : null;
      case "interval" -> digits < ALL_DIGITS ? INTERVAL_OF_ALL_FIELDS | digits : null;
      default -> null;
    };
  }

  private static Column type(Connection source, long oid, Integer modifier) throws SQLException {
    try (PreparedStatement statement = source.prepareStatement(TYPE)) {
      statement.setLong(1, oid);
      statement.setLong(2, oid);
      statement.setObject(3, modifier, Types.INTEGER);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Column(
            "", row.getString(1), row.getString(2), row.getString(3), false, false, false, ' ');
      }
    }
  }
}
