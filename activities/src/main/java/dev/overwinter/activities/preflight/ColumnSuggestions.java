package dev.overwinter.activities.preflight;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.rules.ProjectedColumn;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.workflows.request.TableRule;
import dev.overwinter.workflows.steps.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Guesses rules for the columns of one table. Used once. */
final class ColumnSuggestions {
  private final Look look;
  private final Projection source;
  private final TableRule rule;
  private final Map<String, Column> free = new LinkedHashMap<>();
  private final Map<String, Column> there;
  private final List<Finding> doubts;
  private final ObjectNode rules = JsonNodeFactory.instance.objectNode();

  /**
   * @param rule what the request says already
   * @param doubts where to add what a person should look at
   */
  ColumnSuggestions(
      Look look, Projection source, TableRule rule, Table target, List<Finding> doubts) {
    this.look = look;
    this.source = source;
    this.rule = rule;
    this.doubts = doubts;
    this.there =
        target.columns().stream()
            .collect(
                Collectors.toMap(Column::name, it -> it, (one, other) -> one, LinkedHashMap::new));
    there.values().stream()
        .filter(column -> !column.generated())
        .forEach(column -> free.put(column.name(), column));
    source.columns().forEach(column -> free.remove(column.name()));
  }

  /** The rules for columns that have none. */
  ObjectNode suggest() throws SQLException {
    List<ProjectedColumn> homeless = new ArrayList<>();
    for (ProjectedColumn column : source.columns()) {
      Column to = there.get(column.name());
      if (column.sourceColumn() == null || rule.columns().containsKey(column.knownAs())) {
        continue;
      }
      if (to == null) {
        homeless.add(column);
      } else if (to.generated()) {
        rule(column.knownAs()).put("drop", true);
        doubt(column.knownAs(), "The target computes it.", "See that it computes the same.");
      } else {
        fit(column, to);
      }
    }
    computed();
    findHomes(homeless);
    fill();
    return rules;
  }

  /** What the source computes and the target does not: the values are carried. */
  private void computed() {
    for (Column from : source.table().columns()) {
      Column to = free.get(from.name());
      if (from.generated() && to != null && !rule.columns().containsKey(from.name())) {
        rule(from.name()).put("expression", QualifiedName.quote(from.name()));
        free.remove(from.name());
      }
    }
  }

  private record Pair(ProjectedColumn from, Column to, double likeness) {}

  private void findHomes(List<ProjectedColumn> homeless) throws SQLException {
    List<Pair> pairs = new ArrayList<>();
    for (ProjectedColumn from : homeless) {
      for (Column to : free.values()) {
        double likeness = Likeness.of(from.name(), to.name());
        if (likeness >= Likeness.LEAST && isConvertible(from, to)) {
          pairs.add(new Pair(from, to, likeness));
        }
      }
    }
    pairs.sort(Comparator.comparingDouble(Pair::likeness).reversed());
    for (Pair pair : pairs) {
      if (homeless.contains(pair.from()) && free.containsKey(pair.to().name())) {
        homeless.remove(pair.from());
        free.remove(pair.to().name());
        String key = pair.from().knownAs();
        rule(key).put("rename", pair.to().name());
        doubt(
            key,
            "The target lacks this column; %s is the likest one there.".formatted(pair.to().name()),
            "See that it holds the same.");
        fit(pair.from(), pair.to());
      }
    }
    for (ProjectedColumn from : homeless) {
      rule(from.knownAs()).put("drop", true);
      doubt(
          from.knownAs(),
          "The target lacks this column and has none like it, so that its values would stay behind.",
          "Add it in the target and remove the rule, unless they may.");
    }
  }

  private static boolean isConvertible(ProjectedColumn from, Column to) {
    return from.column().baseType().equals(to.baseType())
        || ColumnComparison.takes(from.column(), to);
  }

  /** Casts where the target's type may not hold every value. */
  private void fit(ProjectedColumn from, Column to) throws SQLException {
    if (ColumnComparison.takes(from.column(), to)) {
      return;
    }
    for (String expression : casts(from, to)) {
      String sql =
          "SELECT count(*) FROM (SELECT (%s) FROM ONLY %s LIMIT 0) none"
              .formatted(expression, source.source().sql());
      if (SafeQuery.ask(look.source(), sql).problem() == null) {
        rule(from.knownAs()).put("expression", expression);
        doubt(
            from.knownAs(),
            "The type is %s in the source and %s in the target; a cast may round, cut or fail."
                .formatted(from.column().type(), to.type()),
            "See that it does right with every value.");
        return;
      }
    }
  }

  private static List<String> casts(ProjectedColumn from, Column to) {
    String value = from.expression();
    return List.of(value + "::" + to.type(), value + "::text::" + to.type(), value + "::text");
  }

  private void fill() throws SQLException {
    for (Column to : List.copyOf(free.values())) {
      if (!to.notNull() || to.hasDefault() || rule.columns().containsKey(to.name())) {
        continue;
      }
      Optional<String> value = placeholder(to);
      if (value.isPresent()) {
        rule(to.name()).put("constant", value.get());
        doubt(
            to.name(),
            "The target requires this column and the source has none like it; every row would get a placeholder.",
            "Write the right constant or expression into the rule.");
      } else {
        doubt(
            to.name(),
            "The target requires this column and the source has none like it.",
            "Give it a default in the target, or write a rule with an expression.");
      }
    }
  }

  /** Some value that the column takes, as the target writes it. */
  private Optional<String> placeholder(Column to) throws SQLException {
    List<String> values = new ArrayList<>(List.of("", "0", "f", "2000-01-01", "{}", "[]", "00:00"));
    values.add("00000000-0000-0000-0000-000000000000");
    look.askTarget(
            "SELECT enumlabel FROM pg_enum WHERE enumtypid = to_regtype(?) ORDER BY enumsortorder LIMIT 1",
            to.type())
        .forEach(label -> values.add(0, label[0]));
    for (String value : values) {
      String form =
          to.outputFunction().endsWith(".enum_out")
              ? "value.given::text"
              : "textin(%s(value.given))".formatted(to.outputFunction());
      SafeQuery.Answer answer =
          SafeQuery.ask(
              look.target(),
              "SELECT %s FROM (SELECT '%s'::%s AS given) value"
                  .formatted(form, value.replace("'", "''"), to.type()));
      if (answer.problem() == null) {
        return Optional.of(answer.row()[0]);
      }
    }
    return Optional.empty();
  }

  private ObjectNode rule(String key) {
    return rules.has(key) ? (ObjectNode) rules.get(key) : rules.putObject(key);
  }

  private void doubt(String column, String message, String remedy) {
    doubts.add(Finding.warning(source.source() + "." + column, message, remedy));
  }
}
