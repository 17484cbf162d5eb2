package dev.overwinter.activities.load;

import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.load.AsideObject.Kind;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.PutAsideSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Prepares the target for loading and completes it afterwards. Indexes, keys and triggers are put
 * aside with all they need to come back exactly in the ledger first, because rows load several
 * times faster into bare tables and triggers would act on rows that are only carried. Every method
 * may be broken off anywhere and repeated, also while an earlier attempt still runs. Thread-safe.
 */
public final class TargetLoad {
  private final Database source;
  private final Database target;
  private final LoaderPass pass;
  private final int builders;

  /** For a target that has no guard. */
  public TargetLoad(Database source, Database target, int builders) {
    this(source, target, (connection, run) -> {}, builders);
  }

  /**
   * @param pass lets the emptying by the target's guard
   * @param builders how many indexes are built at one time, not more than the target's connections
   */
  public TargetLoad(Database source, Database target, LoaderPass pass, int builders) {
    this.source = source;
    this.target = target;
    this.pass = pass;
    this.builders = builders;
  }

  /**
   * Puts aside what is in the way of loading the request's tables: foreign keys, primary keys and
   * unique constraints, indexes, and triggers that would fire. The ledger must hold the run, and
   * the target must be guarded.
   *
   * @return what is aside of this run, by whichever attempt
   * @throws StepException with {@code TARGET_CHANGED} when a table that is to be loaded has rows
   *     and the request does not let them go
   */
  public PutAsideSummary putAside(StepInput input, StepContext context) {
    AsideLedger ledger = new AsideLedger(input.run().runId());
    List<QualifiedName> wanted = tablesOf(input.request(), context);
    CancelGuard.inTransaction(
        target,
        "listing what to put aside",
        connection -> {
          plan(connection, ledger, input, wanted);
          return null;
        },
        context);
    List<AsideObject> planned =
        target.inTransaction("reading what to put aside", c -> ledger.inState(c, "planned"));
    // One after the other and in reverse: foreign keys go before what they might lean on.
    List<AsideObject> inReverse = new ArrayList<>(planned);
    Collections.reverse(inReverse);
    List<Lanes.Task> drops =
        AsideObject.inGroups(inReverse, any -> true).stream()
            .map(it -> dropping(ledger, it))
            .toList();
    Lanes.run(1, "objects", drops, context);
    return summary(ledger, 0, "aside", "restored");
  }

  /**
   * Restores what was put aside, sets the sequences, analyzes the tables and fills the materialized
   * views that read them. The caller has made sure that every chunk is loaded.
   *
   * @return what was restored of this run, by whichever attempt, and the sequences set
   * @throws StepException with {@code VERIFICATION_FAILED} when loaded rows break a foreign key or
   *     a unique index
   */
  public PutAsideSummary completeLoad(StepInput input, StepContext context) {
    AsideLedger ledger = new AsideLedger(input.run().runId());
    List<QualifiedName> tables =
        target.inTransaction(
            "reading the tables to load",
            connection -> {
              ledger.checkLoading(connection);
              LedgerSchema.create(connection);
              return ledger.tables(connection);
            });
    new Restoration(target, builders).restoreAll(ledger, context);
    int sequences =
        Lanes.call(
            "sequences",
            lane -> new Sequences(source, target).carryOver(ledger, input.request(), tables, lane),
            context);
    Lanes.run(builders, "tables", tables.stream().map(this::analyze).toList(), context);
    new MaterializedViews(target).refresh(ledger, input.run().runId(), context);
    return summary(ledger, sequences, "restored");
  }

  private List<QualifiedName> tablesOf(MigrationRequest request, StepContext context) {
    return CancelGuard.inTransaction(
        source,
        "reading the tables to load",
        connection ->
            Catalog.read(connection, request.schemas(), request.tablesLeftBehind()).stream()
                .map(
                    table ->
                        Projections.target(table.name(), Projections.rule(request, table.name())))
                .toList(),
        context);
  }

  private void plan(
      Connection connection, AsideLedger ledger, StepInput input, List<QualifiedName> wanted)
      throws SQLException {
    if (!ledger.begin(connection)) {
      return;
    }
    List<QualifiedName> tables = TargetTables.existing(connection, wanted);
    boolean mayEmpty = input.request().target().truncate() != null;
    TargetTables.lock(connection, tables, mayEmpty ? "ACCESS EXCLUSIVE" : "SHARE");
    List<QualifiedName> filled = TargetTables.withRows(connection, tables);
    if (!filled.isEmpty()) {
      Emptying.requireLeave(connection, input, tables, filled);
    }
    ledger.addTables(connection, tables);
    AsidePlan.record(connection, input.run().runId());
    Sequences.remember(connection, input.run().runId(), input.request().targetSchemas());
    if (!filled.isEmpty()) {
      Emptying.empty(connection, ledger, input, tables, filled, pass);
    }
  }

  private Lanes.Task dropping(AsideLedger ledger, List<AsideObject> group) {
    return new Lanes.Task(
        group.get(0).toString(),
        lane ->
            target.inTransaction(
                "putting aside the " + group.get(0),
                CancelGuard.guarding(
                    lane,
                    connection -> {
                      TargetTables.execute(connection, TargetTables.LOCK_TIMEOUT);
                      for (AsideObject object : group) {
                        drop(connection, ledger, object);
                      }
                      return null;
                    })));
  }

  private static void drop(Connection connection, AsideLedger ledger, AsideObject object)
      throws SQLException {
    AsideLedger.Entry entry = ledger.lock(connection, object);
    if (entry == null || !entry.state().equals("planned") || entry.dropStatement() == null) {
      return;
    }
    TargetTables.execute(connection, entry.dropStatement());
    if (entry.tree() != null) {
      ledger.setTreeAside(connection, entry.tree());
    }
    if (object.kind() != Kind.INDEX) {
      ledger.setState(connection, object, "aside");
    }
  }

  private Lanes.Task analyze(QualifiedName table) {
    return new Lanes.Task(
        table.toString(),
        lane ->
            target.inTransaction(
                "analysis of " + table,
                CancelGuard.guarding(
                    lane,
                    connection -> {
                      TargetTables.execute(connection, TargetTables.APPLICATION_PATH);
                      TargetTables.execute(connection, "ANALYZE " + table.sql());
                      return null;
                    })));
  }

  private PutAsideSummary summary(AsideLedger ledger, int sequences, String... states) {
    Map<Kind, Integer> counts =
        target.inTransaction("counting what was put aside", c -> ledger.count(c, states));
    return new PutAsideSummary(
        counts.get(Kind.INDEX),
        counts.get(Kind.FOREIGN_KEY),
        counts.get(Kind.TRIGGER),
        sequences,
        0);
  }
}
