package dev.overwinter.activities.later;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.ledger.RequestLedger;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.LaterRequest;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.LaterInput;
import dev.overwinter.workflows.steps.LaterPlan;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Begins a run that carries tables left for later. Everything that stands in the way is told at
 * once; only when that is nothing is anything written, in one transaction. Thread-safe.
 */
public final class LaterOpening {
  private static final String BROKEN_OFF =
      """
      SELECT l.run_id, l.state
        FROM overwinter.later_run l JOIN overwinter.run r USING (run_id)
       WHERE r.workflow_id = ? AND l.run_id <> ?
       ORDER BY l.state = 'carried', r.begun_at DESC LIMIT 1
      """;

  private final Database source;
  private final Database target;
  private final Checks checks;
  private final LaterUndo undo;

  /**
   * @param checks looks whether tables and rules fit both sides
   * @param undo takes back a run that was broken off
   */
  public LaterOpening(Database source, Database target, Checks checks, LaterUndo undo) {
    this.source = source;
    this.target = target;
    this.checks = checks;
    this.undo = undo;
  }

  /** What preflight says of a request's tables. A boundary: preflight has sessions of its own. */
  @FunctionalInterface
  public interface Checks {
    /** What somebody should know or settle. */
    List<Finding> look(StepInput input, StepContext context);
  }

  /** What could be found out by looking. */
  private record Draft(
      Optional<FirstRun> first,
      MigrationRequest request,
      List<LaterTableInLedger> tables,
      List<Finding> findings) {
    static Draft refused(List<Finding> findings) {
      return new Draft(Optional.empty(), null, List.of(), findings);
    }
  }

  /** Opens the run, or finds it open. */
  public LaterPlan open(LaterInput input, StepContext context) {
    RunKey run = input.run();
    Optional<LaterPlan> opened =
        target.inTransaction("looking for the run in the ledger", c -> opened(c, run));
    if (opened.isPresent()) {
      return opened.get();
    }
    Optional<Finding> obstacle = undoBrokenOff(input, context);
    if (obstacle.isPresent()) {
      return LaterPlan.refused(List.of(obstacle.get()));
    }
    Draft draft =
        CancelGuard.inTransaction(
            source,
            "looking at both sides",
            from ->
                target.inTransaction(
                    "looking at both sides", to -> look(from, to, run, input.request())),
            context);
    List<Finding> findings = new ArrayList<>(draft.findings());
    if (draft.request() != null) {
      findings.addAll(checks.look(new StepInput(run, draft.request()), context));
    }
    boolean blocked = findings.stream().anyMatch(it -> it.severity() == Finding.Severity.BLOCKER);
    if (blocked || draft.first().isEmpty()) {
      return LaterPlan.refused(findings.stream().distinct().toList());
    }
    context.confirm();
    target.inTransaction(
        "entering the run into the ledger",
        connection -> {
          enter(connection, run, draft);
          return null;
        });
    return new LaterPlan(
        draft.first().get().run(), draft.request(), names(draft.tables()), findings);
  }

  private static List<String> names(List<LaterTableInLedger> tables) {
    return tables.stream().map(table -> table.source().toString()).sorted().toList();
  }

