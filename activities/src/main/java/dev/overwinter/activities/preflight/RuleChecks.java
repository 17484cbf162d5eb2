package dev.overwinter.activities.preflight;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.activities.rules.ProjectedColumn;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.request.ColumnRule;
import dev.overwinter.workflows.request.NearestName;
import dev.overwinter.workflows.request.TableRule;
import dev.overwinter.workflows.request.TableRule.Fate;
import dev.overwinter.workflows.steps.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether the request's rules for tables and columns fit both databases. */
final class RuleChecks {
  private RuleChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("tables that rules name", Needs.SOURCE, RuleChecks::tables),
        new Check("tables left for later", Needs.BOTH, RuleChecks::later),
        new Check("columns that rules name", Needs.SOURCE, RuleChecks::columns),
        new Check("columns that rules bring together", Needs.SOURCE, RuleChecks::twoIntoOne),
        new Check("expressions and filters", Needs.SOURCE, RuleChecks::expressions),
        new Check("constants", Needs.BOTH, RuleChecks::constants),
        new Check("references to rows that filters leave out", Needs.SOURCE, RuleChecks::orphans));
  }

  private static List<Finding> tables(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    List<String> present = look.allSourceTables().stream().map(it -> it.name().toString()).toList();
    look.request()
        .tables()
        .forEach(
            (name, rule) -> {
              if (!present.contains(name)) {
                findings.add(
                    Finding.blocker(
                        name,
                        "The request has a rule for this table, but the source has none of this name.",
                        "In tables of the request, %s"
                            .formatted(NearestName.suggestion(name, present))));
              } else if (rule.fate() == Fate.LATER) {
                findings.add(
                    Finding.warning(
                        name,
                        "The table is left for later: this run leaves its rows behind, as if it were skipped.",
                        "Keep the source until they are carried, after go-live and within the mapping's retention, by a run of type BackfillLater."));
              }
            });
    Map<QualifiedName, QualifiedName> taken = new HashMap<>();
    for (Table table : look.sourceTables()) {
      TableRule rule = Projections.rule(look.request(), table.name());
      QualifiedName target = Projections.target(table.name(), rule);
      QualifiedName other = taken.put(target, table.name());
      if (other != null) {
        findings.add(
            Finding.blocker(
                table.name().toString(),
                "Its rows would go to %s, and so would those of %s.".formatted(target, other),
                "Skip one or give it another name: " + RuleText.table(table.name(), "skip", true)));
      }
    }
    return findings;
  }

  /** Where the target has no such table, no sequence of its can be set for the rows to come. */
  private static List<Finding> later(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (Table table : look.allSourceTables()) {
      TableRule rule = Projections.rule(look.request(), table.name());
      QualifiedName target = Projections.target(table.name(), rule);
      if (rule.fate() == Fate.LATER && !look.targetTables().containsKey(target)) {
        findings.add(
            Finding.warning(
                target.toString(),
                "The target lacks this table, whose rows are left for later; so its sequences cannot be set beyond them.",
                "Create it before the run, or see to its sequences before the application writes to it."));
      }
    }
    return findings;
  }

  private static List<Finding> columns(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (Table table : look.sourceTables()) {
      List<String> present = table.columns().stream().map(Column::name).toList();
      Projections.rule(look.request(), table.name())
          .columns()
          .forEach(
              (name, rule) -> {
                if (rule.value() == null && !present.contains(name)) {
                  findings.add(
                      Finding.blocker(
                          table.name() + "." + name,
                          "The request has a rule for this column, but the source's table has none of this name.",
                          "In columns of the table's rule, %s"
                              .formatted(NearestName.suggestion(name, present))));
                }
              });
    }
    return findings;
  }

  /** Also by a column without a rule, of which the request's reader cannot know. */
  private static List<Finding> twoIntoOne(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (Projection table : look.projections()) {
      Map<String, ProjectedColumn> taken = new HashMap<>();
      for (ProjectedColumn column : table.columns()) {
        ProjectedColumn other = taken.put(column.name(), column);
        if (other != null) {
          findings.add(
              Finding.blocker(
                  table.source() + "." + column.knownAs(),
                  "Its values would go to the target's column %s, and so would those of %s."
                      .formatted(column.name(), other.knownAs()),
                  "Rename or drop one: "
                      + RuleText.column(table.source(), column.knownAs(), "drop", true)));
        }
      }
    }
    return findings;
  }

  private static List<Finding> expressions(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (Table table : look.sourceTables()) {
      TableRule rule = Projections.rule(look.request(), table.name());
      Optional<String> unfit =
          rule.filter() == null
              ? Optional.empty()
              : new ExpressionCheck(look, table, null).problem(rule.filter(), true);
      unfit
          .map(message -> refused(table.name() + ": filter", message, "filter"))
          .ifPresent(findings::add);
      ExpressionCheck check =
          new ExpressionCheck(look, table, unfit.isPresent() ? null : rule.filter());
      for (Map.Entry<String, ColumnRule> column : rule.columns().entrySet()) {
        if (column.getValue().value() != null) {
          check
              .problem(column.getValue().value(), false)
              .map(message -> refused(table.name() + "." + column.getKey(), message, "expression"))
              .ifPresent(findings::add);
        }
      }
    }
    return findings;
  }

  private static Finding refused(String object, String message, String what) {
    return Finding.blocker(
        object,
        "The rule's %s cannot be used: %s.".formatted(what, message),
        "Correct it in tables of the request. It is evaluated on a row of the source's table; name functions and types with their schemas.");
  }

  /** What is compared is text, so a constant must be written as the target writes it. */
  private static List<Finding> constants(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (Projection table : look.projections()) {
      Table counterpart = look.targetTables().get(table.target());
      if (counterpart == null) {
        continue;
      }
      TableRule rule = Projections.rule(look.request(), table.source());
      for (Map.Entry<String, ColumnRule> entry : rule.columns().entrySet()) {
        String constant = entry.getValue().constant();
        String name = entry.getValue().nameInTarget(entry.getKey());
        Optional<Column> column =
            counterpart.columns().stream().filter(it -> it.name().equals(name)).findFirst();
        Optional<ProjectedColumn> made =
            table.columns().stream().filter(it -> it.name().equals(name)).findFirst();
        if (constant != null && column.isPresent() && made.isPresent()) {
          constant(look, table, made.get(), column.get(), constant).ifPresent(findings::add);
        }
      }
    }
    return findings;
  }

  private static Optional<Finding> constant(
      Look look, Projection table, ProjectedColumn made, Column column, String constant)
      throws SQLException {
    String path = table.source() + "." + made.name();
    String given = written(look, made.column(), constant);
    // As a literal, which the type's own input function reads, as COPY does; a cast from text may
    // mean another thing. Both cut to a length without a word, as an assignment does not.
    String literal =
        "E'%s'::%s".formatted(given.replace("\\", "\\\\").replace("'", "''"), column.type());
    SafeQuery.Answer answer = SafeQuery.ask(look.target(), "SELECT " + textForm(column, literal));
    if (answer.problem() != null) {
      return Optional.of(
          Finding.blocker(
              path,
              "The target's column of type %s does not take the rule's constant (%s)."
                  .formatted(column.type(), answer.problem()),
              "Correct the constant in tables of the request."));
    }
    if (given.equals(answer.row()[0])) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.blocker(
            path,
            "The target's column of type %s would hold the rule's constant in another form."
                .formatted(column.type()),
            "Write it as the target does: "
                + RuleText.column(table.source(), made.name(), "constant", answer.row()[0])));
  }

  private static String written(Look look, Column type, String constant) throws SQLException {
    return SafeQuery.ask(look.target(), "SELECT " + textForm(type, constant)).row()[0];
  }

  private static String textForm(Column column, String value) {
    return column.outputFunction().endsWith(".enum_out")
            || column.outputFunction().equals("pg_catalog.textout")
        ? "(" + value + ")::text"
        : "textin(%s(%s))".formatted(column.outputFunction(), value);
  }

  private static List<Finding> orphans(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (Projection referred : look.projections()) {
      if (referred.filter() != null) {
        for (FilteredReferences reference : FilteredReferences.to(look, referred)) {
          long rows = reference.count(look);
          if (rows > 0) {
            findings.add(
                Finding.blocker(
                    reference.referring().source().toString(),
                    "The foreign key %s of %d rows refers to rows of %s that its filter leaves out."
                        .formatted(reference.name(), rows, referred.source()),
                    "Leave these rows out as well: "
                        + RuleText.table(
                            reference.referring().source(), "filter", reference.filter())));
          }
        }
      }
    }
    return findings;
  }
}
