package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Puts a guard's trigger on every table, each in a short transaction of its own, so that nothing is
 * locked while a table is waited for. Safe to run twice and at the same time; resumes where it was.
 *
 * <p>Creating a trigger waits for open writers, and while it waits the table's users queue behind
 * it. So it is not even tried while a transaction is in the way that is older than the lock
 * timeout: it would most likely be for nothing.
 */
final class TriggerRaiser {
  private static final String SHAPE =
      """
      CREATE TRIGGER %s BEFORE INSERT OR DELETE OR TRUNCATE OR UPDATE%s ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION %s;
      """;

  /**
   * Does one table's change on the server, if nothing speaks against it: another attempt has not
   * been there, nobody is in the way for long. What was not done, the next round finds.
   *
   * <p>A long autovacuum, which may take hours, is not waited for to the end: PostgreSQL itself
   * ends it for whoever waits longer than deadlock_timeout, unless it prevents wraparound.
   *
   * <p>The guard's row is locked last, so that a release never waits for a table's lock.
   */
  private static final String SETTLE =
      """
      %1$s;
      SELECT set_config('overwinter.run', ?, true), set_config('overwinter.table', ?, true),
             set_config('overwinter.trigger', ?, true), set_config('overwinter.change', ?, true);
      DO $do$
      DECLARE
        run      text := current_setting('overwinter.run');
        wanted   oid := current_setting('overwinter.table');
        standing name;
        patience interval := current_setting('lock_timeout');
        holder   record;
      BEGIN
        IF NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE n.nspname || '.' || c.relname = '%2$s') THEN
          RAISE EXCEPTION USING ERRCODE = '%4$s';
        END IF;
        IF NOT EXISTS (SELECT FROM %2$s WHERE run_id = run) THEN
          RAISE EXCEPTION USING ERRCODE = '%4$s';
        END IF;
        SELECT t.tgname INTO standing FROM pg_trigger t
         WHERE t.tgrelid = wanted AND t.tgfoid = to_regprocedure('%3$s') AND NOT t.tgisinternal
         ORDER BY t.tgenabled = 'D', t.tgname
         LIMIT 1;
        IF coalesce(standing, '') <> current_setting('overwinter.trigger') THEN
          RETURN;
        END IF;
        FOR holder IN
          SELECT l.pid, a.xact_start < clock_timestamp() - patience AS old,
                 coalesce(a.backend_type = 'autovacuum worker'
                          AND a.query NOT LIKE '%%(to prevent wraparound)%%'
                          AND a.xact_start < clock_timestamp() - interval '10 s', false) AS yields
            FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
           WHERE l.locktype = 'relation' AND l.relation = wanted AND l.granted
             AND l.database = (SELECT d.oid FROM pg_database d
                                WHERE d.datname = current_database())
             AND l.mode IN (%5$s)
             AND l.pid IS DISTINCT FROM pg_backend_pid()
        LOOP
          IF holder.pid IS NULL OR holder.old AND NOT holder.yields THEN
            RETURN;
          ELSIF holder.yields THEN
            PERFORM set_config('lock_timeout', (1000 * extract(epoch FROM
              patience + current_setting('deadlock_timeout')::interval))::int::text, true);
          END IF;
        END LOOP;
        EXECUTE current_setting('overwinter.change');
        PERFORM FROM %2$s WHERE run_id = run FOR SHARE;
        IF NOT FOUND THEN
          RAISE EXCEPTION USING ERRCODE = '%4$s';
        END IF;
      END $do$
      """;

  private final Database database;
  private final Guard guard;
  private final StepInput input;
  private final StepContext context;
  private final Patience patience;
  private final Runnable keepAlive;

  /**
   * @param keepAlive called between tables, for what must be done every few seconds
   */
  TriggerRaiser(
      Database database,
      Guard guard,
      StepInput input,
      StepContext context,
      Patience patience,
      Runnable keepAlive) {
    this.database = database;
    this.guard = guard;
    this.input = input;
    this.context = context;
    this.patience = patience;
    this.keepAlive = keepAlive;
  }

