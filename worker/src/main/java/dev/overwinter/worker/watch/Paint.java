package dev.overwinter.worker.watch;

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
}
