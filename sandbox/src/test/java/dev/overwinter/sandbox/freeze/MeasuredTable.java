package dev.overwinter.sandbox.freeze;

import dev.overwinter.sandbox.freeze.Measurement.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What was measured, as a table of Markdown, and the same table in a page, between two marks.
 *
 * @param readOnlyDefault the outcomes under each way of freezing, by writer
 */
record MeasuredTable(
    Map<Writer, Result> readOnlyDefault,
    Map<Writer, Result> revoke,
    Map<Writer, Result> overwinter) {
  private static final String BEGIN = "<!-- measured: begin -->";
  private static final String END = "<!-- measured: end -->";
  private static final List<String> HEAD =
      List.of(
          "| who | writes by | read-only default: open sessions | new sessions | `REVOKE` | Overwinter |",
          "|---|---|---|---|---|---|");

  /** The table's lines. */
  List<String> lines(List<Writer> writers) {
    List<String> lines = new ArrayList<>(HEAD);
    for (Writer writer : writers) {
      Result standard = readOnlyDefault.get(writer);
      lines.add(
          Stream.of(
                  writer.group(),
                  writer.name(),
                  cell(standard.old()),
                  cell(standard.fresh()),
                  cell(revoke.get(writer)),
                  cell(overwinter.get(writer)))
              .collect(Collectors.joining(" | ", "| ", " |")));
    }
    return lines;
  }

  /** In which kind of session makes no difference but with a default. */
  private static String cell(Result result) {
    return Stream.of(result.old(), result.fresh())
        .filter(Objects::nonNull)
        .map(Object::toString)
        .distinct()
        .collect(Collectors.joining(", then "));
  }

  private static String cell(Object outcome) {
    return outcome == null ? "–" : outcome.toString();
  }

  /** The table that a page has. */
  static List<String> in(Path page) throws IOException {
    List<String> lines = Files.readAllLines(page);
    return lines.subList(lines.indexOf(BEGIN) + 1, lines.indexOf(END));
  }

  /** Puts the table into a page, in place of the one it has. */
  void writeInto(Path page, List<Writer> writers) throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(page));
    lines.subList(lines.indexOf(BEGIN) + 1, lines.indexOf(END)).clear();
    lines.addAll(lines.indexOf(BEGIN) + 1, lines(writers));
    Files.write(page, lines);
  }
}
