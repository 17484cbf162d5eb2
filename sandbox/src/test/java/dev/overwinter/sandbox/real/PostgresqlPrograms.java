package dev.overwinter.sandbox.real;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** PostgreSQL's own programs on this machine, which the embedded server comes without. */
public final class PostgresqlPrograms {
  /** Where Debian and Ubuntu have them. */
  private static final Path PACKAGED = Path.of("/usr/lib/postgresql/15");

  private PostgresqlPrograms() {}

  /** What {@code POSTGRESQL_BIN} names, else where {@code tools/postgresql} installs them. */
  static Optional<Path> directory() {
    String named = System.getenv("POSTGRESQL_BIN");
    if (named != null) {
      return Optional.of(Path.of(named)).filter(PostgresqlPrograms::hasPrograms);
    }
    return Optional.of(PACKAGED.resolve("bin"))
        .filter(PostgresqlPrograms::hasPrograms)
        .filter(bin -> Files.exists(PACKAGED.resolve("lib/pg_cron.so")));
  }

  /** The path of a program such as {@code pg_dump}. */
  public static String program(String name) {
    return directory().orElseThrow().resolve(name).toString();
  }

  private static boolean hasPrograms(Path directory) {
    return Files.isExecutable(directory.resolve("pg_dump"))
        && Files.isExecutable(directory.resolve("initdb"));
  }
}
