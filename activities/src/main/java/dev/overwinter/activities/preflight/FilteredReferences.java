package dev.overwinter.activities.preflight;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.preflight.SafeQuery.Answer;
import dev.overwinter.activities.rules.Projection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A foreign key of the source to a table of which only some rows are carried.
 *
 * @param name the constraint's name
 * @param referring the table that refers
 * @param columns its columns
 * @param referred the table that is referred to
 * @param otherColumns that one's columns
 */
record FilteredReferences(
    String name,
    Projection referring,
    List<String> columns,
    Projection referred,
    List<String> otherColumns) {
  private static final String KEYS =
      """
      SELECT k.conname, n.nspname, c.relname, a.attname, ra.attname
        FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL ROWS FROM (unnest(k.conkey), unnest(k.confkey)) WITH ORDINALITY
               AS key (own, other, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = key.own
        JOIN pg_attribute ra ON ra.attrelid = k.confrelid AND ra.attnum = key.other
       WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = to_regclass(?)
       ORDER BY 2, 3, 1, key.place
      """;

  FilteredReferences {
    columns = List.copyOf(columns);
    otherColumns = List.copyOf(otherColumns);
  }

  /** The keys to a table by which carried rows refer to it in the target, too. */
  static List<FilteredReferences> to(Look look, Projection referred) throws SQLException {
    List<FilteredReferences> found = new ArrayList<>();
    List<String[]> rows = look.askSource(KEYS, referred.source().sql());
    for (int from = 0, to; from < rows.size(); from = to) {
      String[] first = rows.get(from);
      to = from;
      while (to < rows.size() && isSameKey(rows.get(to), first)) {
        to++;
      }
      List<String[]> pairs = rows.subList(from, to);
      QualifiedName table = new QualifiedName(first[1], first[2]);
      for (Projection referring : look.projections()) {
        boolean kept =
            pairs.stream()
                .allMatch(
                    pair ->
                        referring.nameInTarget(pair[3]).isPresent()
                            && referred.nameInTarget(pair[4]).isPresent());
        if (referring.source().equals(table) && kept) {
          found.add(
              new FilteredReferences(
                  first[0],
                  referring,
                  pairs.stream().map(pair -> pair[3]).toList(),
                  referred,
                  pairs.stream().map(pair -> pair[4]).toList()));
        }
      }
    }
    return found;
  }

  private static boolean isSameKey(String[] left, String[] right) {
    return left[0].equals(right[0]) && left[1].equals(right[1]) && left[2].equals(right[2]);
  }

  /** How many carried rows refer to a row that is not carried. */
  long count(Look look) throws SQLException {
    String carried = referring.filter() == null ? "true" : "(" + referring.filter() + "\n)";
    Answer answer =
        SafeQuery.ask(
            look.source(),
            "SELECT count(*) FROM %s AS %s WHERE %s AND NOT (%s)"
                .formatted(
                    relation(referring), quote(referring.source().name()), carried, filter()));
    if (answer.problem() != null) {
      throw new SQLException(answer.problem(), answer.problem().replace("SQLSTATE ", ""));
    }
    return Long.parseLong(answer.row()[0]);
  }

  /** What rows meet whose reference is carried, or that have none: a filter for the request. */
  String filter() {
    String own = list(columns, quote(referring.source().name()) + ".");
    String kept =
        "%s IN (SELECT %s FROM %s AS %s WHERE %s)"
            .formatted(
                own,
                list(otherColumns, quote(referred.source().name()) + "."),
                relation(referred),
                quote(referred.source().name()),
                ended(referred.filter()));
    String none =
        columns.stream()
            .map(it -> quote(referring.source().name()) + "." + quote(it) + " IS NULL")
            .collect(Collectors.joining(" OR "));
    String both = none + " OR " + kept;
    return referring.filter() == null
        ? both
        : "(%s) AND (%s)".formatted(ended(referring.filter()), both);
  }

  /** So that a comment at its end does not go on. */
  private static String ended(String filter) {
    return filter.contains("--") ? filter + "\n" : filter;
  }

  private static String list(List<String> columns, String prefix) {
    String joined =
        IntStream.range(0, columns.size())
            .mapToObj(place -> prefix + quote(columns.get(place)))
            .collect(Collectors.joining(", "));
    return columns.size() == 1 ? joined : "(" + joined + ")";
  }

  private static String relation(Projection table) {
    boolean ordinary = table.table().leaves().equals(List.of(table.source()));
    return (ordinary ? "ONLY " : "") + table.source().sql();
  }

  private static String quote(String name) {
    return QualifiedName.quote(name);
  }
}
