package dev.overwinter.activities.verify;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.remap.IdKind;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * That the mapping is one to one, and that no carried user's old id was left behind. The digests
 * cannot see the latter: reversing the mapping leaves an old id as it is.
 */
final class UserIdChecks {
  private static final String UUID_PATTERN =
      "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  private static final String MAPPING =
      """
      SELECT (SELECT users FROM overwinter.remap_plan WHERE run_id = ?), count(*),
             count(*) - LEAST(count(DISTINCT supabase_id), count(DISTINCT stack_id))
        FROM overwinter.user_mapping
       WHERE run_id = ?
      """;

  /** Old ids that are nobody's new one. */
  private static final String GONE =
      """
      WITH gone (id) AS MATERIALIZED (
        SELECT old.supabase_id FROM overwinter.user_mapping old
         WHERE old.run_id = ?
           AND NOT EXISTS (SELECT FROM overwinter.user_mapping new
                            WHERE new.run_id = ? AND new.stack_id = old.supabase_id))
      """;

  private UserIdChecks() {}

  static Check mapping(RunKey run, Database target) {
    return new Check("user mapping", target, connection -> mapping(connection, run));
  }

  private static List<Finding> mapping(Connection target, RunKey run) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(MAPPING)) {
      statement.setString(1, run.runId());
      statement.setString(2, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        long planned = row.getLong(1);
        // Without a plan no column counts as remapped, and old ids would pass for right ones.
        if (row.wasNull() || planned != row.getLong(2)) {
          return List.of(
              Finding.blocker(
                  "overwinter.user_mapping",
                  "is not what remapping was planned with",
                  "Roll back."));
        }
        return row.getLong(3) == 0
            ? List.of()
            : List.of(
                Finding.blocker(
                    "overwinter.user_mapping",
                    "is not one to one for " + row.getLong(3) + " users",
                    "Roll back."));
      }
    }
  }

  /**
   * Looks through the remapped columns of one table. Columns that hold one id each are counted by
   * joins, at a fraction of the cost of what takes the others apart.
   *
   * @param mapped the remapped columns, by name
   */
  static Check leftovers(Table inTarget, Map<String, IdKind> mapped, RunKey run, Database target) {
    boolean ordinary = inTarget.leaves().equals(List.of(inTarget.name()));
    String relation = (ordinary ? "ONLY " : "") + inTarget.name().sql();
    return new Check(
        "old user ids in " + inTarget.name(),
        target,
        connection -> leftovers(connection, relation, inTarget, mapped, run));
  }

  /**
   * Looks through some rows of a table.
   *
   * @param rows what gives them, as SQL names it
   */
  static List<Finding> leftovers(
      Connection target, String rows, Table inTarget, Map<String, IdKind> mapped, RunKey run)
      throws SQLException {
    Map<String, IdKind> single = new TreeMap<>();
    Map<String, IdKind> others = new TreeMap<>();
    mapped.forEach((column, kind) -> (kind == IdKind.UUID ? single : others).put(column, kind));
    List<Finding> findings = new ArrayList<>();
    if (!single.isEmpty()) {
      findings.addAll(find(target, inSingle(rows, single.keySet()), inTarget, single, run));
    }
    if (!others.isEmpty()) {
      findings.addAll(find(target, inOthers(rows, others), inTarget, others, run));
    }
    return findings;
  }

  /** Each column's place and how many old ids it holds. */
  private static String inSingle(String relation, Set<String> columns) {
    StringBuilder joins = new StringBuilder();
    List<String> counts = new ArrayList<>();
    for (String column : columns) {
      int place = counts.size();
      joins.append(
          "\n    LEFT JOIN gone g%1$d ON g%1$d.id = t.%2$s::uuid"
              .formatted(place, QualifiedName.quote(column)));
      counts.add("count(g%d.id)".formatted(place));
    }
    return GONE
        + """
          SELECT v.place - 1, v.found
            FROM (SELECT ARRAY[%s]
                    FROM %s t%s) counted (found)
           CROSS JOIN LATERAL unnest(counted.found) WITH ORDINALITY v (found, place)
           WHERE v.found > 0
           ORDER BY v.place
          """
            .formatted(String.join(", ", counts), relation, joins);
  }

  private static String inOthers(String relation, Map<String, IdKind> columns) {
    List<String> branches = new ArrayList<>();
    List<String> worthwhile = new ArrayList<>();
    columns.forEach(
        (column, kind) -> {
          String value = "t." + QualifiedName.quote(column);
          branches.add(ids(branches.size(), value, kind));
          worthwhile.add(
              kind == IdKind.UUID_ARRAY
                  ? value + " IS NOT NULL"
                  : value + "::text LIKE '%-____-____-____-%'");
        });
    return GONE
        + """
          SELECT v.place, count(*)
            FROM %s t
            CROSS JOIN LATERAL (
              %s) v (place, id)
            JOIN gone ON gone.id = v.id
           WHERE %s
           GROUP BY v.place
           ORDER BY v.place
          """
            .formatted(
                relation,
                String.join("\n    UNION ALL\n    ", branches),
                String.join(" OR ", worthwhile));
  }

  private static String ids(int place, String value, IdKind kind) {
    return switch (kind) {
      case UUID -> throw new IllegalArgumentException("is counted by joins");
      case UUID_ARRAY ->
          "SELECT %d, e.id::uuid FROM unnest(%s) e (id) WHERE e.id IS NOT NULL"
              .formatted(place, value);
      case TEXT -> matching(place, "(VALUES (" + value + "::text))", "^(" + UUID_PATTERN + ") *$");
      case TEXT_ARRAY ->
          matching(place, "unnest(" + value + "::text[])", "^(" + UUID_PATTERN + ")$");
      case JSON ->
          matching(place, "(VALUES (" + value + "::text))", "(?<!\\\\)\"(" + UUID_PATTERN + ")\"");
    };
  }

  /** In one letter case only; an id in both was never replaced and was counted as unknown. */
  private static String matching(int place, String texts, String pattern) {
    return """
        SELECT %d, m.found[1]::uuid
          FROM %s e (item) CROSS JOIN LATERAL regexp_matches(e.item, '%s', 'gi') m (found)
         WHERE e.item LIKE '%%-____-____-____-%%'
           AND (m.found[1] = lower(m.found[1]) OR m.found[1] = upper(m.found[1]))"""
        .formatted(place, texts, pattern);
  }

  private static List<Finding> find(
      Connection target, String sql, Table table, Map<String, IdKind> columns, RunKey run)
      throws SQLException {
    List<String> names = List.copyOf(columns.keySet());
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, run.runId());
      statement.setString(2, run.runId());
      List<Finding> findings = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          findings.add(
              Finding.blocker(
                  table.name() + "." + names.get(row.getInt(1)),
                  "still holds %d old ids of carried users".formatted(row.getLong(2)),
                  "Roll back; the import did not replace them."));
        }
      }
      return findings;
    }
  }
}
