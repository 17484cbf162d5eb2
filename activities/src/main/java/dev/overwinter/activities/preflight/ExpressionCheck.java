package dev.overwinter.activities.preflight;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.preflight.SafeQuery.Answer;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether SQL of a rule gives one value for each row, and the same one whenever it is asked: what
 * is exported may have to be exported again, and verification asks once more.
 */
final class ExpressionCheck {
  /** Pages of the table whose rows are evaluated to see whether the values stay the same. */
  private static final int SAMPLE_PAGES = 8;

  /** The table lives on meanwhile, so that once in a while its rows differ, too. */
  private static final int MOST_SAMPLES = 6;

  /**
   * One with a quote in it is two to this; an alternative would need a stack as deep as it is long.
   */
  private static final Pattern LITERAL = Pattern.compile("'[^']*'");

  /** As the server writes them when it shows a plan. */
  private static final Pattern CLOCK =
      Pattern.compile(
          "\\b(?:(?:now|transaction_timestamp|statement_timestamp|clock_timestamp|timeofday)\\(\\)"
              + "|CURRENT_DATE|CURRENT_TIME|CURRENT_TIMESTAMP|LOCALTIME|LOCALTIMESTAMP)");

  private final Look look;
  private final Table table;
  private final String filter;

  /**
   * @param filter a condition on the rows that expressions are evaluated on, or null for all rows
   */
  ExpressionCheck(Look look, Table table, String filter) {
    this.look = look;
    this.table = table;
    this.filter = filter;
  }

  /**
   * What is the matter with it, or empty.
   *
   * @param condition whether it must be true or false
   */
  Optional<String> problem(String sql, boolean condition) throws SQLException {
    // A condition's place refuses aggregates, window functions and functions that return sets.
    String test = condition ? "(%s\n)" : "((%s\n) IS NULL)";
    Answer parsed =
        SafeQuery.ask(
            look.source(),
            "SELECT count(*) FROM (SELECT FROM ONLY %s AS %s WHERE %s LIMIT 0) none"
                .formatted(table.name().sql(), alias(), test.formatted(sql)));
    if (parsed.problem() != null) {
      return Optional.of(parsed.problem());
    }
    if (table.leaves().isEmpty()) {
      return Optional.empty();
    }
    QualifiedName leaf = table.leaves().get(0);
    Answer plan =
        SafeQuery.ask(
            look.source(),
            "EXPLAIN (VERBOSE, FORMAT JSON) SELECT overwinter_row.value FROM (SELECT (%s\n) AS value FROM ONLY %s AS %s) overwinter_row WHERE overwinter_row.value IS NOT NULL"
                .formatted(sql, leaf.sql(), alias()));
    if (plan.problem() != null) {
      return Optional.of(plan.problem());
    }
    // The planner keeps a subquery apart from its query only where a value must not be made twice.
    if (plan.row()[0].contains("\"Alias\": \"overwinter_row\"")) {
      return Optional.of(
          "it uses a volatile function, so that it would give another value each time");
    }
    Matcher clock = CLOCK.matcher(LITERAL.matcher(plan.row()[0]).replaceAll(""));
    if (clock.find()) {
      return Optional.of(
          "it uses %s, so that it would give another value each time".formatted(clock.group()));
    }
    return unstable(sql, leaf);
  }

  private Optional<String> unstable(String sql, QualifiedName leaf) throws SQLException {
    String digest =
        "SELECT sum(pg_catalog.hashtextextended(sample.*::text, 0)) FROM (SELECT (%s\n) FROM ONLY %s AS %s WHERE ctid < '(%d,0)'::tid%s) sample"
            .formatted(
                sql,
                leaf.sql(),
                alias(),
                SAMPLE_PAGES,
                filter == null ? "" : " AND (" + filter + "\n)");
    String before = null;
    for (int sample = 0; sample < MOST_SAMPLES; sample++) {
      // Each in a transaction of its own, for which time has moved on.
      look.endTransactions();
      Answer answer = SafeQuery.ask(look.source(), digest);
      if (answer.problem() != null) {
        return Optional.of("on some row it fails with " + answer.problem());
      }
      String now = String.valueOf(answer.row()[0]);
      if (now.equals(before)) {
        return Optional.empty();
      }
      before = now;
    }
    return Optional.of("it gives other values each time");
  }

  private String alias() {
    return QualifiedName.quote(table.name().name());
  }
}
