package dev.overwinter.sandbox.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.stackauth.StackAuthStandIn;
import dev.overwinter.worker.Overwinter;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A source, a target and a stand-in, and a person who types commands, each a process of its own.
 */
public final class Doors implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 180;

  public final SupabaseSource source;
  public final SelfHostedTarget target;
  public final StackAuthStandIn stackAuth = StackAuthStandIn.start();
  private final Path directory;

  private Doors(Path directory) throws SQLException {
    this.directory = directory;
    SandboxOptions options = SandboxOptions.throwaway();
    source = SupabaseSource.start(options);
    target = SelfHostedTarget.start(options);
    source.plant(SandboxSeed.small());
  }

  public static Doors open(Path directory) throws SQLException {
    return new Doors(directory);
  }

  /** Settings as a person writes them. */
  public String settings(ObjectNode request) {
    return """
    source:
      url: %s
      user: %s
    target:
      url: %s
      user: %s
    stackAuth:
      url: %s
      projectId: %s
    archive:
      directory: %s
    request: %s
    """
        .formatted(
            source.jdbcUrl(),
            source.user(),
            target.jdbcUrl(),
            target.user(),
            stackAuth.baseUrl(),
            stackAuth.project().id(),
            directory.resolve("archive"),
            request);
  }

  /** The three secrets. */
  public Map<String, String> secrets() {
    Map<String, String> secrets = new HashMap<>();
    secrets.put("OVERWINTER_SOURCE_PASSWORD", source.password());
    secrets.put("OVERWINTER_TARGET_PASSWORD", target.password());
    secrets.put("OVERWINTER_STACK_SECRET_KEY", stackAuth.project().secretServerKey());
    return secrets;
  }

  /** Types {@code overwinter COMMAND --config FILE ARGUMENTS} and waits for the end. */
  public Answer type(
      String settings, Map<String, String> environment, String command, String... arguments)
      throws IOException, InterruptedException {
    return type(directory, settings, environment, command, arguments);
  }

  /** The same in any directory, where settings and logs are put. */
  public static Answer type(
      Path directory,
      String settings,
      Map<String, String> environment,
      String command,
      String... arguments)
      throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("overwinter.yaml"), settings);
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-Xmx256m", "-cp", classPath()));
    words.addAll(List.of(Overwinter.class.getName(), command, "--config", file.toString()));
    words.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(words).directory(directory.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("OVERWINTER_") || name.startsWith("TEMPORAL_"));
    // A Temporal tool that this machine keeps there would want the usual port.
    builder.environment().put("XDG_CACHE_HOME", directory.toString());
    builder.environment().putAll(environment);
    Path out = Files.createTempFile(directory, "out", ".txt");
    Path errors = Files.createTempFile(directory, "err", ".txt");
    Process process = builder.redirectOutput(out.toFile()).redirectError(errors.toFile()).start();
    process.getOutputStream().close();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running: " + Files.readString(out));
    }
    return new Answer(process.exitValue(), Files.readString(out), Files.readString(errors));
  }

  /** As a person has it: without the tests and how they log. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(part -> !part.endsWith("test-classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Every row and every definition of both databases, and every account. */
  public Map<String, String> everything() throws SQLException {
    Map<String, String> found = new TreeMap<>();
    try (Connection side = source.connect(SupabaseSource.SUPERUSER)) {
      look(side, "source ", found);
    }
    try (Connection side = target.connect(SelfHostedTarget.SUPERUSER)) {
      look(side, "target ", found);
    }
    found.put("accounts", stackAuth.users().toString());
    return found;
  }

  private static void look(Connection side, String name, Map<String, String> found)
      throws SQLException {
    try (Statement statement = side.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery(
              """
              SELECT c.oid::regclass::text, c.relkind, c.relfilenode, c.relhastriggers,
                     (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid)
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
              """)) {
        while (rows.next()) {
          String relation = rows.getString(1);
          found.put(name + relation, rows.getString(3) + " triggers " + rows.getString(5));
          if (rows.getString(2).equals("r")) {
            tables.add(relation);
          }
        }
      }
      for (String table : tables) {
        try (ResultSet rows =
            statement.executeQuery(
                "SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM " + table + " t")) {
          rows.next();
          found.merge(name + table, " rows " + rows.getString(1), String::concat);
        }
      }
    }
  }

  public void onSource(String sql) throws SQLException {
    try (Connection connection = source.connect(SupabaseSource.SUPERUSER)) {
      execute(connection, sql);
    }
  }

  public void onTarget(String sql) throws SQLException {
    try (Connection connection = target.connect(SelfHostedTarget.SUPERUSER)) {
      execute(connection, sql);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    stackAuth.close();
    source.close();
    target.close();
  }
}
