package dev.overwinter.sandbox.kill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.freeze.FreezeStep;
import dev.overwinter.activities.freeze.SourceGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.sandbox.command.Answer;
import dev.overwinter.sandbox.command.Doors;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.workflows.FailureType;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process that raises, proves and lifts is killed at any of the messages that it sends, while
 * the application is in use. Each failure tells the seed of its blows, and {@code -Dkill.seed=SEED}
 * deals the same ones again; {@code -Dkill.count=NUMBER} deals more or fewer.
 */
@Tag("real")
@ExtendWith(NoSecondChance.class)
@Timeout(900)
class FreezeKillTest {
  private static final int KILLS = Integer.getInteger("kill.count", 70);
  private static final int KILLS_AROUND_GO_LIVE = KILLS / 4;

  /** Blows that miss: a run had less to send than the one that was measured, or was done before. */
  private static final int MISSES = 20;

  private static final List<FreezeDeed> THERE_AND_BACK =
      List.of(FreezeDeed.RAISE, FreezeDeed.PROVE, FreezeDeed.LIFT);

  private static final List<FreezeDeed> INTO_LIFE =
      List.of(
          FreezeDeed.GUARD_TARGET,
          FreezeDeed.RAISE,
          FreezeDeed.PROVE,
          FreezeDeed.MAKE_PERMANENT,
          FreezeDeed.RELEASE_TARGET);

