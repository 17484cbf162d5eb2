package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.catalog;
import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeFixture.query;
import static dev.overwinter.activities.freeze.FreezeFixture.retry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.StepException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server ends our sessions at random moments, as a killed worker's sessions end. */
class InterruptedGuardTest {
  private static final int ROUNDS = 24;
  private static final long SEED = 20_261_120;
  private static final String END_OUR_SESSIONS =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
          + " WHERE application_name = 'overwinter' AND datname = current_database()";

  private final Random random = new Random(SEED);
  private FreezeFixture fixture;
  private int interrupted;

  @BeforeEach
  void open() throws SQLException {
    fixture = new FreezeFixture();
  }

  @AfterEach
  void close() throws SQLException {
    fixture.close();
  }

  @Test
  void whatever_is_interrupted_can_be_completed_or_freed() throws Exception {
    List<String> before;
    try (Connection owner = fixture.asSource("hosted")) {
      before = catalog(owner);
      for (int round = 0; round < ROUNDS; round++) {
        String run = "run-" + round;
        interrupt(() -> fixture.step().raise(input(run), fixture.context()), owner);
        boolean resumed = round % 3 != 0;
        if (resumed) {
          retry(() -> fixture.step().raise(input(run), fixture.context()));
          assertThat(fixture.step().prove(input(run), fixture.context()).guardedTables())
              .isEqualTo(8);
          FreezeStepTest.assertRefused(owner, "UPDATE public.units SET name = 'x'");
        }
        interrupt(() -> fixture.step().lift(input(run), fixture.context()), owner);
        if (resumed) {
          retry(() -> fixture.step().lift(input(run), fixture.context()));
        } else {
          retry(() -> SourceGuard.unfreeze(fixture.source(), true));
        }
        execute(owner, "UPDATE public.units SET name = name");
        assertThat(catalog(owner)).isEqualTo(before);
      }
    }
    assertThat(interrupted).isGreaterThan(ROUNDS / 2);
  }

  @Test
  void an_interrupted_guard_of_the_target_can_be_completed_or_removed() throws Exception {
    try (Connection owner = fixture.asTarget("hosted")) {
      for (int round = 0; round < ROUNDS; round++) {
        interrupt(() -> fixture.step().guardTarget(input("a"), fixture.context()), owner);
        if (round % 3 != 0) {
          retry(() -> fixture.step().guardTarget(input("a"), fixture.context()));
          for (String table : List.of("public.units", "public.events_new", "parts.events_old")) {
            FreezeStepTest.assertRefused(owner, "DELETE FROM " + table);
          }
        }
        interrupt(() -> TargetGuard.remove(fixture.target(), input("a").run(), () -> {}), owner);
        retry(() -> TargetGuard.remove(fixture.target(), input("a").run(), () -> {}));
        execute(owner, "UPDATE public.units SET name = name");
        assertThat(query(owner, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).isEmpty();
      }
    }
    assertThat(interrupted).isGreaterThan(ROUNDS / 2);
  }

  private void interrupt(Runnable step, Connection killer) throws Exception {
    CompletableFuture<Void> running = CompletableFuture.runAsync(step);
    Thread.sleep(random.nextInt(100));
    query(killer, END_OUR_SESSIONS);
    try {
      running.join();
    } catch (CompletionException e) {
      assertThat(e.getCause())
          .isInstanceOfSatisfying(
              StepException.class, failure -> assertThat(failure.type().isPermanent()).isFalse());
      interrupted++;
    }
  }
}
