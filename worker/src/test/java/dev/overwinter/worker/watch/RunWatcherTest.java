package dev.overwinter.worker.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.worker.temporal.RunStarter;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.steps.Progress;
import io.temporal.activity.Activity;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactoryOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunWatcherTest {
  private static final String RUN = "orders-night";

  private final TestWorkflowEnvironment temporal =
      TestWorkflowEnvironment.newInstance(
          TestEnvironmentOptions.newBuilder()
              .setUseTimeskipping(false)
              .setWorkerFactoryOptions(WorkerFactoryOptions.getDefaultInstance())
              .build());
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final Console console =
      new PlainConsole(new PrintStream(written, true, StandardCharsets.UTF_8), new RacingClock());

  private volatile long exportMillis = 0;

  @BeforeEach
  void start() {
    Worker worker = temporal.newWorker("test");
    worker.registerWorkflowImplementationTypes(ScriptedRun.class);
    worker.registerActivitiesImplementations((ScriptedRun.Export) this::export);
    temporal.start();
  }

  private void export() {
    Activity.getExecutionContext().heartbeat(new Progress(1_200, 4_000, "rows", "public.units"));
    try {
      Thread.sleep(exportMillis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void stop() {
    temporal.close();
  }

  @Test
  void a_run_that_goes_live_is_told_step_by_step_and_ends_with_a_summary() throws Exception {
    exportMillis = 1_500;
    startRun("{}");

    RunOutcome outcome = watch(Operator.approving("ann"));

    assertThat(outcome.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(outcome.status().state()).isEqualTo(RunState.LIVE);
    assertThat(lines())
        .containsSubsequence(
            "preflight     done in",
            "export        …",
            "export: 1,200 of 4,000 rows (30 %), public.units",
            "export        done in",
            "WAITING: somebody's decision.",
            "Verification digest: " + ScriptedRun.DIGEST,
            "Next, one of:",
            "temporal workflow update execute --name approveGoLive",
            "approveGoLive: decided: approve",
            "1,234 rows",
            "verified " + ScriptedRun.DIGEST,
            "LIVE: the target takes writes");
    assertThat(lines()).containsOnlyOnce("WARNING   public.units: has no primary key → add one");
  }

  @Test
  void a_person_who_types_the_digest_approves_and_one_who_mistypes_is_asked_again()
      throws Exception {
    startRun("{}");

    RunOutcome outcome = watch(typing("yes\n01234567\n"));

    assertThat(outcome.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(lines())
        .containsSubsequence(
            "Type the first 8 characters of the verification digest to go live, or 'rollback':",
            "That is no answer.",
            "approveGoLive: decided: approve");
  }

  @Test
  void what_was_typed_before_the_question_is_no_answer() throws Exception {
    startRun("{}");
    TerminalOperator typedAhead =
        new TerminalOperator(console, new StringReader("01234567\n"), "ann");
    AtomicInteger asked = new AtomicInteger();

    RunOutcome outcome =
        watch(
            status ->
                status.state() == RunState.WAITING_FOR_APPROVAL && asked.incrementAndGet() > 4
                    ? Optional.of(OperatorCommand.rollback("ann", "enough"))
                    : typedAhead.next(status));

    assertThat(outcome.status().state()).isEqualTo(RunState.ROLLED_BACK);
  }

  @Test
  void a_run_that_is_rolled_back_says_so_and_fails() throws Exception {
    startRun("{}");

    RunOutcome outcome = watch(typing("rollback\n"));

    assertThat(outcome.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(lines()).contains("ROLLED BACK: the source takes writes as before");
  }

  @Test
  void a_parked_run_asks_whether_to_try_again() throws Exception {
    startRun("{\"park\": true}");

    RunOutcome outcome = watch(typing("retry\n"));

    assertThat(outcome.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(lines())
        .containsSubsequence(
            "import        stopped, waits for you. DatabaseRefused",
            "Type 'retry' to try the step again, or 'rollback':",
            "retryStep: decided: retry");
  }

  @Test
  void an_update_that_the_run_refuses_is_told_and_the_watch_goes_on() throws Exception {
    startRun("{}");
    AtomicInteger asked = new AtomicInteger();

    RunOutcome outcome =
        watch(
            status -> {
              if (status.state() != RunState.WAITING_FOR_APPROVAL) {
                return Optional.empty();
              }
              return Optional.of(
                  asked.incrementAndGet() == 1
                      ? OperatorCommand.approve("ann", "ffff")
                      : OperatorCommand.approve("ann", ScriptedRun.DIGEST));
            });

    assertThat(outcome.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(lines()).contains("approveGoLive was refused: NotNow: names another digest");
  }

  @Test
  void each_kind_of_refusal_has_its_exit_code_and_its_reason() throws Exception {
    startRun("{\"refuse\": \"InvalidRequest\"}");

    RunOutcome outcome = watch(Operator.nobody());

    assertThat(outcome.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(lines()).contains("InvalidRequest: lanes must be at most 32");
  }

  @Test
  void a_blocker_in_preflight_has_an_exit_code_of_its_own() throws Exception {
    startRun("{\"refuse\": \"PreflightFailed\"}");

    assertThat(watch(Operator.nobody()).exitCode()).isEqualTo(ExitCodes.BLOCKED);
  }

  @Test
  void a_run_that_does_not_exist_is_not_waited_for() {
    assertThatThrownBy(() -> watch(Operator.nobody()))
        .isInstanceOf(WorkflowNotFoundException.class);
  }

  @Test
  void an_id_that_was_used_is_never_used_again() throws Exception {
    startRun("{}");
    watch(Operator.approving("ann"));

    assertThat(RunStarter.start(temporal.getWorkflowClient(), RUN, "test", json("{}"))).isFalse();
  }

  private RunOutcome watch(Operator operator) throws InterruptedException {
    return new RunWatcher(temporal.getWorkflowClient(), RUN, console, operator).follow();
  }

  /** Types when it is asked, as a person does. */
  private Operator typing(String text) {
    return new Operator() {
      private Operator person;

      @Override
      public Optional<OperatorCommand> next(RunStatus status) {
        if (status.waitingFor().isEmpty()) {
          return Optional.empty();
        }
        if (person == null) {
          person = new TerminalOperator(console, new SlowReader(text), "ann");
        }
        return person.next(status);
      }
    };
  }

  private void startRun(String request) throws IOException {
    assertThat(RunStarter.start(temporal.getWorkflowClient(), RUN, "test", json(request))).isTrue();
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  private String lines() {
    return written.toString(StandardCharsets.UTF_8);
  }

  /** Gives one second before its text, so that the question comes first. */
  private static final class SlowReader extends StringReader {
    private boolean waited;

    SlowReader(String text) {
      super(text);
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      if (!waited) {
        waited = true;
        try {
          Thread.sleep(1_000);
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      return super.read(buffer, offset, length);
    }
  }

  /** Thirty times as fast as a clock, so that ten seconds pass while the export lasts. */
  private static final class RacingClock extends Clock {
    private final Instant begin = Instant.now();

    @Override
    public Instant instant() {
      return begin.plus(Duration.between(begin, Instant.now()).multipliedBy(30));
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
