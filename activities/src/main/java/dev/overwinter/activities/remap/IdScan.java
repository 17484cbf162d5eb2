package dev.overwinter.activities.remap;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.PageRange;
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
 * Counts user ids in all columns of a table that can hold any, in SQL, range by range. Every value
 * of every such column is looked at, however deep in a document. Columns that hold one id each are
 * counted by joins, at a fraction of the cost of what takes the others apart.
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

  private final Projection table;
  private final List<Column> single;
  private final List<Column> others;

  private IdScan(Projection table, List<Column> single, List<Column> others) {
    this.table = table;
    this.single = single;
    this.others = others;
  }

  /** A scan of the columns worth looking at, or empty when there are none. */
  static Optional<IdScan> of(Projection table) {
    Map<Boolean, List<Column>> columns =
        table.targetColumns().stream()
            .filter(IdScan::mayHoldIds)
            .collect(
                Collectors.partitioningBy(
                    column -> IdKind.of(column).filter(IdKind.UUID::equals).isPresent()));
    IdScan scan = new IdScan(table, columns.get(true), columns.get(false));
    return scan.single.isEmpty() && scan.others.isEmpty() ? Optional.empty() : Optional.of(scan);
  }

  /** For each column its ids, those of them that are users', and those of users not carried. */
  private String countSingle(PageRange range) {
    List<String> counts = new ArrayList<>();
    StringBuilder joins = new StringBuilder();
    for (int place = 0; place < single.size(); place++) {
      String value = value(single.get(place));
      counts.add(
          "pg_catalog.count(%1$s), pg_catalog.count(u%2$d.id), pg_catalog.count(u%2$d.id) FILTER (WHERE u%2$d.id = ANY ('{%3$s}'::pg_catalog.uuid[]))"
              .formatted(value, place, NOT_CARRIED));
      joins.append(
          "\n  LEFT JOIN auth.users u%1$d ON u%1$d.id = %2$s::pg_catalog.uuid"
              .formatted(place, value));
    }
    return "SELECT %s\n  FROM (%s) t%s"
        .formatted(
            String.join(",\n       ", counts),
            table.select(range.relation(), range.condition()),
            joins);
  }

  private String countOthers(PageRange range) {
    List<String> branches = new ArrayList<>();
    List<String> worthwhile = new ArrayList<>();
    for (int place = 0; place < others.size(); place++) {
      branches.add(idsOf(others.get(place), place));
      worthwhile.add(mayHoldOne(others.get(place)));
    }
    return """
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
         WHERE %s
         GROUP BY v.place
        """
        .formatted(
            table.select(range.relation(), range.condition()),
            String.join("\n    UNION ALL\n    ", branches),
            NOT_CARRIED,
            String.join(" OR ", worthwhile));
  }

  private static boolean mayHoldIds(Column column) {
    return !WITHOUT_TEXT.contains(column.baseType())
        && !column.outputFunction().endsWith(".enum_out");
  }

  private static String value(Column column) {
    return "t." + QualifiedName.quote(column.name());
  }

  private static String text(Column column) {
    String value = value(column);
    // A refcursor is printed by a function that does not take it.
    return column.outputFunction().equals("pg_catalog.textout")
        ? value + "::pg_catalog.text"
        : "pg_catalog.textin(" + column.outputFunction() + "(" + value + "))";
  }

  private static String mayHoldOne(Column column) {
    return IdKind.of(column).filter(IdKind.UUID_ARRAY::equals).isPresent()
        ? value(column) + " IS NOT NULL"
        : "%s LIKE '%s'".formatted(text(column), MAY_HOLD_UUID);
  }

  /** A query of the ids in one value: whether each stands alone, and whether its case is mixed. */
  private static String idsOf(Column column, int place) {
    String value = value(column);
    String text = text(column);
    Optional<IdKind> kind = IdKind.of(column);
    if (kind.isEmpty()) {
      return matches(place, text, "", "m.found[1]", "false");
    }
    return switch (kind.get()) {
      case UUID -> throw new IllegalArgumentException("is counted by joins");
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
   * Scans a range, in a transaction of the caller.
   *
   * @param notCarried users who get no account
   * @return what each column holds, by its name in the target; columns without any UUID left out
   */
  Map<String, IdCounts> run(Connection source, PageRange range, Collection<UUID> notCarried)
      throws SQLException {
    readAllRows(source);
    String ids = notCarried.stream().map(UUID::toString).collect(Collectors.joining(","));
    Map<String, IdCounts> counts = new HashMap<>();
    // Not prepared: a question mark in the operator's SQL is an operator.
    try (Statement statement = source.createStatement()) {
      if (!single.isEmpty()) {
        readSingle(statement, countSingle(range).replace(NOT_CARRIED, ids), counts);
      }
      if (!others.isEmpty()) {
        readOthers(statement, countOthers(range).replace(NOT_CARRIED, ids), counts);
      }
    }
    return counts;
  }

  private void readSingle(Statement statement, String sql, Map<String, IdCounts> counts)
      throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      int place = 1;
      for (Column column : single) {
        long all = row.getLong(place++);
        long ofUsers = row.getLong(place++);
        long notCarried = row.getLong(place++);
        if (all > 0) {
          counts.put(
              column.name(), new IdCounts(ofUsers - notCarried, 0, notCarried, all - ofUsers, 0));
        }
      }
    }
  }

  private void readOthers(Statement statement, String sql, Map<String, IdCounts> counts)
      throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        counts.put(
            others.get(row.getInt(1)).name(),
            new IdCounts(
                row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6)));
      }
    }
  }

  private static void readAllRows(Connection source) throws SQLException {
    try (Statement statement = source.createStatement()) {
      // A role that a policy keeps rows from shall get an error, not a count of the others.
      statement.execute("SET TRANSACTION READ ONLY; SET LOCAL row_security = off");
    }
  }
}
