package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.StepException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Ends the run's sessions in the target at random moments and lets it go on each time. */
class TargetLoadKillTest {
  private static final int LEAST_KILLS = 40;
  private static final int MOST_ROUNDS = 100;

  @Test
  void the_target_is_exact_whatever_is_killed() throws Exception {
    AtomicInteger kills = new AtomicInteger();
    AtomicInteger brokenSteps = new AtomicInteger();
    try (LoadTestPair pair = new LoadTestPair()) {
      List<String> before = CatalogSnapshot.definitions(pair.target());
      List<String> sequences = CatalogSnapshot.sequences(pair.target());
      for (int round = 0; round < MOST_ROUNDS && kills.get() < LEAST_KILLS; round++) {
        pair.beginRun();
        List<String> withLedger = CatalogSnapshot.definitions(pair.target());
        Killer killer = new Killer(pair.targetName, round, kills);
        try {
          untilDone(brokenSteps, () -> pair.load().putAside(pair.input(), pair.context()));
          // Every third round is undone before it was loaded, every third from half a restoration.
          if (round % 3 != 0) {
            pair.fill(pair.target());
            for (int attempt = 0; attempt < (round % 3 == 1 ? 1 : 1000); attempt++) {
              try {
                pair.load().completeLoad(pair.input(), pair.context());
                break;
              } catch (StepException e) {
                brokenSteps.incrementAndGet();
              }
            }
          }
          if (round % 3 == 2) {
            assertThat(CatalogSnapshot.definitions(pair.target())).isEqualTo(withLedger);
          }
          untilDone(brokenSteps, () -> pair.undo().emptyTarget(pair.input(), pair.context()));
        } finally {
          killer.stop();
        }
        assertThat(CatalogSnapshot.definitions(pair.target())).isEqualTo(before);
        assertThat(CatalogSnapshot.sequences(pair.target())).isEqualTo(sequences);
        assertThat(pair.rows()).isZero();
      }
    }
    assertThat(kills.get()).as("sessions killed at work").isGreaterThanOrEqualTo(LEAST_KILLS);
    assertThat(brokenSteps.get())
        .as("steps that broke off")
        .isGreaterThanOrEqualTo(LEAST_KILLS / 10);
  }

  private static void untilDone(AtomicInteger broken, Runnable step) {
    while (true) {
      try {
        step.run();
        return;
      } catch (StepException e) {
        assertThat(e.type().isPermanent()).as(e.getMessage()).isFalse();
        broken.incrementAndGet();
      }
    }
  }

  /** Ends sessions that are in a transaction, at random moments, until stopped. */
  private static final class Killer {
    private static final String KILL =
        """
        SELECT count(*) FROM (
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = ? AND application_name = 'overwinter' AND state <> 'idle') killed
        """;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Thread thread;

    Killer(String database, int seed, AtomicInteger kills) {
      Random random = new Random(seed);
      thread =
          new Thread(
              () -> {
                try (Connection connection = LoadTestServer.superuser("postgres");
                    PreparedStatement kill = connection.prepareStatement(KILL)) {
                  kill.setString(1, database);
                  while (!stopped.get()) {
                    Thread.sleep(5 + random.nextInt(120));
                    try (ResultSet row = kill.executeQuery()) {
                      row.next();
                      kills.addAndGet(row.getInt(1));
                    }
                  }
                } catch (SQLException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      thread.start();
    }

    void stop() throws InterruptedException {
      stopped.set(true);
      thread.join();
    }
  }
}
