package dev.overwinter.activities.preflight;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.workflows.steps.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Whether the columns of one table can take the rows of another of the same name. */
final class ColumnComparison {
  private static final Pattern SIZED = Pattern.compile("(.+?)\\((\\d+)(?:,(\\d+))?\\)(.*)");

  /** Types whose values have the same text form in the wider type. */
  private static final Map<String, Set<String>> WIDER =
      Map.of(
          "smallint", Set.of("integer", "bigint", "numeric"),
          "integer", Set.of("bigint", "numeric"),
          "bigint", Set.of("numeric"),
          "character varying", Set.of("text"));

  private final Table source;
  private final Map<String, Column> sourceColumns;
  private final Map<String, Column> targetColumns;
  private final List<Finding> findings = new ArrayList<>();

  private ColumnComparison(Table source, Table target) {
    this.source = source;
    this.sourceColumns = byName(source);
    this.targetColumns = byName(target);
  }

  private static Map<String, Column> byName(Table table) {
    return table.columns().stream().collect(Collectors.toMap(Column::name, Function.identity()));
  }

  /** What is the matter with the target's columns. */
  static List<Finding> compare(Table source, Table target) {
    ColumnComparison comparison = new ColumnComparison(source, target);
    source.columns().forEach(comparison::compareColumn);
    target.columns().forEach(comparison::lookAtAddition);
    return comparison.findings;
  }

  private void compareColumn(Column from) {
    Column to = targetColumns.get(from.name());
    String path = source.name() + "." + from.name();
    if (to == null) {
      if (from.generated()) {
        findings.add(
            Finding.warning(
                path,
                "The target lacks this computed column.",
                "Add it if the application reads it."));
      } else {
        findings.add(
            Finding.blocker(
                path, "The target lacks this column.", "Add it to the target's table."));
      }
      return;
    }
    if (from.generated() != to.generated()) {
      findings.add(
          Finding.blocker(
              path,
              "The column is computed in the %s only, so its values cannot be carried."
                  .formatted(from.generated() ? "source" : "target"),
              "Declare it the same way on both sides."));
      return;
    }
    compareTypes(path, from, to);
  }

  private void compareTypes(String path, Column from, Column to) {
    if (from.type().equals(to.type()) || unqualified(from).equals(unqualified(to))) {
      return;
    }
    String message =
        "The type is %s in the source and %s in the target".formatted(from.type(), to.type());
    if (holds(from.type(), to.type())) {
      findings.add(
          Finding.warning(
              path,
              message + ", which holds every value.",
              "See that the application expects it."));
    } else {
      findings.add(
          Finding.blocker(
              path,
              message + ", which may not hold every value unchanged.",
              "Give the target's column the source's type."));
    }
  }

  /** An extension may live in another schema on the other side; its type is the same. */
  private static String unqualified(Column column) {
    return column.type().replaceFirst("^(\"[^\"]+\"|[^.\"(]+)\\.", "") + " " + column.baseType();
  }

  /** Whether each value of a type has the same text form in another, wider one. */
  private static boolean holds(String from, String to) {
    Matcher narrow = SIZED.matcher(from);
    Matcher wide = SIZED.matcher(to);
    String narrowName = narrow.matches() ? narrow.group(1) + narrow.group(4) : from;
    String wideName = wide.matches() ? wide.group(1) + wide.group(4) : to;
    boolean wideIsFree = !wide.matches();
    if (WIDER.getOrDefault(narrowName, Set.of()).contains(wideName)) {
      return wideIsFree;
    }
    if (!narrowName.equals(wideName)
        || narrowName.startsWith("character") && !narrowName.startsWith("character varying")) {
      return false;
    }
    // Digits after the point are part of a numeric's text form, so only their number's lack widens.
    return wideIsFree
        || narrow.matches()
            && narrowName.startsWith("character varying")
            && Integer.parseInt(wide.group(2)) >= Integer.parseInt(narrow.group(2))
        || narrow.matches()
            && narrowName.startsWith("numeric")
            && wide.group(3).equals(narrow.group(3))
            && Integer.parseInt(wide.group(2)) >= Integer.parseInt(narrow.group(2));
  }

  private void lookAtAddition(Column to) {
    String path = source.name() + "." + to.name();
    if (sourceColumns.containsKey(to.name())) {
      return;
    }
    if (to.notNull() && !to.hasDefault() && !to.generated()) {
      findings.add(
          Finding.blocker(
              path,
              "The target requires this column and the source has none of this name.",
              "Give it a default, let it be NULL, or drop it."));
    } else if (!to.generated()) {
      findings.add(Finding.note(path, "Only the target has this column; it gets its default."));
    }
  }
}
