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
   * Looks through the remapped columns of one table in one pass.
   *
   * @param mapped the remapped columns, by name
   */
  static Check leftovers(Table inTarget, Map<String, IdKind> mapped, RunKey run, Database target) {
    boolean ordinary = inTarget.leaves().equals(List.of(inTarget.name()));
    String sql = sql((ordinary ? "ONLY " : "") + inTarget.name().sql(), mapped);
    return new Check(
        "old user ids in " + inTarget.name(),
        target,
        connection -> find(connection, sql, inTarget, columns(mapped), run));
  }

  /**
   * Looks through some rows of a table.
   *
   * @param rows what gives them, as SQL names it
   */
  static List<Finding> leftovers(
      Connection target, String rows, Table inTarget, Map<String, IdKind> mapped, RunKey run)
      throws SQLException {
    return mapped.isEmpty()
        ? List.of()
        : find(target, sql(rows, mapped), inTarget, columns(mapped), run);
  }

  private static List<String> columns(Map<String, IdKind> mapped) {
    return List.copyOf(new TreeMap<>(mapped).keySet());
  }

  private static String sql(String rows, Map<String, IdKind> mapped) {
    List<String> columns = columns(mapped);
    List<String> branches = new ArrayList<>();
    for (int place = 0; place < columns.size(); place++) {
      branches.add(ids(place, columns.get(place), mapped.get(columns.get(place))));
    }
    return """
        SELECT v.place, count(*)
          FROM %s t
          CROSS JOIN LATERAL (
            %s) v (place, id)
          JOIN overwinter.user_mapping old ON old.run_id = ? AND old.supabase_id = v.id
          LEFT JOIN overwinter.user_mapping new ON new.run_id = ? AND new.stack_id = v.id
         WHERE new.stack_id IS NULL
         GROUP BY v.place
         ORDER BY v.place
        """
        .formatted(rows, String.join("\n    UNION ALL\n    ", branches));
  }

  private static String ids(int place, String column, IdKind kind) {
    String value = "t." + QualifiedName.quote(column);
    return switch (kind) {
      case UUID -> "SELECT %d, %s::uuid WHERE %2$s IS NOT NULL".formatted(place, value);
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
      Connection target, String sql, Table table, List<String> columns, RunKey run)
      throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, run.runId());
      statement.setString(2, run.runId());
      List<Finding> findings = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          findings.add(
              Finding.blocker(
                  table.name() + "." + columns.get(row.getInt(1)),
                  "still holds %d old ids of carried users".formatted(row.getLong(2)),
                  "Roll back; the import did not replace them."));
        }
      }
      return findings;
    }
  }
}
