package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.workflows.status.Decision;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What tired people type at two in the morning. Everything gets the right answer, nothing hangs,
 * and the run that goes on meanwhile is none the worse for it.
 */
@OnRealTemporal
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OperatorInputTest {
  private static final String START =
      "temporal workflow start --task-queue overwinter --type FreezeBackfill ";
  private static final String UPDATE = "temporal workflow update execute --workflow-id night ";
  private static final String SIGNAL = "temporal workflow signal --workflow-id night ";
  private static final AtomicInteger RUNS = new AtomicInteger();

  @TempDir static Path directory;
  private static Night night;
  private static TypingOperator operator;

  @BeforeAll
  static void a_night_has_begun() throws Exception {
    RealTemporal temporal = new RealTemporal();
    night = Night.prepare(directory, temporal);
    operator = new TypingOperator(temporal, night.stage.temporal(), directory);
    Files.writeString(directory.resolve("request.json"), Night.request().toString());
    night.stage.worker().start();
    operator.obeyed(START + "--workflow-id night --input-file request.json --fail-existing");
  }

  @AfterAll
  static void close() {
    night.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--input '{\"schema\":[\"public\"]}'|schema is not known here: did you mean schemas?",
        "--input '{\"copy\":{\"lane\":2}}'|copy.lane is not known here: did you mean lanes?",
        "--input '{\"schemas\":\"public\"}'|schemas must be a list of texts, not \"public\"",
        "--input '{\"copy\":{\"lanes\":\"four\"}}'|copy.lanes must be a whole number from 1 to 32",
        "--input '{\"freeze\":{\"lease\":\"30m\"}}'|such as \"PT30M\", not \"30m\"",
        "--input '[{}]'|the request must be a JSON object, not a list",
        "--input '\"request.json\"'|the request must be a JSON object, not \"request.json\"",
        "--input null|the request is missing: give a JSON object",
        "|the request is missing: give a JSON object",
        "--run-timeout 8h --input '{}'|started with a timeout of 8 h 0 min, after which",
        "--execution-timeout 30d --input '{}'|start it without --execution-timeout and",
        "--type Freezebackfill --input '{}'|Start it with --type FreezeBackfill",
      })
  void a_wrong_request_ends_the_run_at_once_and_names_the_mistake(String options, String mistake)
      throws InterruptedException {
    String run = "wrong-" + RUNS.incrementAndGet();
    operator.obeyed(START + "--workflow-id " + run + " " + (options == null ? "" : options));

    assertThat(operator.refused("temporal workflow result --workflow-id " + run))
        .contains("FAILED", "nothing was touched", mistake)
        .doesNotContain(".java:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--input 'schemas: public'|input #1 is not valid JSON",
        "--input-file nothere.json|nothere.json: no such file",
        "--input-file request.json --input '{}'|cannot provide input and input file",
      })
  void what_is_no_json_never_becomes_a_run(String options, String answer)
      throws InterruptedException {
    assertThat(operator.refused(START + "--workflow-id never " + options)).contains(answer);
    assertThat(operator.refused("temporal workflow describe --workflow-id never"))
        .contains("not found");
  }

  @Test
  void the_name_of_a_run_that_goes_on_is_refused_and_without_the_option_is_harmless()
      throws InterruptedException {
    String before = operator.status("night").run().runId();

    assertThat(operator.refused(START + "--workflow-id night --input '{}' --fail-existing"))
        .contains("already running");
    // It looks like a start and is none, which is why our pages have the option everywhere.
    assertThat(operator.obeyed(START + "--workflow-id night --input '{}'")).contains(before);
    assertThat(operator.status("night").run().runId()).isEqualTo(before);
  }

  @Test
  void the_name_of_a_run_that_has_ended_is_refused_and_without_the_option_begins_another()
      throws InterruptedException {
    String result = "temporal workflow result --workflow-id ended";
    String again = START + "--workflow-id ended --input '{\"two\":2}' ";
    operator.obeyed(START + "--workflow-id ended --input '{\"one\":1}'");
    assertThat(operator.refused(result)).contains("one is not known here");

    assertThat(operator.refused(again + "--id-reuse-policy RejectDuplicate --fail-existing"))
        .contains("already finished");
    // It looks like a start and is none.
    operator.obeyed(again + "--id-reuse-policy RejectDuplicate");
    assertThat(operator.refused(result)).contains("one is not known here");
    operator.obeyed(again + "--fail-existing");
    assertThat(operator.refused(result)).contains("two is not known here");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--name approveGoLive --input '{\"by\":\"ann\",\"verificaton\":\"01234567\"}'"
            + "|verificaton is not known here: did you mean verification?",
        "--name approveGoLive --input '{\"by\":\"ann\"}'|verification is missing: the digest",
        "--name approveGoLive --input '{\"by\":\"ann\",\"verification\":\"01234567\"}'"
            + "|this is not the digest of the verification that passed",
        "--name approveGoLive --input '{\"by\":\"ann\",\"verification\":1234}'"
            + "|verification must be a text that is not empty, not 1234",
        "--name approveGoLive|the input is missing: give a JSON object",
        "--name rollback --input '[\"ann\"]'|the input must be a JSON object, not a list",
        "--name rollback --input '\"ann\"'|the input must be a JSON object, not \\\"ann\\\"",
        "--name rollback --input '{\"reason\":\"too slow\"}'|by is missing: your name",
        "--name rollback --input '{by:ann}'|input #1 is not valid JSON",
        "--name retryStep --input '{\"by\":\"ann\"}'|no step is parked",
        "--name resume --input '{\"by\":\"ann\"}'|the run is not paused",
        "--name pause --input '{\"by\":\"ann\"}'|it goes nowhere by itself",
        "--name extendDeadline --input '{\"by\":\"ann\",\"for\":\"2 hours\"}'|such as \\\"PT1H\\\"",
        "--name approve --input '{\"by\":\"ann\"}'|Unknown update name: approve, knownTypes=",
      })
  void a_wrong_update_is_told_why_and_leaves_the_run_as_it_is(String options, String answer)
      throws InterruptedException {
    operator.awaits("night", RunState.WAITING_FOR_APPROVAL);

    assertThat(operator.refused(UPDATE + options)).contains(answer);
    assertThat(operator.status("night").state()).isEqualTo(RunState.WAITING_FOR_APPROVAL);
  }

  @Test
  void an_approval_before_the_verification_is_told_to_wait() throws InterruptedException {
    operator.obeyed(START + "--workflow-id early --input '{\"schemas\":[\"nowhere\"]}'");

    // Whether it is still looking or has been refused by then, nothing waits for an approval.
    assertThat(
            operator.refused(
                UPDATE.replace("night", "early")
                    + "--name approveGoLive --input '{\"by\":\"ann\",\"verification\":\"01234567\"}'"))
        .containsAnyOf("the run does not wait for approval", "already completed");
  }

  @Test
  void an_unknown_query_and_an_unknown_run_are_told_so() throws InterruptedException {
    assertThat(operator.refused("temporal workflow query --workflow-id night --name statuss"))
        .contains("Unknown query type: statuss, knownTypes=[status]");
    assertThat(operator.refused(UPDATE.replace("night", "nobody") + "--name pause --input '{}'"))
        .contains("workflow not found");
    assertThat(operator.refused(SIGNAL.replace("night", "nobody") + "--name pause"))
        .contains("workflow not found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--name aprove-go-live --input '{\"by\":\"ann\"}'|not known; known are approve-go-live",
        "--name approve-go-live --input '{\"bye\":\"ann\"}'|bye is not known here: did you mean by?",
        "--name rollback|the input is missing: give a JSON object",
        "--name rollback --input '{\"by\":7}'|by must be a text that is not empty, not 7",
        "--name retry-step --input '{\"by\":\"ann\"}'|no step is parked",
      })
  void a_signal_that_cannot_be_obeyed_is_shown_with_the_reason(String options, String reason)
      throws InterruptedException {
    assertThat(operator.obeyed(SIGNAL + options)).contains("Signal workflow succeeded");

    RunStatus told =
        operator.awaits(
            "night", status -> notes(status).stream().anyMatch(note -> note.contains(reason)));
    assertThat(told.decisions())
        .filteredOn(decision -> decision.note().contains(reason))
        .allSatisfy(decision -> assertThat(decision.obeyed()).isFalse());
  }

  @Test
  void the_same_order_twice_counts_once_under_one_id_and_twice_under_two()
      throws InterruptedException {
    RunStatus before = operator.awaits("night", RunState.WAITING_FOR_APPROVAL);
    String extend = UPDATE + "--name extendDeadline --input '{\"by\":\"bea\",\"for\":\"PT1H\"}' ";

    String first = operator.obeyed(extend + "--update-id once");
    assertThat(operator.obeyed(extend + "--update-id once")).isEqualTo(first);
    operator.obeyed(extend + "--update-id another");
    String signal = SIGNAL + "--name extend-deadline --input '{\"by\":\"bea\",\"for\":\"PT1H\"}'";
    operator.obeyed(signal);
    operator.obeyed(signal);

    RunStatus after =
        operator.awaits(
            "night",
            status -> status.decisions().stream().filter(OperatorInputTest::isOfBea).count() == 4);
    assertThat(Duration.between(deadline(before), deadline(after))).isEqualTo(Duration.ofHours(4));
  }

  @Test
  void a_megabyte_is_answered_and_leaves_a_line() throws Exception {
    operator.awaits("night", RunState.WAITING_FOR_APPROVAL);
    String huge = "x".repeat(900_000);
    Files.writeString(
        directory.resolve("huge.json"),
        "{\"by\":\"cleo %s\",\"%s\":1,\"for\":1}".formatted(huge, huge.substring(0, 40_000)));

    assertThat(operator.refused(UPDATE + "--name extendDeadline --input-file huge.json"))
        .contains("is not known here")
        .hasSizeLessThan(1_000);
    operator.obeyed(SIGNAL + "--name extend-deadline --input-file huge.json");

    RunStatus status =
        operator.awaits(
            "night", now -> now.decisions().stream().anyMatch(OperatorInputTest::isOfCleo));
    assertThat(Night.JSON.writeValueAsString(status.decisions())).hasSizeLessThan(20_000);
  }

  @Test
  void what_is_typed_while_no_worker_runs_is_obeyed_when_one_is_back() throws Exception {
    operator.awaits("night", RunState.WAITING_FOR_APPROVAL);
    night.stage.worker().kill();
    String extend = "--input '{\"by\":\"dora\",\"for\":\"PT1M\"}'";

    operator.refused(UPDATE + "--command-timeout 3s --name extendDeadline " + extend);
    operator.refused(
        "temporal workflow query --command-timeout 3s --workflow-id night --name status");
    operator.obeyed("temporal workflow describe --workflow-id night");
    operator.obeyed(SIGNAL + "--name extend-deadline " + extend);
    night.stage.worker().start();

    operator.awaits(
        "night",
        status ->
            status.decisions().stream().filter(said -> said.who().equals("dora")).count() == 2);
  }

  /** Last, since it ends the night one way or the other. */
  @Order(Integer.MAX_VALUE)
  @Test
  void of_many_operators_who_approve_and_roll_back_at_once_the_answers_are_true() throws Exception {
    RunStatus waiting = operator.awaits("night", RunState.WAITING_FOR_APPROVAL);
    String approval =
        "--input '{\"by\":\"fay\",\"verification\":\"%s\"}'".formatted(waiting.verification());
    Files.writeString(
        directory.resolve("rollback.json"),
        "{\"by\":\"gil@example.com\",\"reason\":\"jane.doe@customer.example has sb_secret_%s %s\"}"
            .formatted("0123456789".repeat(4), "word ".repeat(200_000)));
    List<String> lines = new ArrayList<>();
    for (int each = 0; each < 3; each++) {
      lines.add(UPDATE + "--name approveGoLive " + approval);
      lines.add(UPDATE + "--name rollback --input-file rollback.json");
    }
    lines.add(SIGNAL + "--name approve-go-live " + approval);
    lines.add(SIGNAL + "--name rollback --input-file rollback.json");

    List<Typed> answers = atOnce(lines);

    RunStatus end =
        night.stage.temporal().newUntypedWorkflowStub("night").getResult(RunStatus.class);
    assertThat(answers)
        .filteredOn(answer -> answer.exitCode() != 0)
        .allSatisfy(
            answer ->
                assertThat(answer.all())
                    .containsAnyOf(
                        "does not wait for approval",
                        "approved already",
                        "rolling back",
                        "has ended",
                        "already completed",
                        "the target is being released"));
    List<Decision> rollbacks = obeyed(end, "rollback");
    assertThat(rollbacks).hasSizeLessThanOrEqualTo(1);
    assertThat(obeyed(end, "approveGoLive")).hasSizeLessThanOrEqualTo(1);
    assertThat(said(answers, "Rolling back")).isLessThanOrEqualTo(rollbacks.size());
    if (rollbacks.isEmpty()) {
      assertThat(end.state()).isEqualTo(RunState.LIVE);
      Expect.everyRowOnTheTarget(night.stage);
    } else {
      assertThat(end.state()).isEqualTo(RunState.ROLLED_BACK);
      assertThat(rollbacks.get(0).who()).isEqualTo("gil@…");
      assertThat(rollbacks.get(0).note())
          .startsWith("jane.doe@… has sb_secre… word")
          .hasSizeLessThan(400);
      Expect.noTraceOnTheSource(night.stage);
      Expect.noRowOnTheTarget(night.stage);
    }
  }

  private static List<Typed> atOnce(List<String> lines) throws Exception {
    ExecutorService people = Executors.newFixedThreadPool(lines.size());
    try {
      List<Future<Typed>> typing = new ArrayList<>();
      for (String line : lines) {
        typing.add(people.submit(() -> operator.types(line)));
      }
      List<Typed> answers = new ArrayList<>();
      for (Future<Typed> each : typing) {
        answers.add(each.get());
      }
      return answers;
    } finally {
      people.shutdownNow();
    }
  }

  private static long said(List<Typed> answers, String words) {
    return answers.stream()
        .filter(answer -> answer.exitCode() == 0 && answer.out().contains(words))
        .count();
  }

  private static List<Decision> obeyed(RunStatus status, String order) {
    return status.decisions().stream()
        .filter(decision -> decision.obeyed() && decision.what().equals(order))
        .toList();
  }

  private static List<String> notes(RunStatus status) {
    return status.decisions().stream().map(Decision::note).toList();
  }

  private static boolean isOfCleo(Decision decision) {
    return decision.who().startsWith("cleo");
  }

  private static boolean isOfBea(Decision decision) {
    return decision.who().equals("bea") && decision.obeyed();
  }

  private static Instant deadline(RunStatus status) {
    return Instant.parse(status.deadline());
  }
}
