package dev.overwinter.workflows.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LaterPageTest {
  private static final Instant NOW = Instant.parse("2026-11-20T23:41:07Z");

  private static String page(LaterState state, String waitingFor) {
    List<String> commands =
        LaterPage.updates(state, true).stream()
            .map(update -> update.commandLine("coldchain-history"))
            .toList();
    return LaterPage.markdown(
        new LaterStatus(
            new RunKey("coldchain-history", "0b5b8a52-7c5e-4a38-9f0f-7a9f5b8e2c11"),
            "coldchain-night",
            state,
            Step.IMPORT,
            List.of("public.history"),
            List.of(
                new StepStatus(
                    Step.EXPORT, StepState.DONE, NOW.toString(), NOW.toString(), "9 rows; more"),
                new StepStatus(Step.IMPORT, StepState.PARKED, NOW.toString(), null, "")),
            waitingFor,
            commands,
            List.of(Finding.warning("public.history", "is <large>", "wait")),
            List.of(new Decision("retryStep", "ann", NOW.toString(), true, ""))),
        NOW);
  }

  @Test
  void a_parked_run_says_why_and_what_to_type_first() {
    String page = page(LaterState.PARKED, "Step \"import\" failed: RowsRefused: a key is taken");

    assertThat(page)
        .startsWith("## WAITING FOR OPERATOR")
        .containsSubsequence(
            "RowsRefused: a key is taken",
            "--workflow-id coldchain-history",
            "--name retryStep",
            "--name rollback",
            "### Steps",
            "✓ export      9 rows",
            "! import",
            "Tables that run coldchain-night left for later",
            "- `public.history`",
            "**warning** `public.history`: is &lt;large> → wait",
            "ann: **retryStep**",
            "**Request Cancellation** rolls back.");
  }

  @Test
  void an_ended_run_offers_nothing() {
    assertThat(page(LaterState.CARRIED, ""))
        .startsWith("## CARRIED: the tables are in the target")
        .contains("Nothing is left to do here")
        .doesNotContain("temporal workflow update");
    assertThat(page(LaterState.ROLLED_BACK, "")).contains("ROLLED BACK");
    assertThat(page(LaterState.REFUSED, "no")).contains("REFUSED: nothing was touched", "**no**");
  }
}
