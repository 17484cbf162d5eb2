package dev.overwinter.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.overwinter.worker.watch.Paint;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.request.UserRules;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.PreflightReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTextTest {
  private static final UserRules RULES =
      RequestReader.read(JsonNodeFactory.instance.objectNode()).request().users();

  @Test
  void findings_and_numbers_are_readable_in_lines_of_a_terminal() {
    String text = text(80, false);

    assertThat(text)
        .containsSubsequence("BLOCKER", "public.units", "a column more", "→ drop it", "1 note")
        .containsPattern("rows, about +1,234,567")
        .containsPattern("users +42\n +anonymous +2 +carry\n +portableHash +40 +carry")
        .containsPattern("frozen for about +1 h 30 min")
        .contains("1 blocker is in the way. Nothing was written.")
        .doesNotContain("signed in anonymously");
    assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  @Test
  void notes_are_shown_when_asked_for() {
    assertThat(text(100, true)).contains("NOTE      auth.users: 2 users signed in anonymously");
  }

  private static String text(int width, boolean notes) {
    return new PlanText(RULES, Paint.none(), width, notes)
        .of(
            new PreflightReport(
                List.of(
                    Finding.blocker(
                        "public.units",
                        "the target's table has a column more than the source's, which nobody fills",
                        "drop it"),
                    Finding.note("auth.users", "2 users signed in anonymously")),
                12,
                1_234_567,
                9_876_543_210L,
                Map.of(UserClass.PORTABLE_HASH, 40L, UserClass.ANONYMOUS, 2L),
                5,
                5_400));
  }
}
