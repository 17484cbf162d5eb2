package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.activities.remap.IdColumnsFile;
import dev.overwinter.activities.remap.LedgerRowRemappers;
import dev.overwinter.activities.remap.RemapPlanning;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.ColumnRule;
import dev.overwinter.workflows.request.ReferenceTreatment;
import dev.overwinter.workflows.request.TableRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive is loaded with the ids that its run gave to people. */
class ArchiveMappingTest {
  private static final String TABLES =
      """
      CREATE SCHEMA app;
      CREATE TABLE app.note (id serial PRIMARY KEY, author uuid, by_text text, watchers uuid[], tags text[], doc jsonb, raw json, other uuid);
      CREATE TABLE app.plain (id int, note text);
      """;

  private static final String OTHER_SHAPE =
      "CREATE TABLE app.memo (id int PRIMARY KEY, written_by uuid)";

  private static final String ROWS =
      """
      CREATE TABLE app.renamed (id int PRIMARY KEY, author uuid);
      CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY);
      INSERT INTO auth.users SELECT ('%1$s' || lpad(i::text, 12, '0'))::uuid FROM generate_series(1, 50) i;
      ALTER TABLE app.note ADD FOREIGN KEY (author) REFERENCES auth.users;
      ALTER TABLE app.renamed ADD FOREIGN KEY (author) REFERENCES auth.users;
      INSERT INTO app.note (author, by_text, watchers, tags, doc, raw, other)
        SELECT id, CASE WHEN row_number() OVER () %% 2 = 0 THEN id::text ELSE upper(id::text) END, ARRAY[[id, NULL, id]],
               ARRAY['tag', id::text, '{"' || id || '"}'], jsonb_build_object('who', id, id::text, jsonb_build_array(id, 'x' || id)),
               format(E'{ "by":"%%s",\\n "n": 1.00}', id)::json, id
          FROM auth.users, generate_series(1, 20);
      INSERT INTO app.note (by_text, tags) VALUES (NULL, '{}'), ('nobody', '{"a b"}');
      INSERT INTO app.renamed SELECT row_number() OVER (), id FROM auth.users;
      INSERT INTO app.plain VALUES (1, '%1$s000000000001');
      """
          .formatted("00000000-0000-4000-8000-");

  @TempDir private Path directory;
  private CopyFixture fixture;
  private Database later;
  private Path mapping;

  @BeforeEach
  void run_a_migration_with_an_archive() throws IOException {
    fixture = new CopyFixture(directory.resolve("archive"), TABLES, 32 * 1024, "app");
    later = TestServer.createDatabase("later");
    mapping = directory.resolve("user-mapping.json");
    TestServer.execute(later, TABLES + OTHER_SHAPE);
    TestServer.execute(fixture.target, OTHER_SHAPE);
    TestServer.execute(fixture.source, ROWS);
    TestServer.execute(
        fixture.target,
        """
        INSERT INTO overwinter.user_account (run_id, supabase_id, user_class, state, stack_id)
          SELECT '%s', ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, 'PORTABLE_HASH', 'created',
                 md5(i::text)::uuid
            FROM generate_series(1, 50) i;
        """
            .formatted(fixture.run.runId()));
    fixture.tables =
        Map.of(
            "app.renamed",
            new TableRule(
                "app.memo",
                null,
                null,
                Map.of("author", new ColumnRule("written_by", false, null, null))));
    fixture.references =
        Map.of(
            "app.note.other", ReferenceTreatment.LEAVE, "app.plain.note", ReferenceTreatment.LEAVE);
    fixture.remappers = new LedgerRowRemappers();
    fixture.plan();
    fixture.exportLane();
    fixture.complete();
    new RemapPlanning(fixture.source, fixture.target, 2).plan(fixture.input(), fixture.recorder);
    IdColumnsFile.write(fixture.target, fixture.run, fixture.archive);
    fixture.importLane();
    Files.writeString(
        mapping,
        fixture.onTarget(
            """
            SELECT jsonb_pretty(jsonb_build_object('generatedAt', '2026-11-20T23:41:07Z', 'mappings',
                     jsonb_agg(jsonb_build_object('supabaseUserId', supabase_id, 'stackAuthUserId', stack_id,
                       'email', 'a@b', 'migratedAt', '') ORDER BY supabase_id)))
              FROM overwinter.user_mapping
            """));
  }

  @AfterEach
  void close() {
    fixture.close();
    later.close();
  }

  private ImportOrder order(String... tables) {
    return new ImportOrder(fixture.runDirectory(), List.of(tables), null, mapping);
  }

