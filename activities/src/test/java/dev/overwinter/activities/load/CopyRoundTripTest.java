package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.activities.remap.RowRemapper;
import dev.overwinter.workflows.steps.ArchiveSummary;
import dev.overwinter.workflows.steps.ChunkPlanSummary;
import dev.overwinter.workflows.steps.LaneSummary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyRoundTripTest {
  private static final String[] SCHEMAS = TortureTables.SCHEMAS;

  @TempDir private Path directory;
  private CopyFixture fixture;

  @BeforeEach
  void fill() {
    fixture =
        new CopyFixture(directory.resolve("archive"), TortureTables.TABLES, 64 * 1024, SCHEMAS);
    TestServer.execute(fixture.source, TortureTables.ROWS);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void every_value_of_every_table_arrives_as_it_was() {
    fixture.copyAll();
    assertThat(TableContents.rows(fixture.target, SCHEMAS))
        .isEqualTo(TableContents.rows(fixture.source, SCHEMAS));
    assertThat(fixture.onTarget("SELECT count(*) FROM app.everything")).isEqualTo("2304");
  }

  @Test
  void the_plan_covers_every_page_once_and_is_made_once() {
    ChunkPlanSummary plan = fixture.plan();
    assertThat(plan.tables()).isEqualTo(12);
    assertThat(plan.chunks()).isGreaterThan(plan.tables());
    TestServer.execute(fixture.source, "CREATE TABLE app.later (id int)");
    assertThat(fixture.plan()).isEqualTo(plan);
    assertThat(
            fixture.onTarget(
                """
                SELECT count(*) FROM (
                  SELECT end_page, lead(first_page) OVER w AS next, first_page,
                         lag(end_page) OVER w AS previous
                    FROM overwinter.chunk
                  WINDOW w AS (PARTITION BY leaf_schema, leaf_name ORDER BY first_page)) ranges
                 WHERE end_page IS DISTINCT FROM next OR first_page <> COALESCE(previous, 0)
                """))
        .isEqualTo("0");
  }

  @Test
  void tables_that_stay_behind_are_not_planned() {
    fixture.skipTables = List.of("app.everything", "app.day");
    assertThat(fixture.plan().tables()).isEqualTo(10);
  }

  @Test
  void the_digest_is_what_sql_computes() throws SQLException {
    fixture.plan();
    fixture.exportLane();
    try (Connection connection = fixture.source.connect()) {
      for (Table table : Catalog.read(connection, List.of(SCHEMAS))) {
        if (table.leaves().size() != 1 || table.copiedColumns().isEmpty()) {
          continue;
        }
        List<Column> columns = table.copiedColumns();
        TableDigest sql =
            TableContents.digest(fixture.source, table.name(), columns, wireTypes(table));
        assertThat(recorded(table)).as(table.name().toString()).isEqualTo(sql);
      }
    }
  }

  private List<String> wireTypes(Table table) {
    String types =
        fixture.onTarget(
            """
            SELECT array_to_string(wire_types, ' ') FROM overwinter.copied_table
             WHERE source_schema = '%s' AND source_name = '%s'
            """
                .formatted(table.name().schema(), table.name().name()));
    return types == null ? null : List.of(types.split(" "));
  }

  private TableDigest recorded(Table table) {
    String digests =
        fixture.onTarget(
            """
            SELECT string_agg(raw_digest, ' ') FROM overwinter.chunk
              JOIN overwinter.copied_table USING (run_id, table_no)
             WHERE source_schema = '%s' AND source_name = '%s'
            """
                .formatted(table.name().schema(), table.name().name()));
    return List.of(digests.split(" ")).stream()
        .map(TableDigest::fromHex)
        .reduce(TableDigest.EMPTY, TableDigest::plus);
  }

  @Test
  void the_manifest_tells_every_part_and_its_digest() throws Exception {
    fixture.plan();
    LaneSummary exported = fixture.exportLane();
    ArchiveSummary archive = fixture.complete();
    assertThat(archive.rows()).isEqualTo(exported.rows());
    assertThat(archive.parts()).isEqualTo(exported.chunks());
    assertThat(fixture.complete()).isEqualTo(archive);

    Path run = fixture.runDirectory();
    byte[] manifest = Files.readAllBytes(run.resolve("manifest.json"));
    assertThat(sha256(manifest)).isEqualTo(archive.manifestSha256());
    JsonNode json = new ObjectMapper().readTree(manifest);
    assertThat(json.get("toolVersion").asText()).isEqualTo("1.2.3");
    assertThat(json.get("sourceServerVersion").asText()).startsWith("15.");
    assertThat(json.get("sourceSnapshot").asText()).matches("\\d+:\\d+:[\\d,]*");
    assertThat(json.get("sourceLsn").asText()).matches("[0-9A-F]+/[0-9A-F]+");
    assertThat(Instant.parse(json.get("plannedAt").asText()))
        .isBefore(Instant.now().plusSeconds(60));
    assertThat(json.get("bytes").longValue()).isEqualTo(archive.bytes());
    long rows = 0;
    int parts = 0;
    for (JsonNode table : json.get("tables")) {
      for (JsonNode part : table.get("parts")) {
        byte[] file = Files.readAllBytes(run.resolve(part.get("file").asText()));
        assertThat(file).hasSize(part.get("bytes").intValue());
        assertThat(sha256(file)).isEqualTo(part.get("sha256").asText());
        assertThat(new String(file, StandardCharsets.UTF_8).lines().count())
            .isEqualTo(part.get("rows").longValue());
        rows += part.get("rows").longValue();
        parts++;
      }
    }
    assertThat(rows).isEqualTo(archive.rows());
    assertThat(fixture.files().stream().filter(it -> !it.toString().endsWith(".pgcopy")))
        .hasSize(parts + 1);
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void the_archive_is_for_its_owner_only_and_stays_in_its_directory() throws IOException {
    fixture.plan();
    fixture.exportLane();
    fixture.complete();
    assertThat(fixture.runDirectory().getFileName().toString())
        .isEqualTo("move%2f%2e%2e%2fhouse-0b5b8a52");
    assertThat(Files.getPosixFilePermissions(fixture.runDirectory()))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    for (Path file : fixture.files()) {
      assertThat(Files.getPosixFilePermissions(file))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(file.toString()).doesNotEndWith(".part");
    }
    assertThat(fixture.files().stream().map(it -> it.toString().toLowerCase()))
        .doesNotHaveDuplicates()
        .anyMatch(it -> it.endsWith("/app.case.jsonl"))
        .anyMatch(it -> it.endsWith("/app.everything/part-00001.jsonl"));
  }

  @Test
  void without_an_archive_rows_go_straight_from_the_source_and_leave_no_file() {
    fixture.keepsArchive = false;
    int chunks = fixture.plan().chunks();
    assertThat(fixture.exportLane().chunks()).isZero();
    assertThat(fixture.complete()).isEqualTo(ArchiveSummary.NONE);

    LaneSummary carried = fixture.importLane();

    assertThat(carried.chunks()).isEqualTo(chunks);
    assertThat(fixture.importLane().chunks()).isZero();
    assertThat(TableContents.rows(fixture.target, SCHEMAS))
        .isEqualTo(TableContents.rows(fixture.source, SCHEMAS));
    assertThat(fixture.archive).doesNotExist();
    assertThat(
            fixture.onTarget(
                "SELECT count(exported_at) || ' ' || count(loaded_at) || ' ' || sum(loaded_rows)"
                    + " FROM overwinter.chunk"))
        .isEqualTo("%d %1$d %d".formatted(chunks, carried.rows()));
  }

  @Test
  void lanes_share_the_chunks() {
    int chunks = fixture.plan().chunks();
    assertThat(twice(fixture::exportLane)).isEqualTo(chunks);
    fixture.complete();
    assertThat(twice(fixture::importLane)).isEqualTo(chunks);
    assertThat(TableContents.rows(fixture.target, SCHEMAS))
        .isEqualTo(TableContents.rows(fixture.source, SCHEMAS));
  }

  private static int twice(Supplier<LaneSummary> lane) {
    CompletableFuture<LaneSummary> first = CompletableFuture.supplyAsync(lane);
    CompletableFuture<LaneSummary> second = CompletableFuture.supplyAsync(lane);
    return first.join().chunks() + second.join().chunks();
  }

  @Test
  void rows_pass_the_remapper_on_their_way() {
    TestServer.execute(fixture.target, "ALTER TABLE app.parent ALTER COLUMN name TYPE varchar");
    fixture.remappers =
        (connection, run, table) ->
            table.source().name().equals("child")
                ? values -> {
                  values[1] = ("new " + new String(values[1])).getBytes();
                  values[2] = null;
                }
                : RowRemapper.NOTHING;
    fixture.copyAll();
    assertThat(fixture.onTarget("SELECT name || COALESCE(extra, '!') FROM app.child"))
        .isEqualTo("new child!");
  }

  @Test
  void progress_is_told_in_rows_of_all_chunks() {
    fixture.copyAll();
    assertThat(fixture.recorder.told).isNotEmpty();
    assertThat(fixture.recorder.told)
        .allMatch(it -> it.unit().equals("rows") && it.done() <= it.total());
    assertThat(fixture.recorder.registrations()).isZero();
  }
}
