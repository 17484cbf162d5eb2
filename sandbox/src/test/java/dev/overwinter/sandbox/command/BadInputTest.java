package dev.overwinter.sandbox.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.demo.SandboxRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong is told in one message, with its place and remedy, before anything happens. */
@Timeout(180)
class BadInputTest {
  private static final int WRONG = 2;
  private static final int BLOCKED = 3;

  @TempDir static Path directory;
  private static Doors doors;

  private final ObjectNode request = SandboxRequest.create();
  private final Map<String, String> environment = doors.secrets();
  private Map<String, String> before;

  @BeforeAll
  static void open() throws SQLException {
    doors = Doors.open(directory);
  }

  @AfterAll
  static void close() {
    doors.close();
  }

  @BeforeEach
  void look() throws SQLException {
    before = doors.everything();
  }

  @AfterEach
  void nothing_was_touched() throws SQLException {
    assertThat(doors.everything()).isEqualTo(before);
    assertThat(doors.stackAuth.requests().keySet())
        .noneMatch(
            route ->
                route.startsWith("POST")
                    || route.startsWith("PATCH")
                    || route.startsWith("DELETE"));
  }

  @Test
  void a_misspelt_field_of_the_request() throws Exception {
    request.withObject("/freeze").put("windwo", "PT2H");

    assertRefusedAtOnce(
        doors.settings(request), "1 problem", "freeze.windwo", "did you mean window");
  }

  @Test
  void a_misspelt_key_of_the_settings() throws Exception {
    String settings = doors.settings(request).replace("  projectId:", "  projektId:");
    environment.put("OVERWINTER_STACK_PROJECT_ID", doors.stackAuth.project().id());

    assertRefusedAtOnce(settings, "1 problem", "stackAuth.projektId", "did you mean projectId");
  }

  @Test
  void a_secret_in_the_file_is_refused_and_not_repeated() throws Exception {
    String settings =
        doors.settings(request).replace("target:\n", "target:\n  password: hunter2-secret\n");

    Answer answer =
        assertRefusedAtOnce(
            settings, "1 problem", "target.password", "OVERWINTER_TARGET_PASSWORD", "take it out");

    assertThat(answer.all()).doesNotContain("hunter2-secret");
  }

  @Test
  void a_missing_secret() throws Exception {
    environment.remove("OVERWINTER_STACK_SECRET_KEY");

    assertRefusedAtOnce(
        doors.settings(request), "1 problem", "OVERWINTER_STACK_SECRET_KEY is missing: set it");
  }

  @Test
  void a_wrong_password_of_the_source() throws Exception {
    environment.put("OVERWINTER_SOURCE_PASSWORD", "hunter2-wrong");

    Answer answer =
        assertOneBlocker(
            doors.settings(request),
            "The source database refuses the password",
            "Correct OVERWINTER_SOURCE_USER and OVERWINTER_SOURCE_PASSWORD");

    assertThat(answer.all()).doesNotContain("hunter2-wrong");
  }

  @Test
  void a_database_that_does_not_exist() throws Exception {
    environment.put("OVERWINTER_TARGET_URL", doors.target.jdbcUrl("coldchian"));
    request.remove("expect");

    assertOneBlocker(
        doors.settings(request),
        "target: The target database has no database of this name",
        "OVERWINTER_TARGET_URL");
  }

  @Test
  void a_source_that_is_no_supabase_project() throws Exception {
    doors.target.createDatabase("plain");
    environment.put("OVERWINTER_SOURCE_URL", doors.target.jdbcUrl("plain"));
    environment.put("OVERWINTER_SOURCE_USER", doors.target.user());
    environment.put("OVERWINTER_SOURCE_PASSWORD", doors.target.password());
    request.remove("expect");

    assertOneBlocker(
        doors.settings(request), "This is not a Supabase project", "OVERWINTER_SOURCE_URL");
  }

  @Test
  void source_and_target_are_the_same_database() throws Exception {
    environment.put("OVERWINTER_TARGET_URL", doors.source.jdbcUrl());
    environment.put("OVERWINTER_TARGET_USER", doors.source.user());
    environment.put("OVERWINTER_TARGET_PASSWORD", doors.source.password());
    request.remove("expect");

    assertOneBlocker(
        doors.settings(request),
        "Source and target are the same database",
        "Correct OVERWINTER_SOURCE_URL or OVERWINTER_TARGET_URL");
  }

