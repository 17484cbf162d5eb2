package dev.overwinter.worker.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Breaks text at spaces, so that it fits a terminal. */
public final class LineBreaks {
  private static final Pattern GAP = Pattern.compile("\\S {2,}(?=\\S)");
  private static final Pattern OPTION = Pattern.compile(" (?=--)");

  /** Columns further to the right leave too little room for what follows. */
  private static final int LAST_COLUMN = 40;

  /** What tells a shell that a command goes on in the next line. */
  private static final String CONTINUED = " \\";

  private LineBreaks() {}

  /**
   * Lines of at most that width, except where a single word is longer. What is broken off goes
   * below the last column of its line, columns being set apart by two spaces or more.
   */
  public static List<String> of(String text, int width) {
    List<String> lines = new ArrayList<>();
    for (String line : text.split("\r?\n", -1)) {
      breakLine(line, width, lines);
    }
    return lines;
  }

  private static void breakLine(String line, int width, List<String> lines) {
    String indent = " ".repeat(Math.min(column(line), width / 2));
    String rest = line;
    while (rest.length() > width) {
      int end = rest.lastIndexOf(' ', width);
      if (end <= indent.length()) {
        end = rest.indexOf(' ', width);
      }
      if (end < 0) {
        break;
      }
      lines.add(rest.substring(0, end).stripTrailing());
      rest = indent + rest.substring(end).stripLeading();
    }
    lines.add(rest);
  }

  private static int column(String line) {
    int column = line.length() - line.stripLeading().length();
    Matcher gap = GAP.matcher(line);
    while (gap.find() && gap.end() <= LAST_COLUMN) {
      column = gap.end();
    }
    return column;
  }

  /** A shell command, broken before its options in a way that a shell puts together again. */
  static List<String> ofCommand(String command, int width) {
    if (command.length() <= width) {
      return List.of(command);
    }
    String indent = " ".repeat(command.length() - command.stripLeading().length());
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(indent);
    for (String part : OPTION.split(command.strip())) {
      boolean empty = line.toString().isBlank();
      if (!empty && line.length() + part.length() + " ".length() + CONTINUED.length() > width) {
        lines.add(line + CONTINUED);
        line = new StringBuilder(indent).append("  ");
        empty = true;
      }
      line.append(empty ? "" : " ").append(part);
    }
    lines.add(line.toString());
    return lines;
  }
}
