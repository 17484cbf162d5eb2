package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What {@code pg_dump} and {@code pg_dumpall} write down of a database and its server. */
final class DatabaseDump {
  private static final long PATIENCE_SECONDS = 120;

  private final Path database;
  private final Path globals;

  private DatabaseDump(Path database, Path globals) {
    this.database = database;
    this.globals = globals;
  }

  /**
   * Everything: definitions, rows, large objects, the states of sequences, the database's own
   * settings, and of the server its roles, memberships and role settings.
   *
   * @param directory where the files go, under the name of this dump
   */
  static DatabaseDump of(Path directory, String name, String jdbcUrl, String user, String password)
      throws Exception {
    URI address = URI.create(jdbcUrl.substring("jdbc:".length()));
    List<String> server =
        List.of(
            "--host=" + address.getHost(),
            "--port=" + address.getPort(),
            "--username=" + user,
            "--no-password");
    String database = address.getPath().substring(1);
    return new DatabaseDump(
        dump(directory.resolve(name + ".sql"), password, server, "pg_dump", "--create", database),
        dump(
            directory.resolve(name + "-globals.sql"),
            password,
            server,
            "pg_dumpall",
            "--globals-only"));
  }

  private static Path dump(
      Path file, String password, List<String> server, String program, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(PostgresqlPrograms.program(program));
    command.addAll(server);
    command.addAll(List.of(arguments));
    Path errors = Path.of(file + ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(file.toFile()).redirectError(errors.toFile());
    builder.environment().put("PGPASSWORD", password);
    Process process = builder.start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(program + " is still running");
    }
    assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
    Files.write(file, withoutRandomness(Files.readAllLines(file)));
    return file;
  }

  /**
   * Since August 2025 psql is told to execute nothing but SQL until it reads a word again which
   * pg_dump makes up for each dump. Nothing else of a dump is made up.
   */
  private static List<String> withoutRandomness(List<String> lines) {
    return lines.stream()
        .map(line -> line.replaceFirst("^(\\\\(?:un)?restrict) \\w+$", "$1 RANDOM"))
        .toList();
  }

  /** Fails with the lines that differ. */
  void isSameAs(DatabaseDump before) {
    assertThat(database).hasSameTextualContentAs(before.database);
    assertThat(globals).hasSameTextualContentAs(before.globals);
  }

  String text() throws IOException {
    return Files.readString(database) + Files.readString(globals);
  }
}
