package dev.overwinter.worker.watch;

/** What a text is to its reader, for terminals that show colours. */
public enum Tone {
  PLAIN(""),
  GOOD("1;32"),
  ATTENTION("33"),
  BAD("1;31"),
  STRONG("1");

  private final String code;

  Tone(String code) {
    this.code = code;
  }

  /** The parameters of the terminal's SGR sequence; empty for none. */
  String code() {
    return code;
  }
}