  @Test
  void rows_in_the_target() throws Exception {
    rehearsal(
        "filled", "INSERT INTO public.organizations (name, slug) VALUES ('somebody', 'somebody')");

    Answer answer =
        assertOneBlocker(
            doors.settings(request),
            "public.organizations: The target's table has rows",
            "or name it in skipTables");

    assertThat(answer.all()).doesNotContain("somebody");
  }

  @Test
  void a_table_that_the_target_lacks() throws Exception {
    rehearsal("untabled", "DROP TABLE public.event_logs CASCADE");

    assertOneBlocker(
        doors.settings(request), "public.event_logs: The target lacks this table", "Create it");
  }

  @Test
  void a_column_that_the_target_lacks() throws Exception {
    rehearsal("narrow", "ALTER TABLE public.hubs DROP COLUMN installed_by CASCADE");

    assertOneBlocker(
        doors.settings(request),
        "public.hubs.installed_by: The target lacks this column",
        "Add it to the target's table");
  }

  @Test
  void a_wrong_key_of_stack_auth() throws Exception {
    environment.put("OVERWINTER_STACK_SECRET_KEY", "ssk_hunter2_wrong");

    Answer answer =
        assertOneBlocker(
            doors.settings(request),
            "Stack Auth: Stack Auth refuses the secret server key",
            "Correct OVERWINTER_STACK_SECRET_KEY");

    assertThat(answer.all()).doesNotContain("ssk_hunter2_wrong");
  }

  @Test
  void a_project_that_stack_auth_does_not_know() throws Exception {
    environment.put("OVERWINTER_STACK_PROJECT_ID", "11111111-2222-4333-8444-555555555555");

    assertOneBlocker(
        doors.settings(request),
        "Stack Auth does not know the project",
        "Correct OVERWINTER_STACK_PROJECT_ID");
  }

  @Test
  void a_stack_auth_that_does_not_answer() throws Exception {
    environment.put("OVERWINTER_STACK_URL", "http://127.0.0.1:1");

    assertOneBlocker(
        doors.settings(request), "Stack Auth cannot be reached", "Correct OVERWINTER_STACK_URL");
  }

  @Test
  void an_archive_directory_that_cannot_be_written() throws Exception {
    Path file = Files.writeString(directory.resolve("in-the-way"), "");
    environment.put("OVERWINTER_ARCHIVE_DIRECTORY", file.resolve("archive").toString());

    assertOneBlocker(
        doors.settings(request),
        "archive: The archive directory " + file.resolve("archive") + " cannot be written",
        "OVERWINTER_ARCHIVE_DIRECTORY");
  }

  /** Another target for one test, in which something is wrong. */
  private void rehearsal(String database, String change) throws SQLException {
    doors.target.createDatabase(database);
    try (var connection = doors.target.connect(database, "app_owner");
        var statement = connection.createStatement()) {
      statement.execute(change);
    }
    environment.put("OVERWINTER_TARGET_URL", doors.target.jdbcUrl(database));
    request.remove("expect");
  }

  /** Neither command gets as far as to look at anything. */
  private Answer assertRefusedAtOnce(String settings, String... words) throws Exception {
    Answer plan = doors.type(settings, environment, "plan");
    assertThat(plan.exitCode()).as(plan.all()).isEqualTo(WRONG);
    assertThat(plan.errors()).contains(words);
    Answer run = doors.type(settings, environment, "run", "--yes");
    assertThat(run.exitCode()).as(run.all()).isEqualTo(WRONG);
    assertThat(run.errors()).isEqualTo(plan.errors());
    return plan;
  }

  private Answer assertOneBlocker(String settings, String... words) throws Exception {
    Answer plan = doors.type(settings, environment, "plan");
    assertThat(plan.exitCode()).as(plan.all()).isEqualTo(BLOCKED);
    assertThat(plan.blockers()).as(plan.all()).hasSize(1);
    assertThat(plan.flowing()).contains(words);
    assertThat(plan.errors()).as("nothing but the plan").isEmpty();
    return plan;
  }
}
