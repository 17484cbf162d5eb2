package dev.overwinter.sandbox.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.overwinter.activities.StepException;
import dev.overwinter.sandbox.stackauth.ApiDialect;
import dev.overwinter.sandbox.stackauth.StandInFaults.Fault;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.UserSummary;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever happens in between, every user has exactly one account in the end. */
class UserCreationCrashTest {
  private static final int USERS = 240;
  private static final String HASH = BCrypt.withDefaults().hashToString(4, "secret".toCharArray());

  private static EmbeddedPostgres server;

  @BeforeAll
  static void startServer() throws IOException {
    server = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stopServer() throws IOException {
    server.close();
  }

  @ParameterizedTest
  @EnumSource(ApiDialect.class)
  void lost_replies_and_interrupted_attempts_make_no_second_account(ApiDialect dialect)
      throws Exception {
    try (UsersFixture fixture = new UsersFixture(server, dialect)) {
      fixture.seed(USERS, HASH);
      for (Fault fault : Fault.values()) {
        fixture.faults.probability(fault, 0.05);
      }
      fixture.faults.slowReply(Duration.ofMillis(30));
      Random random = new Random(11);
      UserSummary summary = null;
      int attempts = 0;
      while (summary == null) {
        assertThat(++attempts).as("attempts").isLessThan(200);
        summary = attempt(fixture, attempts < 15 ? 20 + random.nextInt(250) : 60_000);
      }
      assertThat(attempts).as("attempts").isGreaterThan(1);
      assertThat(summary.created()).isEqualTo(USERS);
      assertThat(fixture.stackAuth.users()).hasSize(USERS);
      assertThat(fixture.mapping()).hasSize(USERS).isEqualTo(fixture.markers());
    }
  }

  @Test
  void a_killed_process_goes_on_where_it_was_and_its_output_names_nobody(@TempDir Path directory)
      throws Exception {
    try (UsersFixture fixture = new UsersFixture(server, ApiDialect.SUMMER_2026)) {
      fixture.seed(USERS, HASH);
      fixture.faults.probability(Fault.SLOW_REPLY, 1).slowReply(Duration.ofMillis(40));
      fixture.faults.probability(Fault.CUT_AFTER_EFFECT, 0.03);
      fixture.faults.probability(Fault.SERVER_ERROR_BEFORE_EFFECT, 0.03);
      Path output = directory.resolve("output.txt");
      for (int killAt : List.of(1, 60, 110, 160)) {
        Process process = start(fixture, output);
        while (process.isAlive() && fixture.stackAuth.users().size() < killAt) {
          Thread.sleep(2);
        }
        process.destroyForcibly().waitFor();
        assertThat(fixture.stackAuth.users()).hasSizeLessThan(USERS);
      }
      fixture.faults.clear();
      Process last = start(fixture, output);
      assertThat(last.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(last.exitValue()).as(Files.readString(output)).isZero();
      assertThat(fixture.stackAuth.users()).hasSize(USERS);
      assertThat(fixture.mapping()).hasSize(USERS).isEqualTo(fixture.markers());
      assertThat(Files.readString(output))
          .isNotEmpty()
          .doesNotContain("@example", HASH, "a person", "4670000", "ssk_");
    }
  }

  @Test
  void an_attempt_that_lost_the_lock_stops_and_the_next_one_finishes() throws Exception {
    try (UsersFixture fixture = new UsersFixture(server, ApiDialect.SPRING_2026)) {
      fixture.seed(USERS, HASH);
      int cuts = 0;
      while (fixture.stackAuth.users().size() < USERS / 2) {
        cuts++;
        int atLeast = fixture.stackAuth.users().size() + 10;
        Runnable cut =
            () -> {
              if (fixture.stackAuth.users().size() >= atLeast) {
                cutSessions(fixture);
              }
            };
        assertThatThrownBy(
                () ->
                    fixture.steps.createUsers(
                        fixture.input("{}"), UsersFixture.context(progress -> cut.run())))
            .asInstanceOf(type(StepException.class))
            .extracting(StepException::type)
            .isEqualTo(FailureType.DATABASE_UNAVAILABLE);
      }
      assertThat(cuts).isPositive();
      fixture.steps.createUsers(fixture.input("{}"), UsersFixture.QUIET);
      assertThat(fixture.stackAuth.users()).hasSize(USERS);
      assertThat(fixture.mapping()).hasSize(USERS).isEqualTo(fixture.markers());
    }
  }

  @Test
  void a_second_attempt_waits_its_turn() throws Exception {
    try (UsersFixture fixture = new UsersFixture(server, ApiDialect.SUMMER_2026)) {
      fixture.seed(8, HASH);
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch mayEnd = new CountDownLatch(1);
      ExecutorService thread = Executors.newSingleThreadExecutor();
      Future<UserSummary> first =
          thread.submit(
              () ->
                  fixture.steps.createUsers(
                      fixture.input("{}"),
                      UsersFixture.context(
                          progress -> {
                            begun.countDown();
                            await(mayEnd);
                          })));
      await(begun);
      assertThatThrownBy(() -> fixture.steps.createUsers(fixture.input("{}"), UsersFixture.QUIET))
          .asInstanceOf(type(StepException.class))
          .extracting(StepException::type)
          .isEqualTo(FailureType.STEP_BUSY);
      mayEnd.countDown();
      assertThat(first.get().created()).isEqualTo(8);
      thread.shutdown();
      assertThat(fixture.stackAuth.users()).hasSize(8);
    }
  }

  @Test
  void a_reply_lost_for_a_user_without_email_is_found_by_its_marker() throws Exception {
    try (UsersFixture fixture = new UsersFixture(server, ApiDialect.SUMMER_2026)) {
      UUID phone = fixture.addUser("phone", "'46700001'");
      UUID anonymous = fixture.addUser("is_anonymous", "true");
      fixture.faults.once(Fault.CUT_AFTER_EFFECT, "POST /users");
      fixture.faults.once(Fault.SERVER_ERROR_BEFORE_EFFECT, "POST /users");
      fixture.steps.createUsers(fixture.input("{}"), UsersFixture.QUIET);
      assertThat(fixture.stackAuth.users()).hasSize(2);
      assertThat(fixture.mapping())
          .containsOnlyKeys(phone.toString(), anonymous.toString())
          .isEqualTo(fixture.markers());
      assertThat(fixture.stackAuth.requests()).containsEntry("POST /users", 3);
    }
  }

  /** Null when the attempt did not end well. */
  private static UserSummary attempt(UsersFixture fixture, long interruptAfterMillis)
      throws InterruptedException {
    AtomicReference<UserSummary> summary = new AtomicReference<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    StepInput input = fixture.input("{\"parallelRequests\": 6}");
    Thread thread =
        new Thread(
            () -> {
              try {
                summary.set(fixture.steps.createUsers(input, UsersFixture.QUIET));
              } catch (StepException expected) {
                failure.set(expected);
              }
            });
    thread.setUncaughtExceptionHandler((dead, unexpected) -> failure.set(unexpected));
    thread.start();
    thread.join(interruptAfterMillis);
    thread.interrupt();
    thread.join();
    if (failure.get() != null) {
      assertThat(failure.get()).isInstanceOf(StepException.class);
      assertThat(failure.get().toString()).doesNotContain("@example", HASH);
    }
    return summary.get();
  }

  private static Process start(UsersFixture fixture, Path output) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            CreateUsersProcess.class.getName(),
            fixture.sourceUrl,
            fixture.targetUrl,
            fixture.stackAuth.baseUrl().toString(),
            fixture.stackAuth.project().id(),
            fixture.stackAuth.project().secretServerKey(),
            fixture.runId)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
        .start();
  }

  private static void cutSessions(UsersFixture fixture) {
    try {
      fixture.execute(
          fixture.targetUrl,
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid()
          """);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
