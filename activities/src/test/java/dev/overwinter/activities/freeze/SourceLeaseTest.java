package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeFixture.query;
import static dev.overwinter.activities.freeze.FreezeFixture.retry;
import static dev.overwinter.activities.freeze.FreezeStepTest.assertFails;
import static dev.overwinter.activities.freeze.FreezeStepTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Never was a write let through and the lease renewed after it. */
class SourceLeaseTest {
  private static final String WRITE = "UPDATE public.units SET name = name || '!' WHERE id = 1";

  private final StepInput shortLease = input("a", 1, 200, 2);
  private FreezeFixture fixture;

  @BeforeEach
  void open() throws SQLException {
    fixture = new FreezeFixture();
  }

  @AfterEach
  void close() throws SQLException {
    fixture.close();
  }

  @Test
  void the_source_frees_itself_when_nobody_renews() throws Exception {
    raise();
    try (Connection writer = fixture.asSource("authenticated")) {
      assertRefused(writer, WRITE);
      Thread.sleep(1_100);
      execute(writer, WRITE);
    }
    assertFails(
        FailureType.LEASE_LAPSED, () -> fixture.step().prove(shortLease, fixture.context()));
    assertFails(
        FailureType.LEASE_LAPSED, () -> fixture.step().holdLease(shortLease, fixture.context()));
    assertFails(
        FailureType.LEASE_LAPSED,
        () -> fixture.step().makePermanent(shortLease, fixture.context()));
    assertFails(
        FailureType.LEASE_LAPSED, () -> fixture.step().raise(shortLease, fixture.context()));
  }

  @Test
  void a_writer_that_finds_the_lease_run_out_waits_for_a_renewal_under_way() throws Exception {
    raise();
    try (Connection renewal = fixture.asSource("hosted");
        Connection writer = fixture.asSource("authenticated")) {
      renewal.setAutoCommit(false);
      assertThat(SourceGuard.renew(renewal, shortLease.run())).isEqualTo(SourceGuard.Lease.HELD);
      execute(renewal, "UPDATE overwinter.guard SET lease_until = lease_until + interval '1 min'");
      // The lease as others see it runs out while the renewal has not committed.
      Thread.sleep(1_100);
      CompletableFuture<Void> write = write(writer);
      awaitBlocked(renewal);
      assertThat(write).isNotDone();
      renewal.commit();

      assertThatThrownBy(write::join)
          .hasRootCauseInstanceOf(SQLException.class)
          .hasMessageContaining("takes no writes");
      assertThat(SourceGuard.renew(renewal, shortLease.run())).isEqualTo(SourceGuard.Lease.HELD);
      renewal.commit();
      assertThat(query(writer, "SELECT name FROM public.units WHERE id = 1"))
          .containsExactly("one");
    }
  }

