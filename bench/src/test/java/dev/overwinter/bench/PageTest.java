package dev.overwinter.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.bench.Measurement.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {
  private static final Results RESULTS =
      new Results(
          Shape.LARGE,
          "a table",
          1_000_000,
          List.of(
              new Way(Pipes.KEY, "Floor", "nothing else", Map.of()),
              new Way("ours", "Ours", "proves", Map.of("without proof", List.of("load")))),
          List.of("a machine"),
          List.of(
              run(Pipes.KEY, 1, 0, 10),
              run("ours", 1, 5, 10),
              run("ours", 2, 10, 30),
              run(Pipes.KEY, 2, 0, 20),
              run(Pipes.KEY, 3, 0, 8),
              run("ours", 3, 2, 8)));

  private static Measurement run(String contender, int round, double proof, double load) {
    List<Phase> phases =
        List.of(new Phase("load", load, 1, 2, 3), new Phase("proof", proof, 0.5, 0, 0));
    return new Measurement(contender, round, phases, 0);
  }

  /** 1.5, 2.0 and 1.25 times the floor of the same round; 15 s, 40 s and 10 s. */
  @Test
  void the_ratio_is_the_median_over_rounds_of_what_ran_in_the_same_round() {
    assertThat(Page.of(List.of(RESULTS)))
        .contains("| Ours | 10.00 | 15.00 | 67 | **1.50** | 6.5 | 3 |");
  }

  @Test
  void a_part_is_compared_with_the_whole_floor() {
    assertThat(Page.of(List.of(RESULTS)))
        .contains("| without proof | 8.00 | 10.00 | 100 | **1.00** | 6.0 | 3 |");
  }

  @Test
  void what_was_kept_is_read_again(@TempDir Path directory) throws IOException {
    RESULTS.write(directory);

    assertThat(Results.read(directory, Shape.LARGE)).contains(RESULTS);
    assertThat(Results.read(directory, Shape.TABLES)).isEmpty();
  }
}
