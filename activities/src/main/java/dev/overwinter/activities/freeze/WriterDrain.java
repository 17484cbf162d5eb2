package dev.overwinter.activities.freeze;

import dev.overwinter.activities.postgres.Database;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Waits for transactions that write to guarded tables, before and after these are closed. */
final class WriterDrain {
  /** A writer younger than this is expected to end soon. */
  private static final Duration YOUNG = Duration.ofSeconds(1);

  /** An application that always has a writer of a few seconds is closed all the same, later. */
  private static final int SHARE_OF_WAITING = 10;

  private final Database database;
  private final Guard guard;
  private final Patience patience;
  private final Runnable keepAlive;

  /**
   * @param keepAlive called between looks, for what must be done every few seconds
   */
  WriterDrain(Database database, Guard guard, Patience patience, Runnable keepAlive) {
    this.database = database;
    this.guard = guard;
    this.patience = patience;
    this.keepAlive = keepAlive;
  }

  /**
   * Waits for a moment at which draining will be short: when no writer is older than a second, or
   * than a tenth of the time this has waited. Nothing is refused meanwhile.
   */
  void calm() {
    patience.pace(Duration.ofMillis(50), Duration.ofSeconds(1));
    long begun = System.nanoTime();
    while (true) {
      keepAlive.run();
      Duration share = Duration.ofNanos((System.nanoTime() - begun) / SHARE_OF_WAITING);
      Duration age = share.compareTo(YOUNG) > 0 ? share : YOUNG;
      List<Blocker> old = patience.olderThan(age, Blockers.writers(database, guard));
      if (old.isEmpty()) {
        return;
      }
      patience.waitFor("nothing is refused yet", old);
    }
  }

  /**
   * Waits for every writer from before. To be called once the function refuses, every table has its
   * trigger, and both are known to have been committed; returns when no write is under way that the
   * function did not see.
   *
   * <p>Whoever took a table's lock before has ended or is in the sample. Whoever takes it
   * afterwards accepts the invalidation of the function with the lock (LockRelationOid in
   * PostgreSQL's lmgr.c), and PL/pgSQL compares the version of the function's catalog row at each
   * call (plpgsql_compile in pl_comp.c), so that the refusing body runs. Holders that come later
   * are refused and are never waited for: in front of a busy application there is always one. Only
   * a lock taken newly does this, hence a transaction that holds one must end, however often it
   * writes. A sampled transaction may be prepared meanwhile and goes on under another id, hence
   * prepared ones are waited for without having been sampled.
   */
  void drain() {
    patience.pace(Duration.ofMillis(10), Duration.ofMillis(200));
    Set<String> sample = null;
    while (true) {
      List<Blocker> writers = Blockers.writers(database, guard);
      if (sample == null) {
        sample = new HashSet<>();
        for (Blocker writer : writers) {
          sample.add(writer.transaction());
        }
      }
      Set<String> sampled = sample;
      List<Blocker> left =
          writers.stream()
              .filter(writer -> writer.isPrepared() || sampled.contains(writer.transaction()))
              .toList();
      if (left.isEmpty()) {
        return;
      }
      patience.waitFor("writes are refused", left);
      keepAlive.run();
    }
  }
}
