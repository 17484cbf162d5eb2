package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.catalog;
import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeFixture.query;
import static dev.overwinter.activities.freeze.FreezeStepTest.assertFails;
import static dev.overwinter.activities.freeze.FreezeStepTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepContext;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An attempt stood still for minutes and goes on after its run has gone back. */
class LateAttemptTest {
  private static final String LEASE_LEFT =
      "SELECT extract(epoch FROM lease_until - clock_timestamp())::int FROM overwinter.guard";
  private static final String WRITE = "UPDATE public.units SET name = name";

  private final StepInput halfAnHour = input("a", 1_800, 200, 20);
  private FreezeFixture fixture;

  @BeforeEach
  void open() throws SQLException {
    fixture = FreezeFixture.withTarget();
  }

  @AfterEach
  void close() throws SQLException {
    fixture.close();
  }

  @Test
  void an_attempt_that_nobody_wants_any_more_touches_neither_side() throws Exception {
    try (Connection source = fixture.asSource("hosted");
        Connection target = fixture.asTarget("hosted")) {
      List<String> sourceBefore = catalog(source);
      List<String> targetBefore = catalog(target);

      assertThatThrownBy(() -> fixture.step().raise(halfAnHour, new WantedFor(0)))
          .hasMessage(WantedFor.OVER);
      assertThatThrownBy(() -> fixture.step().guardTarget(halfAnHour, new WantedFor(0)))
          .hasMessage(WantedFor.OVER);

      assertThat(catalog(source)).isEqualTo(sourceBefore);
      assertThat(catalog(target)).isEqualTo(targetBefore);
    }
  }

  @Test
  void until_the_fence_stands_a_guard_that_nobody_wants_lasts_a_minute_at_most() throws Exception {
    try (Connection source = fixture.asSource("hosted")) {
      SourceGuard.begin(fixture.source(), halfAnHour.run(), 1_800);
      assertThat(leaseLeft(source)).isBetween(50, 60);
      SourceGuard.renew(fixture.source(), halfAnHour.run(), true);
      assertThat(leaseLeft(source)).isBetween(50, 60);

      fixture.step().raise(halfAnHour, fixture.context());

      assertThat(leaseLeft(source)).isBetween(1_790, 1_800);
    }
  }

  @Test
  void an_attempt_that_is_given_up_while_it_waits_for_a_writer_does_not_renew_its_lease()
      throws Exception {
    StepInput shortLease = input("a", 2, 100, 20);
    try (Connection writer = fixture.asSource("authenticated");
        Connection another = fixture.asSource("service_role")) {
      execute(writer, "BEGIN; " + WRITE);

      assertThatThrownBy(() -> fixture.step().raise(shortLease, new WantedFor(3)))
          .hasMessage(WantedFor.OVER);

      execute(writer, "COMMIT");
      Thread.sleep(2_000);
      execute(another, WRITE);
    }
  }

  @Test
  void after_the_way_back_no_late_attempt_of_any_kind_freezes_or_opens_anything() throws Exception {
    FreezeStep step = fixture.step();
    try (Connection source = fixture.asSource("hosted");
        Connection target = fixture.asTarget("hosted")) {
      List<String> before = catalog(source);
      step.guardTarget(halfAnHour, fixture.context());
      step.raise(halfAnHour, fixture.context());
      step.lift(halfAnHour, fixture.context());

      assertFails(
          FailureType.SOURCE_NOT_FROZEN, () -> step.holdLease(halfAnHour, fixture.context()));
      assertFails(
          FailureType.SOURCE_NOT_FROZEN, () -> step.makePermanent(halfAnHour, fixture.context()));
      assertFails(
          FailureType.SOURCE_NOT_FROZEN, () -> step.releaseTarget(halfAnHour, fixture.context()));

      assertThat(catalog(source)).isEqualTo(before);
      assertRefused(target, WRITE);
    }
  }

  @Test
  void a_late_lift_leaves_the_guard_of_a_later_run_alone() throws Exception {
    StepInput later = input("b");
    fixture.step().raise(halfAnHour, fixture.context());
    fixture.step().lift(halfAnHour, fixture.context());
    fixture.step().raise(later, fixture.context());

    assertThat(fixture.step().lift(halfAnHour, fixture.context()).wasFrozen()).isFalse();

    assertThat(fixture.step().prove(later, fixture.context()).guardedTables()).isPositive();
    try (Connection writer = fixture.asSource("authenticated")) {
      assertRefused(writer, WRITE);
    }
  }

  private static int leaseLeft(Connection source) throws SQLException {
    return Integer.parseInt(query(source, LEASE_LEFT).get(0));
  }

  /** Wanted for the first few times that it asks. */
  private static final class WantedFor implements StepContext {
    static final String OVER = "the attempt is over";

    private final AtomicInteger left;

    WantedFor(int times) {
      left = new AtomicInteger(times);
    }

    @Override
    public void progress(Progress progress) {}

    @Override
    public void confirm() {
      if (left.getAndDecrement() <= 0) {
        throw new IllegalStateException(OVER);
      }
    }

    @Override
    public AutoCloseable onCancel(Runnable action) {
      return () -> {};
    }
  }
}
