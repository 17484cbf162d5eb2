package dev.overwinter.worker.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Colours text on terminals, unless NO_COLOR asks for none (no-color.org). */
public final class Paint {
  private static final String ESCAPE = "\u001b[";

  private final boolean colours;

  private Paint(boolean colours) {
    this.colours = colours;
  }

  /** For this process's standard output. */
  public static Paint ofThisTerminal() {
    return of(Console.isTerminal(), System.getenv());
  }

  static Paint of(boolean terminal, Map<String, String> environment) {
    return new Paint(terminal && environment.getOrDefault("NO_COLOR", "").isEmpty());
  }

  /** Leaves every text as it is. */
  public static Paint none() {
    return new Paint(false);
  }

  /** The text in the tone's colour. */
  public String on(Tone tone, String text) {
    if (!colours || tone == Tone.PLAIN || text.isEmpty()) {
      return text;
    }
    return ESCAPE + tone.code() + "m" + text + ESCAPE + "0m";
  }

  /** The lines with what the first one begins with in the tone's colour. */
  public List<String> beginning(Tone tone, String beginning, List<String> lines) {
    List<String> painted = new ArrayList<>(lines);
    if (lines.get(0).startsWith(beginning)) {
      painted.set(0, on(tone, beginning) + lines.get(0).substring(beginning.length()));
    }
    return painted;
  }
}
