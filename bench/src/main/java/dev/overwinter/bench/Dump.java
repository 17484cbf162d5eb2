package dev.overwinter.bench;

/** PostgreSQL's own pair of programs. */
final class Dump extends ShellContender {
  private final String options;

  Dump(String key, String options) {
    super(
        key,
        "`pg_dump -Fd -j2 %s`, then `pg_restore -j2`".formatted(options).replace(" `,", "`,"),
        "one process a table; files that only PostgreSQL reads; no proof, no mapping, no resume",
        Template.EMPTY);
    this.options = options;
  }

  @Override
  public boolean isOrdinary() {
    return !options.isEmpty();
  }

  @Override
  String script(Setting setting) {
    return """
        pg_dump -Fd -j "$JOBS" %s -N auth -f "$WORK/dump" "$SOURCE" >&2
        phase dump
        pg_restore -j "$JOBS" -d "$TARGET" "$WORK/dump" >&2
        phase restore
        """
        .formatted(options);
  }
}
