package dev.overwinter.sandbox.kill;

import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.Stage;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Strikes at the connections of a run and at its servers while chunks are being exported, and again
 * while they are imported: each time when some more are done and others are not. Thread-safe.
 */
final class Storm implements AutoCloseable {
  private static final long POLL_MILLIS = 3;

  private static final String EXPORTED =
      "SELECT count(exported_at) || ' ' || count(*) FROM overwinter.chunk";

  private static final String LOADED =
      "SELECT count(loaded_at) || ' ' || count(*) FROM overwinter.chunk";

  private final Stage stage;
  private final List<Landing> landings = new CopyOnWriteArrayList<>();
  private final Thread thread = new Thread(this::run, "storm");
  private volatile boolean closed;
  private volatile Exception failure;

  /** A way to strike. */
  enum Blow {
    CUT_ONE_FROM_SOURCE,
    CUT_ONE_FROM_TARGET,
    CUT_ALL_FROM_SOURCE,
    CUT_ALL_FROM_TARGET,
    RESTART_SOURCE,
    RESTART_TARGET
  }

  /**
   * Where a blow landed.
   *
   * @param done chunks that were done right before it
   * @param total of how many
   * @param cut sessions at work that were ended one by one, or 0 when the whole server was
   */
  record Landing(boolean exporting, Blow blow, long done, long total, int cut) {}

  Storm(Stage stage) {
    this.stage = stage;
    thread.setDaemon(true);
  }

  void begin() {
    thread.start();
  }

  List<Landing> landings() throws Exception {
    if (failure != null) {
      throw failure;
    }
    return List.copyOf(landings);
  }

  private void run() {
    try {
      rage(true);
      rage(false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      failure = e;
    }
  }

  private void rage(boolean exporting) throws Exception {
    long before = 0;
    for (Blow blow : Blow.values()) {
      long[] found = look(exporting);
      while (found[0] <= before || found[0] == found[1]) {
        if (closed) {
          return;
        }
        if (found[1] > 0 && found[0] == found[1]) {
          return;
        }
        Thread.sleep(POLL_MILLIS);
        found = look(exporting);
      }
      before = found[0];
      int cut = strike(blow, exporting);
      landings.add(new Landing(exporting, blow, found[0], found[1], cut));
    }
  }

  private long[] look(boolean exporting) {
    try (Connection target = stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      String[] counts = GuardLook.strings(target, exporting ? EXPORTED : LOADED).get(0).split(" ");
      return new long[] {Long.parseLong(counts[0]), Long.parseLong(counts[1])};
    } catch (SQLException e) {
      // There is no ledger yet, or no server for a moment.
      return new long[] {0, 0};
    }
  }

  private int strike(Blow blow, boolean exporting) throws Exception {
    try (Connection source = stage.source().connect(SupabaseSource.SUPERUSER);
        Connection target = stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      switch (blow) {
        case CUT_ONE_FROM_SOURCE -> {
          return cut(source, 1, exporting);
        }
        case CUT_ONE_FROM_TARGET -> {
          return cut(target, 1, true);
        }
        case CUT_ALL_FROM_SOURCE -> {
          return cut(source, Integer.MAX_VALUE, exporting);
        }
        case CUT_ALL_FROM_TARGET -> {
          return cut(target, Integer.MAX_VALUE, true);
        }
        case RESTART_SOURCE -> ServerRestart.immediately(source);
        case RESTART_TARGET -> ServerRestart.immediately(target);
      }
      return 0;
    }
  }

  /**
   * Ends sessions of ours, any of them.
   *
   * @param atWork only those that are at work; an import asks nothing of the source but its lease
   */
  private int cut(Connection superuser, int sessions, boolean atWork) throws Exception {
    String sql =
        """
        SELECT pg_terminate_backend(pid) FROM (
          SELECT pid FROM pg_stat_activity
           WHERE application_name = 'overwinter' AND (state <> 'idle' OR NOT %s)
           ORDER BY random() LIMIT %d) ours
        """
            .formatted(atWork, sessions);
    int cut = 0;
    while (cut == 0 && !closed) {
      cut = GuardLook.strings(superuser, sql).size();
      Thread.sleep(POLL_MILLIS);
    }
    return cut;
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
