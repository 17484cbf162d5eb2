package dev.overwinter.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.PreflightReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTextTest {
  @Test
  void findings_and_numbers_are_readable_in_lines_of_a_terminal() {
    String text =
        PlanText.of(
            new PreflightReport(
                List.of(
                    Finding.blocker(
                        "public.units", "the target's table has a column more", "drop it"),
                    Finding.note("auth.users", "2 users signed in anonymously")),
                12,
                1_234_567,
                9_876_543_210L,
                Map.of(UserClass.PORTABLE_HASH, 40L, UserClass.ANONYMOUS, 2L),
                5,
                5_400));

    assertThat(text)
        .containsSubsequence("BLOCKER", "public.units", "a column more", "→ drop it", "NOTE")
        .containsPattern("rows, about +1,234,567")
        .containsPattern("users +42: anonymous 2, portableHash 40")
        .containsPattern("frozen for about +1 h 30 min")
        .contains("1 blocker is in the way. Nothing was written.");
    assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(120));
  }
}
