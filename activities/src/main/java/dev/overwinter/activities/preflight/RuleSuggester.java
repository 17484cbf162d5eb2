package dev.overwinter.activities.preflight;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.SqlFailures;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.TableRule;
import dev.overwinter.workflows.request.TableRule.Fate;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Guesses rules for what differs between both databases, as a beginning for a person to correct.
 * What a request says already stays as it is. Its sessions cannot write. Thread-safe.
 */
public final class RuleSuggester {
  private final DatabaseSettings source;
  private final DatabaseSettings target;

  public RuleSuggester(DatabaseSettings source, DatabaseSettings target) {
    this.source = source;
    this.target = target;
  }

  /**
   * What was guessed.
   *
   * @param tables the rules to add to {@code tables} of the request, as they are written there
   * @param doubts what a person should look at, one for each rule that may be wrong
   */
  public record Suggestion(ObjectNode tables, List<Finding> doubts) {
    public Suggestion {
      doubts = List.copyOf(doubts);
    }
  }

  /**
   * Guesses.
   *
   * @throws StepException when a database cannot be asked, or refuses a rule of the request
   */
  public Suggestion suggest(StepInput input) {
    try (Connection from = connect(source);
        Connection to = connect(target)) {
      return suggest(new Look(input, from, to));
    } catch (SQLException e) {
      throw SqlFailures.translate(e, "database", "suggestion of rules");
    }
  }

  private static Connection connect(DatabaseSettings settings) throws SQLException {
    try {
      return SideConnector.connect(settings);
    } catch (SQLException e) {
      Finding obstacle = SideConnector.explain(settings, e);
      throw new StepException(
          SqlFailures.translate(e, settings.side(), "connecting").type(),
          "%s: %s %s".formatted(obstacle.object(), obstacle.message(), obstacle.remedy()));
    }
  }

  private static Suggestion suggest(Look look) throws SQLException {
    ObjectNode tables = JsonNodeFactory.instance.objectNode();
    List<Finding> doubts = new ArrayList<>();
    MigrationRequest request = look.request();
    TreeMap<QualifiedName, Table> free = new TreeMap<>(look.targetTables());
    List<Table> homeless = new ArrayList<>();
    for (Table table : look.sourceTables()) {
      QualifiedName there =
          Projections.target(table.name(), Projections.rule(request, table.name()));
      Table counterpart = free.remove(there);
      if (counterpart == null) {
        homeless.add(table);
      } else {
        columns(look, table, Projections.rule(request, table.name()), counterpart, tables, doubts);
      }
    }
    for (Pair pair : pairs(homeless, free)) {
      TableRule rule =
          new TableRule(
              pair.target().name().toString(),
              Projections.rule(request, pair.source().name()).filter(),
              Fate.CARRIED,
              Projections.rule(request, pair.source().name()).columns());
      rules(tables, pair.source()).put("rename", rule.rename());
      doubts.add(
          Finding.warning(
              pair.source().name().toString(),
              "The target lacks this table; %s is the likest one there."
                  .formatted(pair.target().name()),
              "See that it is the same table."));
      columns(look, pair.source(), rule, pair.target(), tables, doubts);
      homeless.remove(pair.source());
    }
    for (Table table : homeless) {
      rules(tables, table).put("skip", true);
      doubts.add(
          Finding.warning(
              table.name().toString(),
              "The target lacks this table and has none like it, so that its rows would stay behind.",
              "Create it in the target and remove the rule, unless they may."));
    }
    return new Suggestion(tables, doubts);
  }

  private static void columns(
      Look look,
      Table table,
      TableRule rule,
      Table counterpart,
      ObjectNode tables,
      List<Finding> doubts)
      throws SQLException {
    Projection projection = Projections.of(look.source(), table, rule);
    ObjectNode columns =
        new ColumnSuggestions(look, projection, rule, counterpart, doubts).suggest();
    if (!columns.isEmpty()) {
      rules(tables, table).set("columns", columns);
    }
  }

  private static ObjectNode rules(ObjectNode tables, Table table) {
    String name = table.name().toString();
    return tables.has(name) ? (ObjectNode) tables.get(name) : tables.putObject(name);
  }

  private record Pair(Table source, Table target, double likeness) {}

  /** The likest pairs first, each table in one of them. */
  private static List<Pair> pairs(List<Table> sources, TreeMap<QualifiedName, Table> targets) {
    List<Pair> all = new ArrayList<>();
    for (Table from : sources) {
      for (Table to : targets.values()) {
        double likeness = likeness(from, to);
        if (likeness >= Likeness.LEAST) {
          all.add(new Pair(from, to, likeness));
        }
      }
    }
    all.sort(Comparator.comparingDouble(Pair::likeness).reversed());
    Set<Table> taken = new HashSet<>();
    List<Pair> chosen = new ArrayList<>();
    for (Pair pair : all) {
      if (!taken.contains(pair.source()) && !taken.contains(pair.target())) {
        taken.add(pair.source());
        taken.add(pair.target());
        chosen.add(pair);
      }
    }
    return chosen;
  }

  /** Half by the name and half by the names of columns. */
  private static double likeness(Table from, Table to) {
    List<String> there = to.columns().stream().map(it -> it.name()).toList();
    long shared =
        from.columns().stream()
            .filter(it -> Likeness.nearest(it.name(), there).isPresent())
            .count();
    double columns =
        from.columns().isEmpty() || there.isEmpty()
            ? 0
            : (double) Math.min(shared, there.size())
                / Math.max(from.columns().size(), there.size());
    return (Likeness.of(from.name().name(), to.name().name()) + columns) / 2;
  }
}