  private static Optional<LaterPlan> opened(Connection target, RunKey run) throws SQLException {
    if (!LaterLedger.stands(target) || LaterLedger.state(target, run).isEmpty()) {
      return Optional.empty();
    }
    String sql =
        """
        SELECT r.run_id, r.workflow_id
          FROM overwinter.later_run l JOIN overwinter.run r ON r.run_id = l.of_run
         WHERE l.run_id = ?
        """;
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return Optional.of(
            new LaterPlan(
                new RunKey(row.getString(2), row.getString(1)),
                RequestLedger.read(target, run.runId()).orElseThrow(),
                names(LaterLedger.tables(target, run)),
                List.of()));
      }
    }
  }

  private Optional<Finding> undoBrokenOff(LaterInput input, StepContext context) {
    String name = input.request().insteadOf();
    if (name == null) {
      return Optional.empty();
    }
    Map<String, String> found =
        target.inTransaction(
            "looking for the run that was broken off", c -> brokenOff(c, name, input.run()));
    if (found.containsValue(LaterLedger.CARRIED)) {
      return Optional.of(
          Finding.blocker(
              name,
              "The run that insteadOf names has carried its tables.",
              "Remove insteadOf from the request."));
    }
    // One that is not there was undone by an earlier attempt, or has gone back by itself.
    found.keySet().forEach(runId -> undo.undo(new RunKey(name, runId), context));
    return Optional.empty();
  }

  private static Map<String, String> brokenOff(Connection target, String name, RunKey run)
      throws SQLException {
    if (!LaterLedger.stands(target)) {
      return Map.of();
    }
    try (PreparedStatement statement = target.prepareStatement(BROKEN_OFF)) {
      statement.setString(1, name);
      statement.setString(2, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Map.of(row.getString(1), row.getString(2)) : Map.of();
      }
    }
  }

  private static Draft look(Connection source, Connection target, RunKey run, LaterRequest request)
      throws SQLException {
    FirstRun.Found found = FirstRun.find(source, target, request);
    if (found.run().isEmpty()) {
      return Draft.refused(found.obstacles());
    }
    FirstRun first = found.run().get();
    TableSelection selection = TableSelection.of(target, run, first, request);
    if (!selection.obstacles().isEmpty()) {
      return Draft.refused(selection.obstacles());
    }
    List<Table> inSource = Catalog.read(source, first.request().schemas());
    MigrationRequest derived = selection.request(first, request, inSource);
    List<Table> carried =
        inSource.stream()
            .filter(table -> selection.tables().contains(table.name().toString()))
            .toList();
    Map<QualifiedName, Table> inTarget =
        Catalog.read(target, derived.targetSchemas()).stream()
            .collect(Collectors.toMap(Table::name, Function.identity()));
    List<QualifiedName> there = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    for (Table table : carried) {
      QualifiedName name = LoadOrder.target(derived, table.name());
      if (inTarget.containsKey(name)) {
        there.add(table.name());
        findings.addAll(TargetChecks.ofTable(target, table.name(), name, request));
      }
    }
    findings.addAll(TargetChecks.sequences(source, target, derived, carried));
    Optional<List<LaterTableInLedger>> order =
        LoadOrder.of(target, derived, request, there, inTarget);
    if (order.isEmpty()) {
      findings.add(LoadOrder.circle());
    }
    return new Draft(Optional.of(first), derived, order.orElse(List.of()), findings);
  }

  /** The run, its tables, and a loan of the mapping, or nothing of it. */
  private static void enter(Connection target, RunKey run, Draft draft) throws SQLException {
    LedgerSchema.create(target);
    if (LaterLedger.state(target, run).isPresent()) {
      return;
    }
    String first = draft.first().orElseThrow().run().runId();
    // Ended from the beginning: it guards nothing, so that it keeps no other run out.
    update(
        target,
        """
        INSERT INTO overwinter.run (run_id, workflow_id, ended_at)
        VALUES (?, ?, clock_timestamp())
        """,
        run.runId(),
        run.workflowId());
    update(
        target,
        "INSERT INTO overwinter.later_run (run_id, of_run, state) VALUES (?, ?, ?)",
        run.runId(),
        first,
        LaterLedger.LOADING);
    RequestLedger.record(target, run, draft.request());
    for (LaterTableInLedger table : draft.tables()) {
      enter(target, run, first, table);
    }
    update(
        target,
        """
        INSERT INTO overwinter.user_account (
          run_id, supabase_id, user_class, state, stack_id, attempts, failure_code,
          needs_password, idle_since, changed_at)
        SELECT ?, supabase_id, user_class, state, stack_id, attempts, failure_code,
               needs_password, idle_since, changed_at
          FROM overwinter.user_account WHERE run_id = ?
        """,
        run.runId(),
        first);
    // Or the planner takes the run for one without people, and reads all of them for each row.
    LaterLedger.execute(target, "ANALYZE overwinter.user_account");
  }

  private static void enter(Connection target, RunKey run, String first, LaterTableInLedger table)
      throws SQLException {
    String sql =
        """
        INSERT INTO overwinter.later_table (
          of_run, source_schema, source_name, run_id, target_schema, target_name, level, whole,
          fires)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """;
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, first);
      statement.setString(2, table.source().schema());
      statement.setString(3, table.source().name());
      statement.setString(4, run.runId());
      statement.setString(5, table.target().schema());
      statement.setString(6, table.target().name());
      statement.setInt(7, table.level());
      statement.setBoolean(8, table.whole());
      statement.setBoolean(9, table.fires());
      if (statement.executeUpdate() == 0) {
        throw new StepException(
            FailureType.TARGET_CHANGED,
            "%s: another run has begun to carry this table in this moment. Look at that one."
                .formatted(table.source()));
      }
    }
  }

  private static void update(Connection target, String sql, String... values) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }
}
