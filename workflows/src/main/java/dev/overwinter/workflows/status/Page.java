package dev.overwinter.workflows.status;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Markdown that reads well in every web UI of Temporal. They agree on headings, paragraphs, bold,
 * flat lists and fenced code. Tables have neither borders nor space between their cells in some of
 * them, so whatever stands in columns is fenced; raw HTML is shown by some and dropped by others.
 */
final class Page {
  /** What fits half of a window of 1440 pixels. */
  static final int COLUMNS = 74;

  /** Temporal keeps at most 20 KB of details. */
  private static final int MOST_BYTES = 18_000;

  private static final String CUT_OFF = "\n\nCut off here; the query `status` has the rest.\n";

  private final StringBuilder text = new StringBuilder();

  Page heading(String heading) {
    return block("## " + plain(heading));
  }

  Page section(String heading) {
    return block("### " + plain(heading));
  }

  /** A paragraph of Markdown. */
  Page block(String markdown) {
    text.append(markdown).append("\n\n");
    return this;
  }

  Page fenced(List<String> lines) {
    text.append("```\n");
    // A fence inside would end the block.
    lines.forEach(line -> text.append(line.replace("```", "'''")).append('\n'));
    text.append("```\n\n");
    return this;
  }

  Page list(List<String> items) {
    items.forEach(item -> text.append("- ").append(item).append('\n'));
    text.append('\n');
    return this;
  }

  /** Text from outside: what people typed, what databases call things. */
  static String plain(String text) {
    return text.strip()
        .replaceAll("\\s+", " ")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace("*", "&#42;")
        .replace("$", "&#36;");
  }

  /** A name from outside. */
  static String code(String name) {
    return "`" + name.replaceAll("[`\\s]+", " ").strip() + "`";
  }

  @Override
  public String toString() {
    if (text.toString().getBytes(StandardCharsets.UTF_8).length <= MOST_BYTES) {
      return text.toString();
    }
    int end = text.length();
    // Lines are short, so this gives up little more than it must.
    do {
      end = text.lastIndexOf("\n", end - 1);
    } while (text.substring(0, end).getBytes(StandardCharsets.UTF_8).length > MOST_BYTES);
    return text.substring(0, end) + CUT_OFF;
  }
}
