package dev.overwinter.worker.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.workflows.steps.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;

class FoldedFindingsTest {
  @Test
  void the_same_said_of_many_objects_is_one_entry_with_the_sum() {
    List<Finding> folded =
        FoldedFindings.of(
            List.of(
                Finding.note("public.logs", "unlogged"),
                gone("public.a.x", 3),
                gone("public.b.y", 1_200),
                gone("public.c.z", 40),
                gone("public.d.w", 1),
                Finding.warning("public.a", "something else", "do it")));

    assertThat(folded)
        .containsExactly(
            Finding.blocker(
                "public.b.y (1,200), public.c.z (40), public.a.x (3) and 1 more",
                "1,244 references point to nobody.",
                "Set \"…\" to leave."),
            Finding.warning("public.a", "something else", "do it"),
            Finding.note("public.logs", "unlogged"));
  }

  @Test
  void what_differs_in_more_than_its_count_stays_apart() {
    List<Finding> findings =
        List.of(
            Finding.warning("auth.users", "2 users are of class a", ""),
            Finding.warning("auth.users", "2 users are of class b", ""),
            gone("public.a.x", 3));

    assertThat(FoldedFindings.of(findings)).containsExactlyInAnyOrderElementsOf(findings);
  }

  private static Finding gone(String column, int count) {
    return Finding.blocker(
        column, count + " references point to nobody.", "Set \"" + column + "\" to leave.");
  }
}
