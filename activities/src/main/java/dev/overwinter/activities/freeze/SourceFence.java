package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What must stay as it is while the source is frozen, written down when the freeze is complete.
 *
 * <p>The first witness is the catalog: while a table's trigger, the function and the lease are
 * unbroken, nothing can have been written. Dropping, disabling and enabling a trigger each leave
 * another version of its catalog row, rewriting a table leaves another file, and PostgreSQL keeps
 * no way back to the old ones.
 *
 * <p>The second witness are the statistics, which also count what a trigger cannot see, such as
 * rows that logical replication applies. Sessions report them late, so they are compared only from
 * the moment when every write from before the freeze must have been reported.
 */
final class SourceFence {
  /** One row for each guarded table. */
  static final String TABLE = "overwinter.guard_table";

  /** Identity and version of the function's catalog row: each replacement leaves another one. */
  static final String FUNCTION_VERSION =
      "(SELECT p.oid || '@' || p.xmin FROM pg_proc p"
          + " WHERE p.oid = to_regprocedure('overwinter.refuse_writes()'))";

  private static final String RECORD =
      """
      UPDATE overwinter.guard
         SET frozen_since = clock_timestamp(), lease_until = clock_timestamp() + lease_length,
             wal_position = pg_current_wal_lsn()
       WHERE frozen_since IS NULL AND function_version = ?
      """;

  private static final String RECORD_TABLES =
      """
      INSERT INTO overwinter.guard_table (table_oid, name, trigger_version, filenode, shape)
      SELECT * FROM unnest(?, ?, ?, ?, ?)
      """;

  private static final String COMPARE_GUARD =
      """
      SELECT function_version IS NOT DISTINCT FROM %s AS same_function,
             coalesce(pg_current_wal_lsn() >= wal_position, true) AS same_history
        FROM overwinter.guard
      """
          .formatted(FUNCTION_VERSION);

  /**
   * A session reports what it wrote within 60 s of falling idle, or with the end of a transaction
   * that lasted longer than a second. So nothing from before the freeze is unreported once two
   * minutes have gone by and no transaction of others has been open for most of the last one.
   */
  private static final String COUNT =
      """
      UPDATE overwinter.guard SET counted_since = clock_timestamp()
       WHERE counted_since IS NULL
         AND clock_timestamp() >= frozen_since + interval '120 s'
         AND pg_has_role('pg_read_all_stats', 'USAGE')
         AND NOT EXISTS (SELECT FROM pg_stat_activity a
                          WHERE a.datname = current_database() AND a.backend_type = 'client backend'
                            AND a.application_name <> 'overwinter'
                            AND a.xact_start < clock_timestamp() - interval '50 s')
         AND NOT EXISTS (SELECT FROM pg_prepared_xacts x
                          WHERE x.database = current_database()
                            AND x.prepared < clock_timestamp() - interval '50 s')
      """;

  /** Rows of a subscription pass every trigger of a statement, so it must not be enabled at all. */
  private static final String SUBSCRIPTIONS =
      """
      SELECT s.subname, min(g.name) AS name
        FROM pg_subscription s
        JOIN pg_subscription_rel r ON r.srsubid = s.oid
        JOIN overwinter.guard_table g ON g.table_oid = r.srrelid
       WHERE s.subenabled
       GROUP BY s.subname
       ORDER BY s.subname
      """;

  private SourceFence() {}

  /**
   * What a proof found.
   *
   * @param guard the guard as it stands
   * @param tables guarded tables
   * @param differences what is not as it was, as sentences; empty when nothing can have been
   *     written
   */
  record Proof(GuardRow guard, int tables, List<String> differences) {}

  private record Recorded(String name, String trigger, long filenode, String shape, Long writes) {}