  /**
   * Fails before anything is touched when a table cannot be guarded by our role.
   *
   * @throws StepException PRIVILEGE_MISSING with the tables' names
   */
  void checkPrivileges() {
    String refused =
        tables().stream()
            .filter(table -> table.inScope() && !table.mayGuard())
            .map(table -> table.name().toString())
            .limit(10)
            .collect(Collectors.joining(", "));
    if (!refused.isEmpty()) {
      throw new StepException(
          FailureType.PRIVILEGE_MISSING,
          "The %s's role lacks the TRIGGER privilege on %s. Grant it, then retry the step."
              .formatted(guard.side(), refused));
    }
  }

  /**
   * Returns when no table is left that needs a trigger and has none.
   *
   * @throws StepException WRITERS_IN_FLIGHT when transactions in the way did not end in time
   */
  void raise() {
    patience.pace(Duration.ofMillis(50), Duration.ofSeconds(1));
    Set<Long> tried = Set.of();
    while (true) {
      keepAlive.run();
      List<GuardedTable> open = tables().stream().filter(GuardedTable::isOpen).toList();
      if (open.isEmpty()) {
        return;
      }
      Set<Long> left = new HashSet<>();
      open.forEach(table -> left.add(table.oid()));
      if (left.stream().anyMatch(tried::contains)) {
        patience.waitFor(
            "%d tables to guard".formatted(left.size()), Blockers.inTheWay(database, left));
      }
      for (GuardedTable table : open) {
        keepAlive.run();
        context.progress(new Progress(0, open.size(), "tables to guard", table.name().toString()));
        settle(table);
      }
      tried = left;
    }
  }

  private List<GuardedTable> tables() {
    return GuardTransaction.run(
        database,
        "search for tables to guard",
        GuardTransaction.OWN_LOCKS,
        connection -> GuardScope.tables(connection, guard, schemas()));
  }

  private List<String> schemas() {
    return guard == Guard.SOURCE ? input.request().schemas() : input.request().targetSchemas();
  }

  private void settle(GuardedTable table) {
    long begun = System.nanoTime();
    try {
      GuardTransaction.runAtOnce(
          database,
          "guard on " + table.name(),
          Duration.ofMillis(input.request().freeze().lockTimeoutMillis()),
          SETTLE.formatted(
              guard.triggerLock(),
              guard.table(),
              guard.function(),
              GuardTransaction.LIFTED,
              Blockers.MODES_IN_THE_WAY),
          input.run().runId(),
          Long.toString(table.oid()),
          table.trigger() == null ? "" : table.trigger().name(),
          change(table));
      patience.worked(System.nanoTime() - begun);
    } catch (StepException e) {
      if (e.type() != FailureType.DATABASE_BUSY) {
        throw e;
      }
    }
  }

  private String change(GuardedTable table) {
    StringBuilder change = new StringBuilder();
    String name = table.name().sql();
    if (table.trigger() != null) {
      // Broken, or left by an earlier guard with a wider scope, whose removal was interrupted.
      change.append(
          "DROP TRIGGER %s ON %s;".formatted(QualifiedName.quote(table.trigger().name()), name));
    }
    if (table.inScope()) {
      String trigger = QualifiedName.quote(guard.trigger());
      change.append(SHAPE.formatted(trigger, columns(table), name, guard.function()));
      if (table.unchanging() != null) {
        change.append(ChangeTrigger.creation(guard, table));
      }
      if (table.owned()) {
        // ONLY: some releases look for the trigger on every partition too, where it may not be yet.
        change.append("ALTER TABLE ONLY %s ENABLE ALWAYS TRIGGER %s".formatted(name, trigger));
      }
    }
    return change.toString();
  }

  private static String columns(GuardedTable table) {
    return table.columns().isEmpty()
        ? ""
        : table.columns().stream()
            .map(QualifiedName::quote)
            .collect(Collectors.joining(", ", " OF ", ""));
  }
}
