package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.Compression;
import dev.overwinter.workflows.steps.ArchiveSummary;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveImportTest {
  private static final String TABLES =
      """
      CREATE SCHEMA app;
      CREATE TABLE app.unit (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
      CREATE INDEX unit_note ON app.unit (note);
      CREATE TABLE app.reading (id bigserial, unit int REFERENCES app.unit, value numeric);
      CREATE INDEX reading_unit ON app.reading (unit);
      CREATE TABLE app.elsewhere (id int);
      CREATE FUNCTION app.refuse() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''a trigger fired''; END';
      CREATE TRIGGER refuse BEFORE INSERT ON app.reading
        FOR EACH ROW EXECUTE FUNCTION app.refuse();
      """;

  private static final String DEFINITIONS =
      """
      SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
        SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid IN ('app.unit'::regclass, 'app.reading'::regclass)
        UNION ALL
        SELECT k.conname || pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.connamespace = 'app'::regnamespace
        UNION ALL
        SELECT concat(pg_get_triggerdef(g.oid), g.tgenabled) FROM pg_trigger g WHERE NOT g.tgisinternal) d (line)
      """;

  @TempDir private Path directory;
  private CopyFixture fixture;
  private Database later;

  @BeforeEach
  void makeAnArchive() {
    fixture = new CopyFixture(directory.resolve("archive"), TABLES, 32 * 1024, "app");
    later = TestServer.createDatabase("later");
    TestServer.execute(later, TABLES);
    TestServer.execute(
        fixture.source,
        """
        INSERT INTO app.unit (note) SELECT 'note ' || c FROM generate_series(1, 100) c;
        ALTER TABLE app.reading DISABLE TRIGGER refuse;
        INSERT INTO app.reading (unit, value) SELECT c % 100 + 1, c / 7.0 FROM generate_series(1, 5000) c;
        ALTER TABLE app.reading ENABLE TRIGGER refuse;
        INSERT INTO app.elsewhere VALUES (1);
        """);
    fixture.plan();
    fixture.exportLane();
    fixture.complete();
  }

  @AfterEach
  void close() {
    fixture.close();
    later.close();
  }

  private ImportSummary load(String truncate, String... tables) {
    return new ArchiveImport(later, 1).run(order(truncate, tables), fixture.recorder);
  }

  private ImportOrder order(String truncate, String... tables) {
    return new ImportOrder(fixture.runDirectory(), List.of(tables), truncate);
  }

  private void assertLoaded() {
    assertThat(TableContents.rows(later, "app"))
        .isEqualTo(TableContents.rows(fixture.source, "app"));
    assertThat(TestServer.single(later, DEFINITIONS))
        .isEqualTo(TestServer.single(fixture.source, DEFINITIONS));
    assertThat(TestServer.single(later, "SELECT to_regnamespace('overwinter')")).isNull();
  }

  private Path part(int number) {
    return fixture.runDirectory().resolve("app.reading/part-0000%d.jsonl".formatted(number));
  }

  @Test
  void an_archive_becomes_a_database_again() {
    ImportSummary summary = load(null);

    assertThat(summary.tables()).isEqualTo(3);
    assertThat(summary.rows()).isEqualTo(5101);
    assertThat(summary.parts()).isGreaterThan(5);
    assertLoaded();
    assertThat(TestServer.single(later, "SELECT nextval('app.reading_id_seq')")).isEqualTo("5001");
    assertThat(TestServer.single(later, "INSERT INTO app.unit (note) VALUES ('') RETURNING id"))
        .isEqualTo("101");
  }

  @Test
  void a_compressed_archive_is_smaller_opens_with_zcat_and_is_loaded_again() throws Exception {
    try (CopyFixture compressed =
        new CopyFixture(directory.resolve("compressed"), TABLES, 32 * 1024, "app")) {
      compressed.compression = Compression.GZIP;
      TestServer.execute(
          compressed.source,
          """
          ALTER TABLE app.reading DISABLE TRIGGER refuse;
          INSERT INTO app.reading (value) SELECT c / 7.0 FROM generate_series(1, 5000) c;
          ALTER TABLE app.reading ENABLE TRIGGER refuse;
          """);
      compressed.plan();
      compressed.exportLane();
      ArchiveSummary archive = compressed.complete();

      new ArchiveImport(later, 1)
          .run(new ImportOrder(compressed.runDirectory(), List.of(), null), fixture.recorder);
      new TargetLoad(compressed.source, compressed.target, 1)
          .putAside(compressed.input(), compressed.recorder);
      compressed.importLane();

      assertThat(TableContents.rows(later, "app"))
          .isEqualTo(TableContents.rows(compressed.source, "app"))
          .isEqualTo(TableContents.rows(compressed.target, "app"));
      Path file = compressed.runDirectory().resolve("app.reading/part-00001.jsonl.gz");
      Process zcat =
          new ProcessBuilder("zcat", file.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      long uncompressed = zcat.getInputStream().transferTo(OutputStream.nullOutputStream());
      assertThat(zcat.waitFor()).isZero();
      assertThat(uncompressed).isGreaterThan(2 * Files.size(file));
      assertThat(archive.bytes())
          .isEqualTo(
              compressed.files().stream()
                  .filter(it -> it.toString().endsWith(".gz"))
                  .mapToLong(it -> it.toFile().length())
                  .sum());
    }
  }

  @Test
  void a_single_table_is_loaded_beside_others_that_stay() {
    TestServer.execute(later, "INSERT INTO app.elsewhere VALUES (7)");

    ImportSummary summary = load(null, "app.unit");

    assertThat(summary.rows()).isEqualTo(100);
    assertThat(TestServer.single(later, "SELECT count(*) FROM app.unit")).isEqualTo("100");
    assertThat(TestServer.single(later, "SELECT id FROM app.elsewhere")).isEqualTo("7");
    assertThat(load(null, "app.reading").rows()).isEqualTo(5000);
  }

  @Test
  void an_import_that_has_ended_is_found_done_when_it_is_ordered_again() {
    ImportSummary first = load(null);

    assertThat(load(null)).isEqualTo(first);
    assertLoaded();
    TestServer.execute(later, "DELETE FROM app.elsewhere");
    assertRefused(FailureType.TARGET_CHANGED, "app.reading", () -> load(null));
    assertThat(TestServer.single(later, "SELECT to_regnamespace('overwinter')")).isNull();
  }

  @Test
  void a_table_with_rows_is_refused_unless_its_database_is_named() {
    String database = TestServer.single(later, "SELECT current_database()");
    TestServer.execute(later, "INSERT INTO app.unit (note) VALUES ('mine')");

    assertRefused(FailureType.TARGET_CHANGED, "app.unit", () -> load(null));
    assertRefused(FailureType.TARGET_CHANGED, "not production", () -> load("production"));
    assertThat(TestServer.single(later, "SELECT note FROM app.unit")).isEqualTo("mine");
    assertThat(TestServer.single(later, "SELECT to_regnamespace('overwinter')")).isNull();

    load(database);
    assertLoaded();
  }

  @Test
  void rows_elsewhere_that_refer_to_a_table_keep_it_from_being_emptied() {
    load(null);
    String database = TestServer.single(later, "SELECT current_database()");

    assertRefused(FailureType.TARGET_CHANGED, "app.reading", () -> load(database, "app.unit"));

    assertLoaded();
  }

  @Test
  void an_import_that_broke_off_goes_on_with_the_missing_parts() throws IOException {
    byte[] whole = Files.readAllBytes(part(3));
    byte[] changed = whole.clone();
    changed[changed.length / 2] ^= 1;
    Files.write(part(3), changed);
    assertRefused(FailureType.ARCHIVE_DAMAGED, "app.reading/part-00003.jsonl", () -> load(null));
    String loaded =
        TestServer.single(
            later, "SELECT count(*) FROM overwinter.chunk WHERE loaded_at IS NOT NULL");
    Files.delete(part(3));
    assertRefused(FailureType.ARCHIVE_DAMAGED, "is missing", () -> load(null));
    assertRefused(FailureType.TARGET_CHANGED, "the import of", () -> load(null, "app.elsewhere"));
    Files.write(part(3), whole);

    load(TestServer.single(later, "SELECT current_database()"));

    assertThat(Integer.parseInt(loaded)).isPositive();
    assertLoaded();
  }

  @Test
  void an_import_that_broke_off_can_be_taken_back() throws IOException {
    String before = TestServer.single(later, DEFINITIONS);
    Files.delete(part(2));
    assertRefused(FailureType.ARCHIVE_DAMAGED, "part-00002", () -> load(null));

    new ArchiveImport(later, 1).undo(order(null), fixture.recorder);

    assertThat(TableContents.rows(later, "app").values()).allMatch(List::isEmpty);
    assertThat(TestServer.single(later, DEFINITIONS)).isEqualTo(before);
    assertThat(TestServer.single(later, "SELECT to_regnamespace('overwinter')")).isNull();
  }

  @Test
  void a_target_without_the_tables_and_columns_is_refused_with_all_that_is_missing() {
    TestServer.execute(
        later,
        """
        DROP TABLE app.elsewhere; ALTER TABLE app.unit DROP COLUMN note;
        ALTER TABLE app.reading ADD COLUMN must int NOT NULL
        """);

    StepException failure = assertRefused(FailureType.TARGET_CHANGED, "missing", () -> load(null));

    assertThat(failure).hasMessageContainingAll("app.elsewhere", "note", "must");
  }

  @Test
  void a_column_that_changes_values_is_noticed() {
    TestServer.execute(later, "ALTER TABLE app.reading ALTER value TYPE numeric(9,2)");

    assertRefused(FailureType.VERIFICATION_FAILED, "app.reading", () -> load(null));
  }

  @Test
  void a_manifest_that_names_files_elsewhere_is_refused() throws IOException {
    Path manifest = fixture.runDirectory().resolve("manifest.json");
    Files.writeString(directory.resolve("secret"), "");
    Files.writeString(
        manifest, Files.readString(manifest).replace("app.elsewhere.jsonl", "../../secret"));

    assertRefused(FailureType.ARCHIVE_DAMAGED, "is not a file of the archive", () -> load(null));
  }

  @Test
  void a_manifest_that_leaves_files_out_is_refused() throws IOException {
    Path manifest = fixture.runDirectory().resolve("manifest.json");
    Files.writeString(
        manifest,
        Files.readString(manifest).replaceAll("(?s)\"parts\" : \\[.*?\\]", "\"parts\" : [ ]"));

    assertRefused(
        FailureType.ARCHIVE_DAMAGED, "names no files that hold all rows", () -> load(null));
  }

  @Test
  void a_directory_without_a_manifest_and_a_table_nobody_knows_are_refused() throws IOException {
    assertRefused(FailureType.INVALID_REQUEST, "app.nobody", () -> load(null, "app.nobody"));
    Files.delete(fixture.runDirectory().resolve("manifest.json"));
    assertRefused(FailureType.ARCHIVE_DAMAGED, "manifest.json", () -> load(null));
  }

  private static StepException assertRefused(FailureType type, String part, Runnable work) {
    StepException failure = catchThrowableOfType(StepException.class, work::run);
    assertThat(failure).isNotNull().hasMessageContaining(part).hasNoCause();
    assertThat(failure.type()).isEqualTo(type);
    return failure;
  }
}
