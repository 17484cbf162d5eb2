package dev.overwinter.workflows.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DashboardTest {
  private static final Instant NOW = Instant.parse("2026-11-20T21:25:04Z");
  private static final RunKey RUN = new RunKey("coldchain-night", "a-run");
  private static final String DIGEST = "15cb63652f8c".repeat(5);

  @Test
  void a_copy_at_work_shows_its_tables_and_that_nobody_need_do_anything() {
    StepProgress progress =
        new StepProgress(
            Step.EXPORT,
            "2026-11-20T21:25:03Z",
            1_200_000,
            2_400_000,
            "rows",
            300,
            1_000,
            "2026-11-20T21:40:00Z",
            List.of(
                new TableProgress("public.readings", 31, 64, 1_100_000),
                new TableProgress("public.units", 2, 2, 100_000)),
            17);
    List<StepStatus> steps = pendingFrom(Step.CREATE_USERS);
    steps.add(0, done(Step.PREFLIGHT, 3, "19 tables, about 2,400,000 rows; 10 MB"));
    steps.add(1, done(Step.FREEZE, 133, "31 tables refuse writes; proven as 4 roles"));
    steps.add(2, new StepStatus(Step.EXPORT, StepState.RUNNING, "2026-11-20T21:24:53Z", null, ""));

    String page =
        Dashboard.markdown(
            status(RunState.RUNNING, Step.EXPORT, steps, progress, "", List.of(), List.of()), NOW);

    assertThat(page)
        .startsWith("## Running: export\n\n**Nothing to do: the run goes on by itself.**")
        .contains(
            """
            ```
            ✓ preflight     3 s          19 tables, about 2,400,000 rows
            ✓ freeze        2 min 13 s   31 tables refuse writes
            ▶ export        11 s         1,200,000 of about 2,400,000 rows (30 %),
                                         should end at 21:40:00 UTC
            · create users
            · remap
            · import
            · verify
            · approval
            · go live
            ```
            """,
            """
            ### Tables in export at 21:25:03 UTC

            ```
            ▶ public.readings    31 of 64 chunks     1,100,000 rows
            ✓ public.units         2 of 2 chunks       100,000 rows
            and 17 more tables
            ```
            """,
            "The source is frozen since 21:24:52 UTC; the frozen window ends at"
                + " 21 November, 05:24:52 UTC, in 7 h 59 min.",
            "- **freeze**: proven as 4 roles");
    assertThat(page.indexOf("`rollback`")).isGreaterThan(page.indexOf("### Steps"));
  }

  @Test
  void what_to_send_comes_before_everything_else_when_it_waits() {
    String page =
        Dashboard.markdown(
            status(
                RunState.WAITING_FOR_APPROVAL,
                Step.APPROVAL,
                pendingFrom(Step.PREFLIGHT),
                null,
                "Verified. Waits for approval.",
                List.of(),
                List.of()),
            NOW);

    assertThat(page)
        .startsWith("## WAITING FOR APPROVAL to go live\n\n**Verified. Waits for approval.**")
        .contains(
            "Name `approveGoLive`, Data:",
            """
            {
              "by": "YOUR NAME",
              "verification": "15cb63652f8c"
            }
            """,
            "'{\"by\":\"YOUR NAME\",\"verification\":\"15cb63652f8c\"}'",
            DIGEST);
    assertThat(page.indexOf("`approveGoLive`"))
        .isBetween(0, Math.min(page.indexOf("`rollback`"), page.indexOf("### Steps")));
  }

  @Test
  void every_fenced_line_fits_half_a_window() {
    List<StepStatus> steps = new ArrayList<>();
    for (Step step : Step.values()) {
      steps.add(done(step, 170_000, "71,819 rows, ".repeat(12) + "all equal"));
    }

    String page =
        Dashboard.markdown(
            status(RunState.PAUSED, Step.GO_LIVE, steps, null, "Paused.", List.of(), List.of()),
            NOW);

    boolean fenced = false;
    for (String line : page.split("\n")) {
      fenced ^= line.startsWith("```");
      if (fenced) {
        assertThat(line).hasSizeLessThanOrEqualTo(Page.COLUMNS);
      }
    }
  }

  @Test
  void names_and_words_from_outside_cannot_become_markup() {
    List<Finding> findings =
        List.of(
            Finding.warning("public.`odd``name", "<img src=x> *loud* costs $1$", "look\n## at it"));
    List<Decision> decisions =
        List.of(new Decision("rollback", "<b>ann</b>", "2026-11-20T21:20:00Z", false, "a\n```\nb"));

    String page =
        Dashboard.markdown(
            status(
                RunState.ROLLED_BACK,
                Step.EXPORT,
                pendingFrom(Step.PREFLIGHT),
                null,
                "",
                findings,
                decisions),
            NOW);

    assertThat(page)
        .contains(
            "- **warning** `public. odd name`: &lt;img src=x> &#42;loud&#42; costs &#36;1&#36;"
                + " → look ## at it",
            "- 21:20:00 UTC &lt;b>ann&lt;/b>: **rollback** (not obeyed), a ``` b")
        .doesNotContain("<");
  }

  @Test
  void a_page_stays_below_what_temporal_keeps() {
    Finding finding = Finding.blocker("public.units", "Ω".repeat(3_000), "");

    String page =
        Dashboard.markdown(
            status(
                RunState.REFUSED,
                Step.PREFLIGHT,
                pendingFrom(Step.PREFLIGHT),
                null,
                "Settle the findings and start again.",
                Collections.nCopies(30, finding),
                List.of()),
            NOW);

    assertThat(page.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(20_000);
    assertThat(page).endsWith("the query `status` has the rest.\n");
  }

  @Test
  void a_command_can_be_pasted_whatever_the_workflow_is_called() {
    NextUpdate retry = NextUpdate.in(RunState.PARKED, null, true).get(0);

    assertThat(retry.commandLine("night-1"))
        .isEqualTo(
            "temporal workflow update execute --workflow-id night-1 --name retryStep"
                + " --input '{\"by\":\"YOUR NAME\"}'");
    assertThat(retry.commandLine("ann's night")).contains("--workflow-id 'ann'\\''s night' --name");
  }

  @Test
  void durations_read_like_speech() {
    assertThat(
            List.of(
                HumanTime.duration(Duration.ofMillis(300)),
                HumanTime.duration(Duration.ofSeconds(59)),
                HumanTime.duration(Duration.ofSeconds(133)),
                HumanTime.duration(Duration.ofMinutes(185)),
                HumanTime.duration(Duration.ofHours(52))))
        .containsExactly("under 1 s", "59 s", "2 min 13 s", "3 h 5 min", "2 d 4 h");
  }

  private static RunStatus status(
      RunState state,
      Step step,
      List<StepStatus> steps,
      StepProgress progress,
      String waitingFor,
      List<Finding> findings,
      List<Decision> decisions) {
    return new RunStatus(
        RUN,
        state,
        step,
        steps,
        progress,
        "2026-11-20T21:24:52Z",
        "2026-11-21T05:24:52Z",
        DIGEST,
        waitingFor,
        List.of(),
        findings,
        decisions);
  }

  private static StepStatus done(Step step, long seconds, String summary) {
    Instant finished = Instant.parse("2026-11-20T21:24:53Z");
    return new StepStatus(
        step,
        StepState.DONE,
        finished.minusSeconds(seconds).toString(),
        finished.toString(),
        summary);
  }

  private static List<StepStatus> pendingFrom(Step first) {
    return new ArrayList<>(
        Arrays.stream(Step.values())
            .filter(step -> step.compareTo(first) >= 0)
            .map(step -> new StepStatus(step, StepState.PENDING, null, null, ""))
            .toList());
  }
}
