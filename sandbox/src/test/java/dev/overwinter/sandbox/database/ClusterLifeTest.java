package dev.overwinter.sandbox.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.sandbox.app.SandboxSeed;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterLifeTest {
  @TempDir Path directory;

  @Test
  void kept_clusters_come_back_with_their_rows() throws SQLException {
    SandboxOptions options = SandboxOptions.keptIn(directory);
    try (SupabaseSource source = SupabaseSource.start(options)) {
      source.plant(SandboxSeed.small());
    }
    try (SelfHostedTarget target = SelfHostedTarget.start(options)) {
      run(target.connect("app_user"), "INSERT INTO organizations (name, slug) VALUES ('A', 'a')");
    }

    try (SupabaseSource source = SupabaseSource.start(options);
        SelfHostedTarget target = SelfHostedTarget.start(options)) {
      assertThat(count(source.connect("postgres"), "auth.users"))
          .isEqualTo(SandboxSeed.small().users());
      assertThat(count(target.connect("app_owner"), "organizations")).isEqualTo(1);
      assertThat(setting(source.connect("postgres"), "fsync")).isEqualTo("on");
      assertThat(setting(source.connect("postgres"), "synchronous_commit")).isEqualTo("on");
    }
  }

  @Test
  void throwaway_clusters_leave_nothing_behind() throws SQLException {
    SandboxOptions options = SandboxOptions.throwaway();
    try (SupabaseSource source = SupabaseSource.start(options);
        SelfHostedTarget target = SelfHostedTarget.start(options)) {
      assertThat(setting(source.connect("postgres"), "fsync")).isEqualTo("off");
      assertThat(target.jdbcUrl()).isNotEqualTo(source.jdbcUrl());
    }

    assertThat(options.directory()).doesNotExist();
  }

  @Test
  void a_server_of_a_living_process_is_left_alone_and_one_of_a_killed_process_replaced()
      throws Exception {
    Process first =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StartAndHang.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("first.out").toFile())
            .start();
    while (!Files.exists(directory.resolve("target/sandbox-ready"))) {
      assertThat(first.isAlive()).isTrue();
      Thread.sleep(20);
    }
    assertThatThrownBy(() -> SelfHostedTarget.start(SandboxOptions.keptIn(directory)))
        .hasRootCauseMessage(
            "Another process is using "
                + directory.resolve("target")
                + ": stop it or choose another directory");
    first.destroyForcibly();
    assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();
    long orphan = pid(directory);
    assertThat(ProcessHandle.of(orphan)).hasValueSatisfying(ProcessHandle::isAlive);

    try (SelfHostedTarget target = SelfHostedTarget.start(SandboxOptions.keptIn(directory))) {
      assertThat(count(target.connect("app_owner"), "organizations")).isZero();
      assertThat(pid(directory)).isNotEqualTo(orphan);
    }
  }

  @Test
  void a_cluster_whose_furnishing_was_interrupted_is_made_again() throws Exception {
    SandboxOptions options = SandboxOptions.keptIn(directory).withFsync(false);
    SelfHostedTarget.start(options).close();
    Files.delete(directory.resolve("target/sandbox-ready"));

    try (SelfHostedTarget target = SelfHostedTarget.start(options)) {
      assertThat(count(target.connect("app_owner"), "organizations")).isZero();
    }
  }

  @Test
  void a_directory_with_something_else_in_it_is_left_alone() throws Exception {
    Path precious = Files.createDirectories(directory.resolve("source")).resolve("thesis.txt");
    Files.writeString(precious, "years of work");

    assertThatThrownBy(() -> SupabaseSource.start(SandboxOptions.keptIn(directory)))
        .isInstanceOf(UncheckedIOException.class)
        .hasRootCauseMessage(
            directory.resolve("source")
                + " exists and is not a PostgreSQL cluster: choose another directory");
    assertThat(precious).exists();
  }

  @Test
  void one_port_for_both_sides_is_refused() {
    SandboxOptions options = SandboxOptions.keptIn(directory).withFsync(false);

    assertThatThrownBy(() -> options.withPorts(5432, 5432))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("choose two ports");
  }

  /** The process to be killed. */
  static final class StartAndHang {
    private StartAndHang() {}

    public static void main(String[] arguments) throws Exception {
      SelfHostedTarget.start(SandboxOptions.keptIn(Path.of(arguments[0])));
      Thread.sleep(TimeUnit.MINUTES.toMillis(1));
    }
  }

  private static long pid(Path directory) throws Exception {
    return Long.parseLong(
        Files.readAllLines(directory.resolve("target/postmaster.pid")).get(0).trim());
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (connection;
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long count(Connection connection, String table) throws SQLException {
    return Long.parseLong(text(connection, "SELECT count(*) FROM " + table));
  }

  private static String setting(Connection connection, String name) throws SQLException {
    return text(connection, "SHOW " + name);
  }

  private static String text(Connection connection, String query) throws SQLException {
    try (connection;
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
