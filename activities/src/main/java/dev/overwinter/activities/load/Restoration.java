package dev.overwinter.activities.load;

import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.load.AsideObject.Kind;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Restores what was put aside. Each object and its row in the ledger change in one transaction, and
 * the row's lock lets one of several overlapping attempts do it, so it may be broken off and
 * repeated at any point.
 */
final class Restoration {
  private static final String SETTINGS =
      """
      SELECT set_config('maintenance_work_mem', '%dMB', true),
             set_config('max_parallel_maintenance_workers', '%d', true)
      """;

  private static final int MEGABYTES_FOR_ALL = 1024;
  private static final int LEAST_MEGABYTES = 64;

  private final Database target;
  private final int builders;

  Restoration(Database target, int builders) {
    this.target = target;
    this.builders = builders;
  }

  /**
   * Restores everything of the run that is aside: indexes, then keys, foreign keys and the proof
   * that they hold, then triggers.
   */
  void restoreAll(AsideLedger ledger, StepContext context) {
    List<AsideObject> aside =
        target.inTransaction("reading what was put aside", c -> ledger.inState(c, "aside"));
    TreeMap<Integer, List<AsideObject>> stages = new TreeMap<>();
    aside.forEach(it -> stages.computeIfAbsent(it.stage(), stage -> new ArrayList<>()).add(it));
    for (List<AsideObject> stage : stages.values()) {
      Kind kind = stage.get(0).kind();
      // Foreign keys lock both their tables, so that two at a time could wait for each other.
      int threads = kind == Kind.INDEX || kind == Kind.VALIDATION ? builders : 1;
      List<List<AsideObject>> groups = AsideObject.inGroups(stage, AsideObject::brief);
      Lanes.run(
          threads,
          "objects",
          groups.stream().map(it -> restoring(ledger, it, threads)).toList(),
          context);
    }
  }

  private Lanes.Task restoring(AsideLedger ledger, List<AsideObject> group, int threads) {
    return new Lanes.Task(
        group.get(0).toString(),
        lane ->
            target.inTransaction(
                "restoring the " + group.get(0),
                CancelGuard.guarding(
                    lane,
                    connection -> {
                      for (AsideObject object : group) {
                        restore(connection, ledger, object, threads);
                      }
                      return null;
                    })));
  }

  private static void restore(
      Connection connection, AsideLedger ledger, AsideObject object, int threads)
      throws SQLException {
    AsideLedger.Entry entry = ledger.lock(connection, object);
    if (entry == null || !entry.state().equals("aside")) {
      return;
    }
    int megabytes = Math.max(LEAST_MEGABYTES, MEGABYTES_FOR_ALL / threads);
    TargetTables.execute(connection, TargetTables.APPLICATION_PATH);
    TargetTables.execute(connection, SETTINGS.formatted(megabytes, threads == 1 ? 4 : 1));
    try {
      for (String sql : entry.restoreStatements()) {
        TargetTables.execute(connection, sql);
      }
    } catch (SQLException e) {
      throw explained(connection, object, entry, e);
    }
    ledger.setState(connection, object, "restored");
  }

  private static StepException explained(
      Connection connection, AsideObject object, AsideLedger.Entry entry, SQLException failure)
      throws SQLException {
    if ("23503".equals(failure.getSQLState()) && entry.orphansStatement() != null) {
      connection.rollback();
      return new StepException(
          FailureType.VERIFICATION_FAILED,
          "The foreign key %s of %s does not hold: %d loaded rows refer to rows that are not there. Roll back, see that the rows they refer to are carried too, and start anew."
              .formatted(
                  object.name(), object.table(), count(connection, entry.orphansStatement())));
    }
    if ("23505".equals(failure.getSQLState())) {
      return new StepException(
          FailureType.VERIFICATION_FAILED,
          "The unique index %s of %s does not hold: loaded rows repeat a key. Roll back, make the target's index the same as the source's, and start anew."
              .formatted(object.name(), object.table()));
    }
    throw failure;
  }

  private static long count(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
