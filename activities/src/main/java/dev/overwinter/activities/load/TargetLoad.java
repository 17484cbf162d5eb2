package dev.overwinter.activities.load;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.load.AsideObject.Kind;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.PutAsideSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Prepares the target for loading and completes it afterwards. Indexes, foreign keys and triggers
 * are put aside with all they need to come back exactly in the ledger first, because rows load
 * several times faster into bare tables and triggers would act on rows that are only carried.
 * Every method may be broken off anywhere and repeated, also while an earlier attempt still runs.
 * Thread-safe.
 */
public final class TargetLoad {
  /** Longer than any statement of a database that nobody uses yet; then the step is tried again. */
  static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '30s'";

  private final Database source;
  private final Database target;
  private final int builders;

  /**
   * @param builders how many indexes are built at one time, not more than the target's connections
   */
  public TargetLoad(Database source, Database target, int builders) {
    this.source = source;
    this.target = target;
    this.builders = builders;
  }

  /**
   * Puts aside what is in the way of loading the request's tables: foreign keys, indexes that back
   * no constraint, and triggers that would fire. The ledger must hold the run, and the target must
   * be guarded.
   *
   * @return what is aside of this run, by whichever attempt
   * @throws StepException with {@code TARGET_CHANGED} when a table that is to be loaded has rows
   */
  public PutAsideSummary putAside(StepInput input, StepContext context) {
    AsideLedger ledger = new AsideLedger(input.run().runId());
    List<QualifiedName> wanted = tablesOf(input.request());
    target.inTransaction(
        "listing what to put aside",
        connection -> {
          plan(connection, ledger, input, wanted);
          return null;
        });
    List<AsideObject> planned =
        target.inTransaction("reading what to put aside", c -> ledger.inState(c, "planned"));
    // Foreign keys go first, then what they might have leaned on.
    List<AsideObject> lastFirst = new ArrayList<>(planned);
    java.util.Collections.reverse(lastFirst);
    int done = 0;
    for (AsideObject object : lastFirst) {
      context.progress(new Progress(done++, planned.size(), "objects", object.toString()));
      target.inTransaction(
          "putting aside the " + object,
          connection -> {
            drop(connection, ledger, object);
            return null;
          });
    }
    return summary(ledger, 0, "aside", "restored");
  }

  /**
   * Restores what was put aside, sets the sequences and analyzes the tables. The caller has made
   * sure that every chunk is loaded.
   *
   * @return what was restored of this run, by whichever attempt, and the sequences set
   * @throws StepException with {@code VERIFICATION_FAILED} when loaded rows break a foreign key or
   *     a unique index
   */
  public PutAsideSummary completeLoad(StepInput input, StepContext context) {
    AsideLedger ledger = new AsideLedger(input.run().runId());
    List<QualifiedName> tables = target.inTransaction("reading the tables to load", ledger::tables);
    new Restoration(target, builders).restoreAll(ledger, context);
    int[] sequences = new int[1];
    ParallelWork.Task setSequences =
        task(
            "sequences",
            running ->
                sequences[0] =
                    new Sequences(source, target).carryOver(input.request().schemas(), tables));
    new ParallelWork(1, context).run("steps", List.of(setSequences));
    new ParallelWork(builders, context)
        .run("tables", tables.stream().map(this::analyze).toList());
    return summary(ledger, sequences[0], "restored");
  }

  private List<QualifiedName> tablesOf(MigrationRequest request) {
    Set<String> skipped = new HashSet<>(request.skipTables());
    return source.inTransaction(
        "reading the tables to load",
        connection ->
            Catalog.read(connection, request.schemas()).stream()
                .map(it -> it.name())
                .filter(it -> !skipped.contains(it.toString()))
                .toList());
  }

  private static void plan(
      Connection connection, AsideLedger ledger, StepInput input, List<QualifiedName> wanted)
      throws SQLException {
    String runId = input.run().runId();
    if (!ledger.begin(connection)) {
      return;
    }
    TargetTables.lock(connection, TargetTables.existing(connection, wanted));
    ledger.addTables(connection, wanted);
    List<QualifiedName> filled = TargetTables.withRows(connection, ledger.tables(connection));
    if (!filled.isEmpty()) {
      throw new StepException(
          FailureType.TARGET_CHANGED,
          "These tables of the target have rows that this run did not load: %s. Empty them or point the run at another target, then retry the step."
              .formatted(filled));
    }
    AsidePlan.record(connection, runId);
    Sequences.remember(connection, runId, input.request().schemas());
  }
}