  private final long seed = Long.getLong("kill.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Map<String, Integer> landed = new TreeMap<>();
  private final Set<String> struck = new HashSet<>();
  private Doors doors;
  private Database source;
  private Database target;
  private FreezeStep step;
  private Connection atSource;
  private Connection atTarget;
  private Users users;
  private int runs;

  @BeforeEach
  void open(@TempDir Path directory) throws Exception {
    doors = Doors.open(directory);
    source =
        FreezeDeed.open(
            "source", doors.source.jdbcUrl(), doors.source.user(), doors.source.password());
    target =
        FreezeDeed.open(
            "target", doors.target.jdbcUrl(), doors.target.user(), doors.target.password());
    step = new FreezeStep(source, target);
    atSource = doors.source.connect(SupabaseSource.SUPERUSER);
    atTarget = doors.target.connect(SelfHostedTarget.SUPERUSER);
    users = Users.of(doors.source);
  }

  @AfterEach
  void close() throws Exception {
    users.close();
    atSource.close();
    atTarget.close();
    source.close();
    target.close();
    doors.close();
  }

  /** What goes on after the kill. */
  private enum Sequel {
    NEXT_ATTEMPT,
    LIFT_BY_THE_RUN,
    UNFREEZE_BY_FORCE,
    ANOTHER_RUN
  }

  @Test
  void a_source_whose_freezer_is_killed_is_guarded_by_its_run_or_free_and_always_comes_free()
      throws Exception {
    List<String> before = Definitions.of(atSource);
    List<String> sent = measure(THERE_AND_BACK);
    Iterator<Strike> strikes = Strike.anywhere(sent, random);
    for (int blow = 0; count() < KILLS; blow++) {
      assertThat(blow - count()).as("blows that missed").isLessThan(MISSES);
      Strike strike = strikes.next();
      Sequel sequel = Sequel.values()[blow % Sequel.values().length];
      String run = "run-" + ++runs;
      Victim.End end = kill(run, THERE_AND_BACK, strike);
      String story =
          "seed %d, blow %d: %s at %s, %s, then %s; the process said: %s"
              .formatted(seed, blow, strike, last(end), end.doing(), sequel, end.output());
      try {
        GuardLook found = look(run, end);
        assertThat(found.owner() == null || end.isKilledAtWork()).isTrue();
        follow(sequel, run, found, end);
        users.awaitEachWrite();
        assertThat(Definitions.of(atSource)).isEqualTo(before);
      } catch (AssertionError | StepException e) {
        throw new AssertionError(story, e);
      }
    }
    report(sent);
  }

  @Test
  void going_live_that_is_killed_never_leaves_both_sides_open() throws Exception {
    List<String> before = Definitions.of(atSource);
    List<String> targetBefore = Definitions.of(atTarget);
    List<String> sent = measure(INTO_LIFE);
    undoGoLive();
    Iterator<Strike> strikes = Strike.anywhere(sent, random);
    for (int blow = 0; count() < KILLS_AROUND_GO_LIVE; blow++) {
      assertThat(blow - count()).as("blows that missed").isLessThan(MISSES);
      Strike strike = strikes.next();
      String run = "run-" + ++runs;
      Victim.End end = kill(run, INTO_LIFE, strike);
      String story =
          "seed %d, blow %d: %s at %s, %s; the process said: %s"
              .formatted(seed, blow, strike, last(end), end.doing(), end.output());
      try {
        look(run, end);
        GuardLook targetFound = GuardLook.atTarget(atTarget);
        // Until the target is guarded for the first time nobody uses it.
        if (end.isKilledAtWork() && !end.doing().equals(FreezeDeed.GUARD_TARGET.name())) {
          assertThat(targetFound.isClosed() || GuardLook.atSource(atSource).isClosed()).isTrue();
        }
        if (end.isKilledAtWork()) {
          INTO_LIFE.stream()
              .skip(INTO_LIFE.indexOf(FreezeDeed.valueOf(end.doing())))
              .forEach(deed -> deed.perform(step, FreezeDeed.input(run)));
        }
        assertThat(GuardLook.atSource(atSource).isClosed()).isTrue();
        assertThat(GuardLook.atTarget(atTarget).isFree()).isTrue();
        undoGoLive();
        users.awaitEachWrite();
        assertThat(Definitions.of(atSource)).isEqualTo(before);
        assertThat(Definitions.of(atTarget)).isEqualTo(targetBefore);
      } catch (AssertionError | StepException e) {
        throw new AssertionError(story, e);
      }
    }
    report(sent);
  }

  /** What is sent when nobody is killed. */
  private List<String> measure(List<FreezeDeed> deeds) throws Exception {
    Victim.End end = kill("run-undisturbed", deeds, Strike.NONE);
    assertThat(end.isOver()).as(end.output()).isTrue();
    return end.sent();
  }

  private Victim.End kill(String run, List<FreezeDeed> deeds, Strike strike) throws Exception {
    List<String> arguments =
        List.of(
            doors.source.jdbcUrl(),
            doors.source.user(),
            doors.source.password(),
            doors.target.jdbcUrl(),
            doors.target.user(),
            doors.target.password(),
            run,
            FreezeDeed.names(deeds));
    Victim.End end = Victim.run(FreezeDeed.class, arguments, strike);
    end.awaitEndOfSessions(atSource);
    end.awaitEndOfSessions(atTarget);
    if (end.isKilledAtWork()) {
      landed.merge(end.doing(), 1, Integer::sum);
      struck.add(end.sent().get(strike.message() - 1));
    } else {
      assertThat(end.isOver() || end.isKilledOnItsWayOut()).as(end.output()).isTrue();
    }
    return end;
  }

  private static String last(Victim.End end) {
    return end.sent().get(end.sent().size() - 1);
  }

  private int count() {
    return landed.values().stream().mapToInt(Integer::intValue).sum();
  }

  private void report(List<String> sent) {
    System.out.printf(
        "seed %d: killed %d times at one of %d messages, %s, in %d of %d kinds of statements%n",
        seed, count(), sent.size(), landed, struck.size(), sent.stream().distinct().count());
  }

  /** Guarded by the run that is known, or free; never something in between. */
  private GuardLook look(String run, Victim.End end) throws SQLException {
    GuardLook found = GuardLook.atSource(atSource);
    assertThat(found.isFree() || found.isClosed()).as("" + found).isTrue();
    if (found.owner() == null) {
      assertThat(found.refusing()).isEmpty();
    } else {
      assertThat(found.owner()).isEqualTo(run);
    }
    if (found.complete()) {
      assertThat(found.accepting()).isEmpty();
    }
    if (end.doing().equals(FreezeDeed.PROVE.name())) {
      assertThat(found.complete()).isTrue();
    }
    return found;
  }

  private void follow(Sequel sequel, String run, GuardLook found, Victim.End end) throws Exception {
    switch (sequel) {
      case NEXT_ATTEMPT -> {
        if (!end.doing().equals(FreezeDeed.LIFT.name())) {
          FreezeDeed.RAISE.perform(step, FreezeDeed.input(run));
          FreezeDeed.PROVE.perform(step, FreezeDeed.input(run));
          assertThat(GuardLook.atSource(atSource).isClosed()).isTrue();
        }
        FreezeDeed.LIFT.perform(step, FreezeDeed.input(run));
      }
      case LIFT_BY_THE_RUN -> FreezeDeed.LIFT.perform(step, FreezeDeed.input(run));
      case UNFREEZE_BY_FORCE -> unfreezeByForce();
      case ANOTHER_RUN -> {
        String other = "other-" + run;
        if (found.owner() != null) {
          assertThatThrownBy(() -> FreezeDeed.RAISE.perform(step, FreezeDeed.input(other)))
              .isInstanceOfSatisfying(
                  StepException.class,
                  e -> assertThat(e.type()).isEqualTo(FailureType.FROZEN_BY_ANOTHER_RUN));
          doors.onSource("UPDATE overwinter.guard SET lease_until = clock_timestamp()");
          assertThat(GuardLook.atSource(atSource).isFree()).isTrue();
        }
        FreezeDeed.RAISE.perform(step, FreezeDeed.input(other));
        FreezeDeed.LIFT.perform(step, FreezeDeed.input(run));
        GuardLook taken = GuardLook.atSource(atSource);
        assertThat(taken.owner()).isEqualTo(other);
        assertThat(taken.isClosed()).isTrue();
        FreezeDeed.LIFT.perform(step, FreezeDeed.input(other));
      }
    }
    GuardLook freed = GuardLook.atSource(atSource);
    assertThat(freed.owner()).isNull();
    assertThat(freed.isFree()).isTrue();
  }

  private void unfreezeByForce() throws Exception {
    Answer answer =
        doors.type(
            "source: {url: '%s', user: %s}".formatted(doors.source.jdbcUrl(), doors.source.user()),
            Map.of("OVERWINTER_SOURCE_PASSWORD", doors.source.password()),
            "unfreeze",
            "--force");
    assertThat(answer.exitCode()).as(answer.all()).isZero();
    assertThat(answer.out()).contains("The source takes writes.").doesNotContain("are left");
  }

  /** As nobody does it in earnest: both sides as they were before the run. */
  private void undoGoLive() throws SQLException {
    SourceGuard.unfreeze(source, true);
    doors.onTarget("DROP SCHEMA overwinter CASCADE");
  }
}
