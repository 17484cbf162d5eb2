package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ExportLane;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.ArchiveSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyFaultsTest {
  private static final Duration AT_ONCE = Duration.ofSeconds(10);

  @TempDir private Path directory;
  private CopyFixture fixture;

  @BeforeEach
  void fill() {
    fixture =
        new CopyFixture(
            directory.resolve("archive"),
            "CREATE SCHEMA app; CREATE TABLE app.unit (id int, note text)",
            32 * 1024,
            "app");
    TestServer.execute(
        fixture.source,
        "INSERT INTO app.unit SELECT c, 'private note ' || c FROM pg_catalog.generate_series(1, 4000) c");
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Path part(int number) {
    return fixture.runDirectory().resolve("app.unit/part-0000%d.jsonl".formatted(number));
  }

  /** What the target is loaded from, in binary. */
  private Path rows(int number) {
    return fixture.runDirectory().resolve("app.unit/part-0000%d.pgcopy".formatted(number));
  }

  @Test
  void binary_rows_that_are_missing_cut_or_changed_are_exported_again() throws IOException {
    fixture.plan();
    fixture.exportLane();
    fixture.complete();
    Files.delete(rows(1));
    Files.write(rows(2), new byte[0]);
    change(rows(3));
    fixture.importLane();
    assertThat(TableContents.rows(fixture.target, "app"))
        .isEqualTo(TableContents.rows(fixture.source, "app"));
    assertThat(fixture.files()).noneMatch(it -> it.toString().endsWith(".pgcopy"));
  }

  @Test
  void parts_of_rows_that_travel_as_text_are_healed_before_they_are_imported() throws IOException {
    TestServer.execute(fixture.target, "ALTER TABLE app.unit ALTER COLUMN id TYPE bigint");
    fixture.plan();
    fixture.exportLane();
    fixture.complete();
    assertThat(rows(1)).doesNotExist();
    Files.delete(part(1));
    Files.write(part(2), new byte[0]);
    change(part(3));
    fixture.importLane();
    assertThat(TableContents.rows(fixture.target, "app"))
        .isEqualTo(TableContents.rows(fixture.source, "app"));
  }

  private static void change(Path file) throws IOException {
    byte[] changed = Files.readAllBytes(file);
    changed[changed.length / 2] ^= 1;
    Files.write(file, changed);
  }

  @Test
  void rows_count_when_they_are_copied_and_again_only_when_they_are_copied_again()
      throws IOException {
    long chunks = fixture.plan().chunks();
    fixture.exportLane();
    fixture.exportLane();
    assertThat(fixture.recorder.counted(Measure.ROWS_EXPORTED)).isEqualTo(4000);
    assertThat(fixture.recorder.counted(Measure.CHUNKS_EXPORTED)).isEqualTo(chunks);
    long bytes = fixture.recorder.counted(Measure.BYTES_EXPORTED);
    fixture.complete();
    Files.delete(rows(1));

    fixture.importLane();
    fixture.importLane();

    assertThat(fixture.recorder.counted(Measure.ROWS_IMPORTED)).isEqualTo(4000);
    assertThat(fixture.recorder.counted(Measure.CHUNKS_IMPORTED)).isEqualTo(chunks);
    assertThat(fixture.recorder.counted(Measure.BYTES_IMPORTED)).isEqualTo(bytes);
    assertThat(fixture.recorder.counted(Measure.ROWS_EXPORTED))
        .as("the part that was lost was exported again")
        .isBetween(4001L, 7999L);
  }

  @Test
  void an_archive_on_another_host_is_made_again_by_its_completion() throws IOException {
    fixture.plan();
    fixture.exportLane();
    ArchiveSummary before = fixture.complete();
    for (Path file : fixture.files()) {
      Files.delete(file);
    }
    assertThat(fixture.complete()).isEqualTo(before);
    assertThat(fixture.files().stream().filter(it -> !it.toString().endsWith(".pgcopy")))
        .hasSize(before.parts() + 1);
  }

  @Test
  void a_part_that_the_source_cannot_give_again_stops_the_run() throws IOException {
    fixture.plan();
    fixture.exportLane();
    Files.delete(rows(1));
    TestServer.execute(fixture.source, "UPDATE app.unit SET note = 'new' WHERE id = 1");
    StepException failure = catchThrowableOfType(StepException.class, fixture::importLane);
    assertThat(failure.type()).isEqualTo(FailureType.ARCHIVE_DAMAGED);
    assertThat(failure).hasMessageContaining("app.unit, chunk 1").hasNoCause();
    assertThat(
            fixture.onTarget("SELECT count(*) FROM overwinter.chunk WHERE loaded_at IS NOT NULL"))
        .isEqualTo(fixture.onTarget("SELECT count(DISTINCT loaded_at) FROM overwinter.chunk"));
    assertThat(fixture.onTarget("SELECT sum(loaded_rows) FROM overwinter.chunk"))
        .isEqualTo(fixture.onTarget("SELECT nullif(count(*), 0) FROM app.unit"));
  }

  @Test
  void a_table_that_was_altered_since_the_plan_stops_the_run() {
    fixture.plan();
    fixture.exportLane();
    TestServer.execute(fixture.source, "ALTER TABLE app.unit ADD COLUMN later int");
    assertFailure(FailureType.SOURCE_NOT_FROZEN, "app.unit", fixture::complete);
    assertFailure(FailureType.SOURCE_NOT_FROZEN, "app.unit", fixture::importLane);
  }

  @Test
  void a_table_that_was_created_since_the_plan_stops_the_run() {
    fixture.plan();
    fixture.exportLane();
    TestServer.execute(fixture.source, "CREATE TABLE app.later (id int)");
    assertFailure(FailureType.SOURCE_NOT_FROZEN, "app.later", fixture::complete);
  }

  @Test
  void rows_that_were_moved_between_two_chunks_stop_the_run() {
    fixture.plan();
    TestServer.execute(fixture.source, "VACUUM FULL app.unit");
    assertFailure(FailureType.SOURCE_NOT_FROZEN, "app.unit", fixture::exportLane);
  }

  @Test
  void what_a_dead_worker_was_writing_is_removed_in_the_end() throws IOException {
    fixture.plan();
    fixture.exportLane();
    Path draft = Files.writeString(part(1).resolveSibling("part-00001.jsonl.1.part"), "half a row");
    fixture.complete();
    assertThat(draft).doesNotExist();
  }

  @Test
  void a_chunk_that_another_lane_holds_keeps_the_archive_open() throws SQLException {
    fixture.plan();
    fixture.exportLane();
    TestServer.execute(
        fixture.target,
        """
        UPDATE overwinter.chunk SET exported_at = NULL, rows = NULL, part_bytes = NULL,
               part_sha256 = NULL, raw_digest = NULL WHERE chunk_no = 2
        """);
    try (Connection other = fixture.target.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT 1 FROM overwinter.chunk WHERE chunk_no = 2 FOR UPDATE");
      assertFailure(FailureType.STEP_BUSY, "1 of", fixture::complete);
      other.rollback();
    }
    assertThat(fixture.complete().rows()).isEqualTo(4000);
  }

  @Test
  void an_archive_directory_that_cannot_be_written_is_named_without_its_path() throws IOException {
    fixture.plan();
    Files.writeString(directory.resolve("archive"), "a file, no directory");
    StepException failure = catchThrowableOfType(StepException.class, fixture::exportLane);
    assertThat(failure.type()).isEqualTo(FailureType.ARCHIVE_UNAVAILABLE);
    assertThat(failure.getMessage())
        .contains("archive directory", "setting")
        .doesNotContain(directory.toString());
  }

  @Test
  void a_trigger_that_drops_rows_on_the_target_is_noticed() {
    fixture.plan();
    fixture.exportLane();
    TestServer.execute(
        fixture.target,
        """
        CREATE FUNCTION app.drop_some() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN IF NEW.id = 77 THEN RETURN NULL; END IF; RETURN NEW; END';
        CREATE TRIGGER drop_some BEFORE INSERT ON app.unit
          FOR EACH ROW EXECUTE FUNCTION app.drop_some();
        """);
    assertFailure(FailureType.DATABASE_REFUSED, "trigger", fixture::importLane);
    assertThat(fixture.onTarget("SELECT count(*) FROM app.unit"))
        .isEqualTo(fixture.onTarget("SELECT COALESCE(sum(loaded_rows), 0) FROM overwinter.chunk"));
  }

  @Test
  void a_value_that_the_target_refuses_is_not_quoted() {
    fixture.plan();
    fixture.exportLane();
    TestServer.execute(fixture.target, "ALTER TABLE app.unit ADD CHECK (id <> 77)");
    StepException failure = catchThrowableOfType(StepException.class, fixture::importLane);
    assertThat(failure.type()).isEqualTo(FailureType.DATABASE_REFUSED);
    assertThat(failure.getMessage()).contains("app.unit").doesNotContain("private note");
    assertThat(failure).hasNoCause();
  }

  @Test
  void rows_that_a_policy_hides_from_the_role_are_an_error_and_not_left_out() {
    String name = TestServer.single(fixture.source, "SELECT current_database()");
    TestServer.execute(
        fixture.source,
        """
        CREATE ROLE limited LOGIN; GRANT USAGE ON SCHEMA app TO limited;
        GRANT SELECT ON ALL TABLES IN SCHEMA app TO limited;
        ALTER TABLE app.unit ENABLE ROW LEVEL SECURITY;
        """);
    fixture.plan();
    try (Database limited = TestServer.open("source", name, "limited")) {
      ExportLane lane = new ExportLane(limited, fixture.target, fixture.archive);
      assertFailure(
          FailureType.PRIVILEGE_MISSING,
          "export of app.unit",
          () -> lane.run(fixture.input(), fixture.recorder));
    }
  }

  @Test
  void a_lane_that_is_blocked_in_the_target_ends_when_it_is_cancelled() throws Exception {
    fixture.plan();
    fixture.exportLane();
    assertCancelled(fixture.target, () -> fixture.importLane());
    fixture.importLane();
    assertThat(fixture.onTarget("SELECT count(*) FROM app.unit")).isEqualTo("4000");
  }

  @Test
  void a_lane_that_is_blocked_in_the_source_ends_when_it_is_cancelled() throws Exception {
    fixture.plan();
    assertCancelled(fixture.source, () -> fixture.exportLane());
    assertThat(fixture.exportLane().rows()).isEqualTo(4000);
  }

  private void assertCancelled(Database locked, Runnable lane) throws Exception {
    try (Connection other = locked.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE app.unit IN ACCESS EXCLUSIVE MODE");
      CompletableFuture<Void> running = CompletableFuture.runAsync(lane);
      waitUntil(
          locked,
          "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 'app.unit'::regclass");
      fixture.recorder.cancel();
      assertThatThrownBy(() -> running.get(AT_ONCE.toSeconds(), TimeUnit.SECONDS))
          .hasCauseInstanceOf(StepException.class);
      waitUntil(
          locked,
          "SELECT count(*) = 0 FROM pg_locks WHERE NOT granted AND relation = 'app.unit'::regclass");
      other.rollback();
    } catch (CompletionException e) {
      throw new AssertionError(e);
    }
  }

  private static void waitUntil(Database database, String condition) throws InterruptedException {
    long deadline = System.nanoTime() + AT_ONCE.toNanos();
    while (!TestServer.single(database, condition).equals("t")) {
      assertThat(System.nanoTime()).as(condition).isLessThan(deadline);
      Thread.sleep(10);
    }
  }

  private static void assertFailure(FailureType type, String part, Runnable work) {
    StepException failure = catchThrowableOfType(StepException.class, work::run);
    assertThat(failure).isNotNull().hasMessageContaining(part).hasNoCause();
    assertThat(failure.type()).isEqualTo(type);
  }
}