  private StepException failure(ImportOrder order) {
    return catchThrowableOfType(
        StepException.class, () -> new ArchiveImport(later, 2).run(order, fixture.recorder));
  }

  private void assertLoaded() {
    assertThat(TableContents.rows(later, "app"))
        .isEqualTo(TableContents.rows(fixture.target, "app"));
    assertThat(TestServer.single(later, "SELECT to_regnamespace('overwinter')")).isNull();
  }

  @Test
  void ids_become_those_that_the_run_gave() {
    new ArchiveImport(later, 2).run(order(), fixture.recorder);

    assertLoaded();
    assertThat(
            TestServer.single(
                later,
                "SELECT count(*) FROM app.note WHERE author = md5('7')::uuid AND doc ->> 'who' = author::text AND other <> author"))
        .isEqualTo("20");
    assertThat(
            TestServer.single(
                later, "SELECT count(*) FROM app.memo WHERE written_by = md5('7')::uuid"))
        .isEqualTo("1");
    assertThat(TestServer.single(later, "SELECT note FROM app.plain"))
        .isEqualTo("00000000-0000-4000-8000-000000000001");
  }

  @Test
  void an_import_that_broke_off_goes_on_only_with_the_same_mapping() throws IOException {
    Path part = fixture.runDirectory().resolve("app.note/part-00002.jsonl");
    byte[] whole = Files.readAllBytes(part);
    Files.delete(part);
    assertThat(failure(order())).hasMessageContaining("part-00002");
    Files.write(part, whole);
    assertThat(failure(new ImportOrder(fixture.runDirectory(), List.of(), null)))
        .hasMessageContaining("has not ended");

    new ArchiveImport(later, 2).run(order(), fixture.recorder);

    assertLoaded();
  }

  @Test
  void an_import_with_new_ids_can_be_taken_back() throws IOException {
    Files.delete(fixture.runDirectory().resolve("app.note/part-00002.jsonl"));
    assertThat(failure(order())).hasMessageContaining("part-00002");

    new ArchiveImport(later, 2).undo(order(), fixture.recorder);

    assertThat(TableContents.rows(later, "app").values()).allMatch(List::isEmpty);
    assertThat(TestServer.single(later, "SELECT to_regnamespace('overwinter')")).isNull();
  }

  @Test
  void a_column_that_changes_values_is_noticed() {
    TestServer.execute(later, "ALTER TABLE app.note ALTER by_text TYPE char(40)");

    assertThat(failure(order()).type()).isEqualTo(FailureType.VERIFICATION_FAILED);
  }

  @Test
  void another_mapping_or_none_at_all_is_refused_before_anything_is_touched() throws IOException {
    String whole = Files.readString(mapping);
    Files.writeString(
        mapping, whole.replaceFirst("\"stackAuthUserId\": \"....", "\"stackAuthUserId\": \"0000"));
    assertRefused("does not hold the mapping by which the archive's run replaced ids");
    Files.writeString(mapping, "{\"mappings\": [{\"supabaseUserId\": \"someone\"}]}");
    assertRefused("is not a user-mapping.json");
    Files.delete(mapping);
    assertRefused("cannot be read");
  }

  @Test
  void an_archive_of_an_earlier_version_is_refused_and_can_be_loaded_without() throws IOException {
    Files.delete(fixture.runDirectory().resolve(IdColumnsFile.NAME));
    assertRefused("Without --mapping it is loaded with the ids of the source");

    new ArchiveImport(later, 2)
        .run(new ImportOrder(fixture.runDirectory(), List.of("app.note"), null), fixture.recorder);

    assertThat(TableContents.rows(later, "app").get("app.note"))
        .isEqualTo(TableContents.rows(fixture.source, "app").get("app.note"));
  }

  @Test
  void columns_of_another_run_are_refused() throws IOException {
    Path columns = fixture.runDirectory().resolve(IdColumnsFile.NAME);
    Files.writeString(columns, Files.readString(columns).replace(fixture.run.runId(), "another"));

    StepException failure = failure(order());

    assertThat(failure).hasMessageContaining("is of another run");
    assertThat(failure.type()).isEqualTo(FailureType.ARCHIVE_DAMAGED);
  }

  private void assertRefused(String message) {
    StepException failure = failure(order());
    assertThat(failure).hasMessageContaining(message).hasNoCause();
    assertThat(failure.type()).isEqualTo(FailureType.INVALID_REQUEST);
    assertThat(TestServer.single(later, "SELECT to_regnamespace('overwinter')")).isNull();
  }
}
