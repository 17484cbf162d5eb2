package dev.overwinter.bench;

import dev.overwinter.bench.Measurement.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The report, in Markdown. */
final class Page {
  private static final String BEGIN =
      """
      # How fast it copies

      Written by `bench/run` from what it measured; do not edit. Overwinter's whole way of the rows, from the first
      row that is read to the verdict that both sides hold the same, beside other ways of bringing tables to the same
      state, and beside the floor: what PostgreSQL itself needs to send the rows, to take them and to build the indexes.

      Every way brings the same data from one PostgreSQL to another, on one machine. In each round all run once, in
      random order, each into a database made anew, with a checkpoint on both sides before. What each has made is
      compared afterwards, outside the measured time: every row, every column's, index's and constraint's definition, every
      sequence. A run that differs does not count.

      **× floor** is the median of the ratios to the floor's time in the same round. **CPU s** are seconds of processor time of
      both servers and of all the way's own processes, which a busy machine disturbs least. Overwinter's time is that of
      its steps from the plan of the chunks to the verification, run by the worker's own code in a process that has
      started but is cold; Temporal, the freeze and the creation of accounts are not in it. It has to give 5,000
      users new ids on the way, which no other way does.
      """;

  private static final String MEMORY =
      """

      ## Memory

      The heap of the process is 256 MiB at most (`-Xmx256m`), whatever is copied; it would end otherwise. Resident is
      everything that it has in memory at its worst, the virtual machine and its compiled code included, as Linux counts it
      (`VmHWM`).

      | Data | Way | most MiB resident |
      |---|---|--:|
      """;

  private static final String END =
      """

      ## Measuring it again

          bench/run                                  # everything, which replaces this page
          bench/run --shape large --rows 10000000    # more rows
          bench/run --only overwinter                # these and the floor; what the others came to stays
          bench/run --help

      It needs Linux, bash, Maven, Java and the programs of PostgreSQL 15, which `tools/postgresql` finds or installs.
      `tools/pgcopydb` does the same for pgcopydb, of which Debian has version 0.10; a newer one is built from
      github.com/dimitri/pgcopydb with `make`, and measured, too, when the variable `PGCOPYDB` names it. Whatever else the
      machine does goes into the figures. Those of each run are in `bench/results`.
      """;

  private Page() {}

  /**
   * @param all the results of the shapes, in the order of the page
   */
  static String of(List<Results> all) {
    StringBuilder page = new StringBuilder(BEGIN);
    for (Results results : all) {
      if (results.shape().startsWith(Shape.MEMORY)) {
        continue;
      }
      List<Row> rows = rows(results);
      page.append("\n## %s\n\n".formatted(heading(results.shape())));
      page.append(results.description()).append(".\n\n");
      results.machine().forEach(line -> page.append("* ").append(line).append('\n'));
      page.append(
          "\n| Way | best s | median s | krows/s | × floor | CPU s | runs |\n|---|--:|--:|--:|--:|--:|--:|\n");
      rows.forEach(row -> page.append(row.line(results)));
      page.append("\n### Where the time goes\n\n");
      page.append(
          "Medians; CPU s of the way's own processes + the source's server + the target's server.\n\n");
      page.append("| Way | phase: s (CPU s) |\n|---|---|\n");
      rows.stream().filter(Row::isWhole).forEach(row -> page.append(row.phaseLine()));
    }
    page.append(memory(all));
    page.append("\n## What each does and does not do\n\n| Way | |\n|---|---|\n");
    all.stream()
        .flatMap(it -> it.ways().stream())
        .map(it -> "| %s | %s |\n".formatted(it.title(), it.remarks()))
        .distinct()
        .forEach(page::append);
    return page.append(END).toString();
  }

  private static String heading(String shape) {
    return shape.equals(Shape.LARGE) ? "One large table" : "Two hundred tables";
  }

  private static List<Row> rows(Results results) {
    List<Measurement> floor = results.of(Pipes.KEY);
    List<Row> rows = new ArrayList<>();
    for (Way way : results.ways()) {
      List<Measurement> measured = results.of(way.key());
      if (!measured.isEmpty()) {
        rows.add(new Row(way.title(), measured, floor, true));
        way.parts()
            .forEach(
                (title, phases) ->
                    rows.add(
                        new Row(
                            title,
                            measured.stream().map(it -> it.only(phases)).toList(),
                            floor,
                            false)));
      }
    }
    return rows;
  }

  private static String memory(List<Results> all) {
    StringBuilder lines = new StringBuilder();
    for (Results results : all) {
      for (Way way : results.ways()) {
        results.of(way.key()).stream()
            .mapToLong(Measurement::residentBytes)
            .filter(it -> it > 0)
            .max()
            .ifPresent(
                it ->
                    lines.append(
                        "| %s | %s | %d |\n"
                            .formatted(results.description(), way.title(), it >> 20)));
      }
    }
    return lines.isEmpty() ? "" : MEMORY + lines;
  }

  /** One line of the table. */
  private record Row(
      String title, List<Measurement> measured, List<Measurement> floor, boolean isWhole) {
    private String line(Results results) {
      double best = measured.stream().mapToDouble(Measurement::seconds).min().orElseThrow();
      double median = median(measured, Measurement::seconds);
      return String.format(
          Locale.ROOT,
          "| %s | %.2f | %.2f | %.0f | %s | %.1f | %d |%n",
          title,
          best,
          median,
          results.rows() / median / 1000,
          ratio().map(it -> String.format(Locale.ROOT, "**%.2f**", it)).orElse(""),
          median(measured, Measurement::cpuSeconds),
          measured.size());
    }

    private Optional<Double> ratio() {
      List<Double> ratios = new ArrayList<>();
      for (Measurement run : measured) {
        floor.stream()
            .filter(it -> it.round() == run.round())
            .forEach(it -> ratios.add(run.seconds() / it.seconds()));
      }
      return ratios.isEmpty() ? Optional.empty() : Optional.of(median(ratios, it -> it));
    }

    private String phaseLine() {
      List<String> phases = new ArrayList<>();
      for (int place = 0; place < measured.get(0).phases().size(); place++) {
        int index = place;
        List<Phase> same = measured.stream().map(it -> it.phases().get(index)).toList();
        phases.add(
            String.format(
                Locale.ROOT,
                "%s: %.2f (%.1f + %.1f + %.1f)",
                same.get(0).name(),
                median(same, Phase::seconds),
                median(same, Phase::client),
                median(same, Phase::source),
                median(same, Phase::target)));
      }
      return "| %s | %s |\n".formatted(title, String.join("; ", phases));
    }
  }

  static <T> double median(List<T> values, ToDoubleFunction<T> number) {
    double[] sorted = values.stream().mapToDouble(number).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