  /**
   * Records the fence if every table is guarded, and gives the guard its whole lease with it.
   *
   * @param function version of the function whose writers from before were drained
   * @return false when a table appeared that is not guarded yet, or the guard was raised anew
   */
  static boolean record(Database source, StepInput input, String function) {
    return GuardTransaction.run(
        source,
        "recording of the fence",
        GuardTransaction.OWN_LOCKS,
        connection -> {
          // Waits for whoever was let through by a lapsed lease, and lets nobody through any more.
          SourceGuard.requireHeld(
              SourceGuard.renewWhileRaising(connection, input.run()), input.run());
          List<GuardedTable> tables =
              GuardScope.tables(connection, Guard.SOURCE, input.request().schemas());
          if (tables.stream().anyMatch(GuardedTable::isOpen)) {
            return false;
          }
          try (PreparedStatement statement = connection.prepareStatement(RECORD)) {
            statement.setString(1, function);
            if (statement.executeUpdate() == 1) {
              recordTables(connection, tables);
              return true;
            }
          }
          // Another attempt has, or this one drained before another guard than the one that stands.
          return GuardRow.read(connection).filter(row -> row.frozenSince() != null).isPresent();
        });
  }

  private static void recordTables(Connection connection, List<GuardedTable> tables)
      throws SQLException {
    List<GuardedTable.Witness> witnesses = tables.stream().map(GuardedTable::witness).toList();
    Object[] oids = tables.stream().map(GuardedTable::oid).toArray();
    Object[] names = tables.stream().map(table -> table.name().toString()).toArray();
    Object[] triggers = witnesses.stream().map(GuardedTable.Witness::trigger).toArray();
    Object[] filenodes = witnesses.stream().map(GuardedTable.Witness::filenode).toArray();
    Object[] shapes = witnesses.stream().map(GuardedTable.Witness::shape).toArray();
    try (PreparedStatement statement = connection.prepareStatement(RECORD_TABLES)) {
      statement.setArray(1, connection.createArrayOf("oid", oids));
      statement.setArray(2, connection.createArrayOf("text", names));
      statement.setArray(3, connection.createArrayOf("text", triggers));
      statement.setArray(4, connection.createArrayOf("oid", filenodes));
      statement.setArray(5, connection.createArrayOf("text", shapes));
      statement.executeUpdate();
    }
  }

  /**
   * Compares the source with the fence.
   *
   * @throws StepException LEASE_LAPSED, or SOURCE_NOT_FROZEN when this run's guard does not stand
   */
  static Proof prove(Database source, StepInput input) {
    RunKey run = input.run();
    Optional<Proof> proof =
        GuardTransaction.run(
            source,
            "proof of the freeze",
            GuardTransaction.OWN_LOCKS,
            connection -> {
              Optional<GuardRow> guard = GuardRow.lock(connection);
              if (guard.isEmpty() || !guard.get().runId().equals(run.runId())) {
                throw SourceGuard.gone(run);
              }
              if (guard.get().lapsed()) {
                SourceGuard.recordLapse(connection);
                return Optional.empty();
              }
              count(connection, input.request().schemas());
              return Optional.of(compare(connection, guard.get(), input.request().schemas()));
            });
    return proof.orElseThrow(() -> SourceGuard.lapsed(run));
  }

  /** Takes the statistics as second witness from now on, if they have settled. */
  static void count(Connection connection, List<String> schemas) throws SQLException {
    try (PreparedStatement settle = connection.prepareStatement(COUNT)) {
      if (settle.executeUpdate() == 0) {
        return;
      }
    }
    for (GuardedTable table : GuardScope.tables(connection, Guard.SOURCE, schemas)) {
      recordWrites(connection, table);
    }
  }

