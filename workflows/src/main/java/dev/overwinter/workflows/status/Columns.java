package dev.overwinter.workflows.status;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lines of text in columns, for fenced blocks. */
final class Columns {
  private static final int LONGEST_NAME = 34;

  private Columns() {}

  /**
   * A line with text behind it that goes on below itself where it is too long.
   *
   * @param start what the first line begins with
   * @param text words; may be empty
   */
  static List<String> hanging(String start, String text, int columns) {
    List<String> lines = new ArrayList<>();
    String indent = " ".repeat(start.length());
    StringBuilder line = new StringBuilder(start);
    for (String word : text.split(" ")) {
      if (line.length() > start.length() && line.length() + 1 + word.length() > columns) {
        lines.add(line.toString());
        line = new StringBuilder(indent);
      }
      line.append(' ').append(word);
    }
    lines.add(line.toString());
    return lines.stream().map(String::stripTrailing).toList();
  }

  /** A line per table: a sign for how far it is, its name, chunks and rows. */
  static List<String> ofTables(List<TableProgress> tables) {
    int longest = tables.stream().mapToInt(table -> table.table().length()).max().orElse(1);
    String name = "%-" + Math.min(LONGEST_NAME, Math.max(1, longest)) + "s";
    return tables.stream()
        .map(
            table ->
                sign(table)
                    + " "
                    + name.formatted(table.table())
                    + "%19s"
                        .formatted("%d of %d chunks".formatted(table.chunksDone(), table.chunks()))
                    + String.format(Locale.ROOT, "%,14d rows", table.rows()))
        .toList();
  }

  private static String sign(TableProgress table) {
    if (table.chunksDone() == table.chunks()) {
      return "✓";
    }
    return table.chunksDone() == 0 ? "·" : "▶";
  }
}
