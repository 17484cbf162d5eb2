package dev.overwinter.activities.remap;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.rules.Projection;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Counts user ids in all columns of a table that can hold any, in SQL and in one pass. Every value
 * of every such column is looked at, however deep in a document.
 */
final class IdScan {
  private static final String UUID_PATTERN =
      "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  /** Far cheaper than the pattern, and most texts fail it. */
  private static final String MAY_HOLD_UUID = "%-____-____-____-%";

  /** Types whose values are no text that a UUID could be written in. */
  private static final Set<String> WITHOUT_TEXT =
      Set.of(
          "bool",
          "int2",
          "int4",
          "int8",
          "float4",
          "float8",
          "numeric",
          "money",
          "oid",
          "date",
          "time",
          "timetz",
          "timestamp",
          "timestamptz",
          "interval",
          "inet",
          "cidr",
          "macaddr",
          "macaddr8",
          "bit",
          "varbit",
          "bytea",
          "tsvector",
          "tsquery",
          "char",
          "point",
          "line",
          "lseg",
          "box",
          "path",
          "polygon",
          "circle",
          "vector",
          "halfvec",
          "geometry",
          "geography",
          "int4range",
          "int8range",
          "numrange",
          "daterange",
          "tsrange",
          "tstzrange",
          "_bool",
          "_int2",
          "_int4",
          "_int8",
          "_float4",
          "_float8",
          "_numeric",
          "_date",
          "_timestamp",
          "_timestamptz");

  /** Stands for their ids in the query. */
  private static final String NOT_CARRIED = "{not carried}";

  private final List<Column> columns;
  private final String sql;

  private IdScan(List<Column> columns, String sql) {
    this.columns = columns;
    this.sql = sql;
  }

  /** A scan of the columns worth looking at, or empty when there are none. */
  static Optional<IdScan> of(Projection table) {
    List<Column> columns = table.targetColumns().stream().filter(IdScan::mayHoldIds).toList();
    if (columns.isEmpty()) {
      return Optional.empty();
    }
    List<String> branches = new ArrayList<>();
    for (int place = 0; place < columns.size(); place++) {
      branches.add(idsOf(columns.get(place), place));
    }
    String sql =
        """
        SELECT v.place,
               pg_catalog.count(u.id) FILTER (WHERE v.whole AND carries AND NOT v.mixed),
               pg_catalog.count(u.id) FILTER (WHERE v.whole AND carries AND v.mixed),
               pg_catalog.count(u.id) FILTER (WHERE v.whole AND NOT carries),
               pg_catalog.count(*) FILTER (WHERE v.whole AND u.id IS NULL),
               pg_catalog.count(u.id) FILTER (WHERE NOT v.whole AND carries)
          FROM (%s) t
          CROSS JOIN LATERAL (
            %s) v (place, id, whole, mixed)
          LEFT JOIN auth.users u ON u.id = v.id
          CROSS JOIN LATERAL (VALUES (NOT u.id = ANY ('{%s}'::pg_catalog.uuid[]))) c (carries)
         GROUP BY v.place
        """
            .formatted(table.select(), String.join("\n    UNION ALL\n    ", branches), NOT_CARRIED);
    return Optional.of(new IdScan(columns, sql));
  }

  private static boolean mayHoldIds(Column column) {
    return !WITHOUT_TEXT.contains(column.baseType())
        && !column.outputFunction().endsWith(".enum_out");
  }

  /** A query of the ids in one value: whether each stands alone, and whether its case is mixed. */
  private static String idsOf(Column column, int place) {
    String value = "t." + QualifiedName.quote(column.name());
    // A refcursor is printed by a function that does not take it.
    String text =
        column.outputFunction().equals("pg_catalog.textout")
            ? value + "::pg_catalog.text"
            : "pg_catalog.textin(" + column.outputFunction() + "(" + value + "))";
    Optional<IdKind> kind = IdKind.of(column);
    if (kind.isEmpty()) {
      return matches(place, text, "", "m.found[1]", "false");
    }
    return switch (kind.get()) {
      case UUID ->
          "SELECT %d, %s::pg_catalog.uuid, true, false WHERE %2$s IS NOT NULL"
              .formatted(place, value);
      case UUID_ARRAY ->
          "SELECT %d, e.id, true, false FROM pg_catalog.unnest(%s) e (id) WHERE e.id IS NOT NULL"
              .formatted(place, value);
      case TEXT ->
          matches(
              place,
              text,
              "",
              "m.found[1]",
              "pg_catalog.length(pg_catalog.rtrim(" + text + ")) = " + UuidText.LENGTH);
      case TEXT_ARRAY ->
          "SELECT s.* FROM pg_catalog.unnest("
              + text
              + "::pg_catalog.text[]) e (item) CROSS JOIN LATERAL ("
              + matches(
                  place,
                  "e.item",
                  "",
                  "m.found[1]",
                  "pg_catalog.length(e.item) = " + UuidText.LENGTH)
              + ") s";
      case JSON ->
          matches(
              place,
              text,
              "(\\\\?)(\"?)",
              "m.found[3]",
              "m.found[1] = '' AND m.found[2] = '\"' AND m.found[4] = '\"'");
    };
  }

  private static String matches(int place, String text, String before, String found, String whole) {
    String after = before.isEmpty() ? "" : "(\"?)";
    return """
        SELECT %d, %s::pg_catalog.uuid, %s,
               %2$s <> pg_catalog.lower(%2$s) AND %2$s <> pg_catalog.upper(%2$s)
          FROM pg_catalog.regexp_matches(%s, '%s(%s)%s', 'gi') m (found)
         WHERE %4$s LIKE '%s'"""
        .formatted(place, found, whole, text, before, UUID_PATTERN, after, MAY_HOLD_UUID);
  }

  /**
   * Scans, in a transaction of the caller.
   *
   * @param notCarried users who get no account
   * @return what each column holds, by its name in the target; columns without any UUID left out
   */
  Map<String, IdCounts> run(Connection source, Collection<UUID> notCarried) throws SQLException {
    readAllRows(source);
    String ids = notCarried.stream().map(UUID::toString).collect(Collectors.joining(","));
    Map<String, IdCounts> counts = new HashMap<>();
    // Not prepared: a question mark in the operator's SQL is an operator.
    try (Statement statement = source.createStatement();
        ResultSet row = statement.executeQuery(sql.replace(NOT_CARRIED, ids))) {
      while (row.next()) {
        counts.put(
            columns.get(row.getInt(1)).name(),
            new IdCounts(
                row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6)));
      }
    }
    return counts;
  }

  private static void readAllRows(Connection source) throws SQLException {
    try (Statement statement = source.createStatement()) {
      // A role that a policy keeps rows from shall get an error, not a count of the others.
      statement.execute("SET TRANSACTION READ ONLY; SET LOCAL row_security = off");
    }
  }
}