  private static void recordWrites(Connection connection, GuardedTable table) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE overwinter.guard_table SET writes = ? WHERE table_oid = ?")) {
      statement.setLong(1, table.witness().writes());
      statement.setLong(2, table.oid());
      statement.executeUpdate();
    }
  }

  private static Proof compare(Connection connection, GuardRow guard, List<String> schemas)
      throws SQLException {
    List<String> differences = new ArrayList<>();
    if (guard.frozenSince() == null) {
      differences.add("the freeze was never completed");
    }
    compareGuard(connection, differences);
    findSubscriptions(connection, differences);
    Map<Long, Recorded> fence = recorded(connection);
    List<GuardedTable> tables = GuardScope.tables(connection, Guard.SOURCE, schemas);
    for (GuardedTable table : tables) {
      Recorded before = fence.remove(table.oid());
      if (before != null && before.writes() != null && table.witness().writes() < before.writes()) {
        // The statistics were reset, by hand or by a restart after a crash: count from here.
        recordWrites(connection, table);
      }
      difference(table, before).ifPresent(differences::add);
    }
    fence.values().forEach(gone -> differences.add(gone.name() + " was dropped"));
    return new Proof(guard, tables.size(), differences);
  }

  private static void compareGuard(Connection connection, List<String> differences)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COMPARE_GUARD);
        ResultSet row = statement.executeQuery()) {
      row.next();
      if (!row.getBoolean("same_function")) {
        differences.add("the guard's function overwinter.refuse_writes() was replaced");
      }
      if (!row.getBoolean("same_history")) {
        differences.add("the source was set back to an earlier state (restore or failover)");
      }
    }
  }

  private static void findSubscriptions(Connection connection, List<String> differences)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SUBSCRIPTIONS);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        differences.add(
            "subscription %s writes to %s past the guard (ALTER SUBSCRIPTION … DISABLE ends that)"
                .formatted(row.getString("subname"), row.getString("name")));
      }
    }
  }

  private static Optional<String> difference(GuardedTable table, Recorded before) {
    GuardedTable.Witness now = table.witness();
    String name = table.name().toString();
    if (before == null || before.name() == null) {
      return Optional.of(name + " was created and has no guard of this freeze");
    }
    if (table.trigger() == null) {
      return Optional.of("the guard on " + name + " was dropped");
    }
    if (!table.isSound()) {
      return Optional.of("the guard on " + name + " was disabled or changed");
    }
    if (!now.trigger().equals(before.trigger())) {
      return Optional.of("the guard on " + name + " was replaced, or off for a while");
    }
    if (!name.equals(before.name())) {
      return Optional.of(before.name() + " was renamed to " + name);
    }
    if (now.filenode() != before.filenode()) {
      return Optional.of(name + " was rewritten (TRUNCATE, VACUUM FULL, CLUSTER or ALTER TABLE)");
    }
    if (!now.shape().equals(before.shape())) {
      return Optional.of("columns or partitions of " + name + " were changed");
    }
    if (before.writes() != null && now.writes() > before.writes()) {
      return Optional.of(
          "%d rows of %s were written past the guard"
              .formatted(now.writes() - before.writes(), name));
    }
    return Optional.empty();
  }

  private static Map<Long, Recorded> recorded(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT * FROM overwinter.guard_table ORDER BY name");
        ResultSet row = statement.executeQuery()) {
      Map<Long, Recorded> fence = new HashMap<>();
      while (row.next()) {
        fence.put(
            row.getLong("table_oid"),
            new Recorded(
                row.getString("name"),
                row.getString("trigger_version"),
                row.getLong("filenode"),
                row.getString("shape"),
                row.getObject("writes", Long.class)));
      }
      return fence;
    }
  }

  /** The failure for a proof that found differences, or nothing. */
  static void requireSame(Proof proof) {
    if (!proof.differences().isEmpty()) {
      int more = proof.differences().size() - 5;
      throw new StepException(
          FailureType.SOURCE_NOT_FROZEN,
          "The source is not as it was when it was frozen: %s%s. What was copied may be incomplete, so roll the run back and start again."
              .formatted(
                  String.join("; ", proof.differences().stream().limit(5).toList()),
                  more > 0 ? "; and %d more".formatted(more) : ""));
    }
  }
}
