package dev.overwinter.activities.preflight;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.rules.ProjectedColumn;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.workflows.request.TableRule;
import dev.overwinter.workflows.steps.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Whether the columns of one table can take the rows of another. */
final class ColumnComparison {
  private static final Pattern SIZED = Pattern.compile("(.+?)\\((\\d+)(?:,(\\d+))?\\)(.*)");

  /** Types whose values have the same text form in the wider type. */
  private static final Map<String, Set<String>> WIDER =
      Map.of(
          "smallint", Set.of("integer", "bigint", "numeric"),
          "integer", Set.of("bigint", "numeric"),
          "bigint", Set.of("numeric"),
          "character varying", Set.of("text"));

  private final Projection source;
  private final TableRule rule;
  private final Map<String, Column> targetColumns;
  private final Set<String> filled;
  private final List<Finding> findings = new ArrayList<>();

  private ColumnComparison(Projection source, TableRule rule, Table target) {
    this.source = source;
    this.rule = rule;
    this.targetColumns =
        target.columns().stream().collect(Collectors.toMap(Column::name, Function.identity()));
    this.filled = source.columns().stream().map(ProjectedColumn::name).collect(Collectors.toSet());
  }

  /**
   * What is the matter with the target's columns.
   *
   * @param rule the request's for this table
   */
  static List<Finding> compare(Projection source, TableRule rule, Table target) {
    ColumnComparison comparison = new ColumnComparison(source, rule, target);
    source.columns().forEach(comparison::compareColumn);
    source.table().columns().forEach(comparison::compareComputed);
    target.columns().forEach(comparison::lookAtAddition);
    return comparison.findings;
  }

  private void compareColumn(ProjectedColumn from) {
    Column to = targetColumns.get(from.name());
    String path = source.source() + "." + from.knownAs();
    if (to == null) {
      findings.add(Finding.blocker(path, "The target lacks this column.", homeFor(from)));
    } else if (to.generated()) {
      findings.add(
          Finding.blocker(
              path,
              "The column is computed in the target only, so its values cannot be carried.",
              "Let the target compute it: "
                  + RuleText.column(source.source(), from.knownAs(), "drop", true)));
    } else if (!isConstant(from)) {
      compareTypes(path, from, to);
    }
  }

  private String homeFor(ProjectedColumn from) {
    String table = source.target().toString();
    if (from.sourceColumn() == null) {
      return "Add %s to %s in the target, or correct the rule.".formatted(from.name(), table);
    }
    List<String> free =
        targetColumns.values().stream()
            .filter(to -> !to.generated() && !filled.contains(to.name()))
            .map(Column::name)
            .toList();
    String renamed =
        Likeness.nearest(from.name(), free)
            .map(
                name ->
                    " If it is %s there: %s"
                        .formatted(
                            name, RuleText.column(source.source(), from.knownAs(), "rename", name)))
            .orElse("");
    return "Add it to the target's table.%s If it is to stay behind: %s"
        .formatted(renamed, RuleText.column(source.source(), from.knownAs(), "drop", true));
  }

  /** A constant is tried out on the target itself. */
  private boolean isConstant(ProjectedColumn column) {
    return column.sourceColumn() == null
        && rule.columns().entrySet().stream()
            .anyMatch(
                entry ->
                    entry.getValue().constant() != null
                        && entry.getValue().nameInTarget(entry.getKey()).equals(column.name()));
  }

  private void compareComputed(Column from) {
    if (!from.generated()
        || rule.columns().containsKey(from.name())
        || filled.contains(from.name())) {
      return;
    }
    String path = source.source() + "." + from.name();
    Column to = targetColumns.get(from.name());
    if (to == null) {
      findings.add(
          Finding.warning(
              path,
              "The target lacks this computed column.",
              "Add it if the application reads it."));
    } else if (!to.generated()) {
      findings.add(
          Finding.blocker(
              path,
              "The column is computed in the source only, so its values cannot be carried.",
              "Declare it the same way on both sides, or carry what was computed: "
                  + RuleText.column(
                      source.source(),
                      from.name(),
                      "expression",
                      QualifiedName.quote(from.name()))));
    }
  }

  private void compareTypes(String path, ProjectedColumn column, Column to) {
    Column from = column.column();
    if (isSame(from, to)) {
      return;
    }
    boolean made = column.sourceColumn() == null;
    String message =
        "The %s is %s in the source and %s in the target"
            .formatted(made ? "expression's type" : "type", from.type(), to.type());
    if (holds(from.type(), to.type())) {
      findings.add(
          Finding.warning(
              path,
              message + ", which holds every value.",
              "See that the application expects it."));
    } else if (made && from.baseType().equals("text")) {
      findings.add(
          Finding.warning(
              path,
              message + ", which takes and keeps only texts that it would write itself.",
              "Rehearse the run: a text that it refuses stops the import, one that it changes does not verify."));
    } else {
      findings.add(
          Finding.blocker(
              path,
              message + ", which may not hold every value unchanged.",
              "Give the target's column the source's type, or make values of its type, if it may cut or round them: "
                  + RuleText.value(
                      source.source(),
                      column,
                      made
                          ? "(%s)::%s".formatted(column.expression(), to.type())
                          : column.expression() + "::" + to.type())));
    }
  }

  /** Whether a column holds every value of another unchanged. */
  static boolean takes(Column from, Column to) {
    return isSame(from, to) || holds(from.type(), to.type());
  }

  private static boolean isSame(Column from, Column to) {
    return from.type().equals(to.type()) || unqualified(from).equals(unqualified(to));
  }

  /**
   * An extension may live in another schema on the other side; its type is the same. So is one with
   * six digits of a second, which are all there are.
   */
  private static String unqualified(Column column) {
    return column
            .type()
            .replaceFirst("^(\"[^\"]+\"|[^.\"(]+)\\.", "")
            .replaceFirst("^(time|timestamp|interval)\\(6\\)", "$1")
        + " "
        + column.baseType();
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
    if (filled.contains(to.name()) || to.generated()) {
      return;
    }
    String path = source.target() + "." + to.name();
    boolean computedInSource =
        source.table().columns().stream()
            .anyMatch(from -> from.generated() && from.name().equals(to.name()));
    if (computedInSource && !rule.columns().containsKey(to.name())) {
      return;
    }
    if (to.notNull() && !to.hasDefault()) {
      findings.add(
          Finding.blocker(
              path,
              "The target requires this column and the source has none of this name.",
              "Give it a default, let it be NULL, drop it, or say what every row gets, as a constant or an expression: "
                  + RuleText.column(source.source(), to.name(), "constant", "...")));
    } else {
      findings.add(Finding.note(path, "Only the target has this column; it gets its default."));
    }
  }
}
