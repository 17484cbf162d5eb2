package dev.overwinter.sandbox.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.freeze.FreezeStep;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.sandbox.demo.SandboxRequest;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class UnfreezeCommandTest {
  private static final String WRITE = "UPDATE public.units SET name = name";

  @TempDir static Path directory;
  private static Doors doors;

  @BeforeAll
  static void open() throws SQLException {
    doors = Doors.open(directory);
  }

  @AfterAll
  static void close() {
    doors.close();
  }

  @AfterEach
  void free() throws Exception {
    assertThat(unfreeze("--force").exitCode()).isZero();
  }

  @Test
  void a_guard_whose_lease_ran_out_is_removed_and_told_of() throws Exception {
    freeze();
    doors.onSource("UPDATE overwinter.guard SET lease_until = clock_timestamp() - interval '1s'");

    Answer answer = unfreeze();

    assertThat(answer.exitCode()).isZero();
    assertThat(answer.out())
        .contains("Found: A guard raised by workflow friday-night", "its lease ran out at")
        .contains("The source takes writes.");
    assertTheSourceIsFree();
  }

  @Test
  void a_guard_that_holds_stays_without_force_and_the_reason_is_told() throws Exception {
    freeze();

    Answer answer = unfreeze();

    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.errors())
        .contains("raised by workflow friday-night", "its lease runs until")
        .contains("If its run is alive, roll that back.", "the source frees itself")
        .contains("overwinter unfreeze --force")
        .contains("Nothing was changed; the source goes on refusing writes.");
    assertThatThrownBy(() -> doors.onSource(WRITE)).hasMessageContaining("takes no writes");
  }

  @Test
  void a_permanent_guard_warns_of_two_sides_that_take_writes() throws Exception {
    freeze();
    doors.onSource("UPDATE overwinter.guard SET permanent = true");

    Answer answer = unfreeze();

    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.errors()).contains("it is permanent", "or both sides take them");
    assertThatThrownBy(() -> doors.onSource(WRITE)).hasMessageContaining("takes no writes");

    Answer forced = unfreeze("--force");

    assertThat(forced.exitCode()).isZero();
    assertThat(forced.out()).contains("see to it that the target takes no writes");
    assertTheSourceIsFree();
  }

  @Test
  void nothing_but_the_source_is_needed_when_all_else_is_gone() throws Exception {
    freeze();
    Path archive = Files.createDirectory(directory.resolve("archive"));
    Files.delete(archive);
    String settings =
        doors
            .settings(SandboxRequest.create())
            .replace(doors.target.jdbcUrl(), "jdbc:postgresql://127.0.0.1:9/coldchain")
            .replace(doors.stackAuth.baseUrl().toString(), "http://127.0.0.1:9");
    Map<String, String> environment = sourceSecret();
    environment.put("TEMPORAL_ADDRESS", "127.0.0.1:9");
    assertThat(settings).doesNotContain(doors.target.jdbcUrl());

    Answer answer = doors.type(settings, environment, "unfreeze", "--force");

    assertThat(answer.exitCode()).as(answer.all()).isZero();
    assertThat(answer.out())
        .contains("Lifted it. The source takes writes.", "Its run cannot go live any more.");
    assertThat(answer.errors()).isEmpty();
    assertTheSourceIsFree();
  }

  @Test
  void a_source_out_of_reach_is_told_with_the_setting_to_look_at() throws Exception {
    Answer answer =
        doors.type(
            "source: {url: 'jdbc:postgresql://127.0.0.1:9/postgres', user: postgres}",
            sourceSecret(),
            "unfreeze");

    assertThat(answer.exitCode()).isEqualTo(2);
    assertThat(answer.errors())
        .contains("The source database cannot be reached", "OVERWINTER_SOURCE_URL");
  }

  @Test
  void a_guard_that_holds_goes_by_force() throws Exception {
    freeze();

    Answer answer = unfreeze("--force");

    assertThat(answer.exitCode()).isZero();
    assertThat(answer.out()).contains("its lease runs until", "Lifted it.");
    assertTheSourceIsFree();
  }

  @Test
  void a_source_without_a_guard_is_left_as_it_is() throws Exception {
    Map<String, String> before = doors.everything();

    Answer answer = unfreeze();

    assertThat(answer.exitCode()).isZero();
    assertThat(answer.out()).contains("No guard stood. The source takes writes.");
    assertThat(doors.everything()).isEqualTo(before);
  }

  @Test
  void settings_that_are_wrong_or_open_nothing_are_named() throws Exception {
    Answer missing = doors.type(sourceOnly(), Map.of(), "unfreeze");
    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.errors()).contains("1 problem").contains("OVERWINTER_SOURCE_PASSWORD is");

    Answer wrong = doors.type(sourceOnly(), Map.of("OVERWINTER_SOURCE_PASSWORD", "no"), "unfreeze");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.errors())
        .contains("The source database refuses the password", "OVERWINTER_SOURCE_PASSWORD");

    Answer misspelt = doors.type("sorce: {}\n" + sourceOnly(), sourceSecret(), "unfreeze");
    assertThat(misspelt.exitCode()).isEqualTo(2);
    assertThat(misspelt.errors()).contains("1 problem", "sorce", "source");
  }

  @Test
  void the_whole_file_of_the_migration_serves_as_well() throws Exception {
    Answer answer = doors.type(doors.settings(SandboxRequest.create()), sourceSecret(), "unfreeze");

    assertThat(answer.all()).contains("No guard stood.");
    assertThat(answer.exitCode()).isZero();
  }

  /** With the source's settings and nothing else. */
  private static Answer unfreeze(String... arguments) throws Exception {
    return doors.type(sourceOnly(), sourceSecret(), "unfreeze", arguments);
  }

  private static String sourceOnly() {
    return "source: {url: '%s', user: %s}".formatted(doors.source.jdbcUrl(), doors.source.user());
  }

  private static Map<String, String> sourceSecret() {
    Map<String, String> secrets = new HashMap<>(doors.secrets());
    secrets.keySet().retainAll(Set.of("OVERWINTER_SOURCE_PASSWORD"));
    return secrets;
  }

  private static void assertTheSourceIsFree() throws SQLException {
    doors.onSource(WRITE);
    assertThat(doors.everything().keySet()).noneMatch(name -> name.contains("overwinter."));
  }

  private static void freeze() {
    StepInput input =
        new StepInput(
            new RunKey("friday-night", "5c7a2a0e-8f27-4d39-b7a2-0f4e0c2f9a11"),
            RequestReader.read(SandboxRequest.create()).request());
    try (Database source =
            database(
                "source", doors.source.jdbcUrl(), doors.source.user(), doors.source.password());
        Database target =
            database(
                "target", doors.target.jdbcUrl(), doors.target.user(), doors.target.password())) {
      new FreezeStep(source, target).raise(input, new Quiet());
    }
  }

  private static Database database(String side, String url, String user, String password) {
    return new Database(new DatabaseSettings(side, url, user, password, 3));
  }

  /** Nobody follows, nobody cancels. */
  private static final class Quiet implements StepContext {
    @Override
    public void progress(Progress progress) {}

    @Override
    public AutoCloseable onCancel(Runnable action) {
      return () -> {};
    }
  }
}