  @Test
  void a_renewal_waits_for_a_writer_that_was_let_through_and_then_fails_for_ever()
      throws Exception {
    raise();
    Thread.sleep(1_100);
    try (Connection writer = fixture.asSource("authenticated");
        Connection renewal = fixture.asSource("hosted")) {
      writer.setAutoCommit(false);
      execute(writer, WRITE);
      CompletableFuture<SourceGuard.Lease> renewed =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  renewal.setAutoCommit(false);
                  SourceGuard.Lease lease = SourceGuard.renew(renewal, shortLease.run());
                  renewal.commit();
                  return lease;
                } catch (SQLException e) {
                  throw new CompletionException(e);
                }
              });
      try (Connection onlooker = fixture.asSource("hosted")) {
        awaitBlocked(onlooker);
      }
      assertThat(renewed).isNotDone();
      writer.commit();
      assertThat(renewed.join()).isEqualTo(SourceGuard.Lease.LAPSED);
      assertThat(query(renewal, "SELECT lapsed_at IS NOT NULL FROM overwinter.guard"))
          .containsExactly("t");
      // Not even with the clock set back.
      execute(renewal, "UPDATE overwinter.guard SET lease_until = lease_until + interval '1 day'");
      assertThat(SourceGuard.renew(renewal, shortLease.run())).isEqualTo(SourceGuard.Lease.LAPSED);
      assertThat(SourceGuard.makePermanent(renewal, shortLease.run()))
          .isEqualTo(SourceGuard.Lease.LAPSED);
    }
  }

  @Test
  void a_transaction_that_sees_only_the_first_lease_is_refused_after_a_renewal() throws Exception {
    raise();
    try (Connection writer = fixture.asSource("authenticated")) {
      execute(writer, "BEGIN ISOLATION LEVEL REPEATABLE READ");
      query(writer, "SELECT name FROM public.units");
      fixture.step().makePermanent(shortLease, fixture.context());
      Thread.sleep(1_100);
      // Not as a matter of the freeze: its view of the lease is stale, and it is told so.
      assertThatThrownBy(() -> execute(writer, WRITE))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
    }
  }

  @Test
  void making_it_permanent_under_way_holds_back_a_writer_too() throws Exception {
    raise();
    try (Connection permanent = fixture.asSource("hosted");
        Connection writer = fixture.asSource("authenticated")) {
      permanent.setAutoCommit(false);
      assertThat(SourceGuard.makePermanent(permanent, shortLease.run()))
          .isEqualTo(SourceGuard.Lease.HELD);
      Thread.sleep(1_100);
      CompletableFuture<Void> write = write(writer);
      awaitBlocked(permanent);
      permanent.commit();
      assertThatThrownBy(write::join).hasMessageContaining("takes no writes");
    }
  }

  @Test
  void a_permanent_freeze_needs_no_lease_any_more() throws Exception {
    raise();
    fixture.step().makePermanent(shortLease, fixture.context());
    fixture.step().makePermanent(shortLease, fixture.context());
    Thread.sleep(1_100);
    try (Connection writer = fixture.asSource("authenticated")) {
      assertRefused(writer, WRITE);
    }
    fixture.step().prove(shortLease, fixture.context());
    fixture.step().holdLease(shortLease, fixture.context());
    assertThat(fixture.step().lift(shortLease, fixture.context()).wasFrozen()).isTrue();
  }

  @Test
  void holding_renews_until_cancelled_even_when_the_connection_breaks() throws Exception {
    StepInput shortLease = input("a", 3, 200, 2);
    fixture.step().raise(shortLease, fixture.context());
    AtomicBoolean cancelled = new AtomicBoolean();
    CompletableFuture<Void> holding =
        CompletableFuture.runAsync(
            () ->
                fixture
                    .step()
                    .holdLease(
                        shortLease,
                        fixture.context(
                            () -> {
                              if (cancelled.get()) {
                                throw new IllegalStateException("cancelled");
                              }
                            })));
    try (Connection other = fixture.asSource("postgres")) {
      for (int i = 0; i < 20; i++) {
        Thread.sleep(250);
        query(
            other,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE application_name = 'overwinter' AND datname = current_database()");
        assertRefused(other, WRITE);
      }
    }
    cancelled.set(true);
    assertThatThrownBy(holding::join).hasMessageContaining("cancelled");
    retry(() -> fixture.step().prove(shortLease, fixture.context()));
  }

  @Test
  void holding_fails_when_the_guard_is_lifted_from_outside() {
    raise();
    SourceGuard.unfreeze(fixture.source(), true);
    assertFails(
        FailureType.SOURCE_NOT_FROZEN,
        () -> fixture.step().holdLease(shortLease, fixture.context()),
        "lifted from outside");
  }

  @Test
  void a_lapse_while_raising_is_mended_because_nothing_was_read_yet() throws Exception {
    SourceGuard.begin(fixture.source(), shortLease.run(), 1);
    Thread.sleep(1_100);
    assertThat(fixture.step().raise(input("a", 60, 200, 2), fixture.context()).guardedTables())
        .isPositive();
  }

  @Test
  void a_renewal_after_the_lapse_tells_that_the_run_can_only_be_rolled_back() throws Exception {
    raise();
    Thread.sleep(1_100);
    assertThatThrownBy(() -> SourceGuard.renew(fixture.source(), shortLease.run(), false))
        .isInstanceOf(StepException.class)
        .hasMessageContaining("can only be rolled back");
  }

  private void raise() {
    fixture.step().raise(shortLease, fixture.context());
  }

  private static CompletableFuture<Void> write(Connection writer) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            execute(writer, WRITE);
          } catch (SQLException e) {
            throw new CompletionException(e);
          }
        });
  }

  private static void awaitBlocked(Connection connection) throws Exception {
    while (query(
            connection,
            "SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
                + " WHERE NOT l.granted AND a.datname = current_database()")
        .isEmpty()) {
      Thread.sleep(5);
    }
  }
}
