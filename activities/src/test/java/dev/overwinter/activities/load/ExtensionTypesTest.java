package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.PackagedServer;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.activities.remap.RemapPlanning;
import dev.overwinter.activities.schema.StructureCreation;
import dev.overwinter.activities.verify.Verification;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * The types and indexes of PostGIS and pgvector. Needs {@code POSTGRESQL_BIN} and their packages
 * beside it; see {@code tools/postgresql}.
 */
@Tag("real")
class ExtensionTypesTest {
  private static PackagedServer server;
  private static Database main;
  private static int databases;

  @TempDir private Path archive;
  private CopyFixture fixture;
  private Database later;
  private String test;

  @BeforeAll
  static void start(@TempDir Path directory) throws IOException {
    assume(PackagedServer.programs().isPresent(), "ExtensionTypesTest", "PostgreSQL");
    server = PackagedServer.start(PackagedServer.programs().get(), directory, "");
    main = open("main", "postgres");
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      main.close();
      server.close();
    }
  }

  @BeforeEach
  void makeDatabases(TestInfo info) {
    test = "ExtensionTypesTest." + info.getTestMethod().orElseThrow().getName();
    fixture =
        new CopyFixture(
            createDatabase("source"), createDatabase("target"), archive, 64 << 10, "public");
    later = createDatabase("later");
    TestServer.execute(
        fixture.source, "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY)");
    LedgerSchema.create(fixture.target);
    TestServer.execute(
        fixture.target,
        "INSERT INTO overwinter.run (run_id, workflow_id) VALUES ('%s', '%s')"
            .formatted(fixture.run.runId(), fixture.run.workflowId()));
  }

  @AfterEach
  void close() {
    fixture.close();
    later.close();
  }

  private static Database createDatabase(String side) {
    String name = side + "_" + ++databases;
    TestServer.execute(
        main, "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'".formatted(name));
    return open(side, name);
  }

  private static Database open(String side, String database) {
    return TestServer.open(server.port(), side, database, PackagedServer.SUPERUSER);
  }

  private static void assume(boolean there, String test, String what) {
    if (!there) {
      System.err.printf(
          "SKIPPED %s: no %s; set POSTGRESQL_BIN to what tools/postgresql prints, and see what it says%n",
          test, what);
    }
    assumeTrue(there, what + " is not there");
  }

  private void assumeExtension(String name, String since) {
    String there =
        TestServer.single(
            main,
            "SELECT max(string_to_array(version, '.')::int[]) >= string_to_array('%s', '.')::int[] FROM pg_available_extension_versions WHERE name = '%s' AND version ~ '^[0-9.]+$'"
                .formatted(since, name));
    assume("t".equals(there), test, name + " " + since);
  }

  private void make(String tables) {
    for (Database side : List.of(fixture.source, fixture.target, later)) {
      TestServer.execute(side, TortureTables.text("extensions/" + tables));
    }
  }

  private void fill(String rows) {
    TestServer.execute(fixture.source, TortureTables.text("extensions/" + rows));
  }

  private void assertArrives() throws SQLException {
    List<String> defined = definitions(fixture.target);
    List<String> definedLater = definitions(later);

    new RemapPlanning(fixture.source, fixture.target, 2).plan(fixture.input(), fixture.recorder);
    fixture.plan();
    fixture.exportLane();
    fixture.complete();
    TargetLoad load = new TargetLoad(fixture.source, fixture.target, 2);
    load.putAside(fixture.input(), fixture.recorder);
    fixture.importLane();
    load.completeLoad(fixture.input(), fixture.recorder);
    VerificationSummary summary =
        new Verification(fixture.source, fixture.target, 4)
            .verify(fixture.input(), fixture.recorder);
    new ArchiveImport(later, 2)
        .run(new ImportOrder(fixture.runDirectory(), List.of(), null), fixture.recorder);

    assertThat(summary.findings()).isEmpty();
    assertThat(summary.verdict()).isEqualTo(Verdict.PASSED);
    for (Database side : List.of(fixture.target, later)) {
      assertThat(TableContents.rows(side, "public"))
          .isEqualTo(TableContents.rows(fixture.source, "public"));
      assertThat(TableContents.binaryRows(side, "public"))
          .isEqualTo(TableContents.binaryRows(fixture.source, "public"));
    }
    assertThat(definitions(fixture.target)).isEqualTo(defined);
    assertThat(definitions(later)).isEqualTo(definedLater);
  }

  /** What a run makes of these tables where the target has nothing, extensions included. */
  private void assertCreatable() throws Exception {
    try (Database empty = createDatabase("empty")) {
      LedgerSchema.create(empty);
      TestServer.execute(
          empty, "INSERT INTO overwinter.run (run_id, workflow_id) VALUES ('created', 'created')");
      MigrationRequest request =
          RequestReader.read(
                  new ObjectMapper()
                      .readTree(
                          "{\"schemas\": [\"public\"], \"target\": {\"createTables\": true}}"))
              .request();

      new StructureCreation(fixture.source, empty)
          .create(new StepInput(new RunKey("created", "created"), request), fixture.recorder);

      assertThat(ofApplication(definitions(empty)))
          .isEqualTo(ofApplication(definitions(fixture.source)));
    }
  }

  private static List<String> ofApplication(List<String> definitions) {
    return definitions.stream()
        .filter(line -> !line.matches("(?s).*\\b(overwinter|auth)\\b.*"))
        .toList();
  }

  private static List<String> definitions(Database side) throws SQLException {
    try (Connection connection = side.connect()) {
      return CatalogSnapshot.definitions(connection);
    }
  }

  @Test
  void shapes_of_every_kind_arrive_and_their_indexes_come_back() throws Exception {
    assumeExtension("postgis", "3.0");
    make("postgis-tables.sql");
    assertCreatable();
    fill("postgis-rows.sql");

    assertArrives();

    assertThat(fixture.files()).noneMatch(file -> file.toString().contains("spatial_ref_sys"));
    assertThat(fixture.onTarget("SELECT public.ST_AsEWKT(hull) FROM public.hull"))
        .isEqualTo(
            TestServer.single(fixture.source, "SELECT public.ST_AsEWKT(hull) FROM public.hull"));
    assertThat(
            fixture.onTarget(
                "SELECT count(*) FROM public.shape WHERE point OPERATOR(public.&&) public.ST_MakeEnvelope(0, 0, 10, 10, 4326)"))
        .isNotEqualTo("0");
  }

  @Test
  void vectors_arrive_and_their_indexes_come_back() throws Exception {
    assumeExtension("vector", "0.4");
    make("vector-tables.sql");
    fill("vector-rows.sql");

    assertArrives();
  }

  @Test
  void vectors_of_half_size_and_graphs_over_them_arrive_and_come_back() throws Exception {
    assumeExtension("vector", "0.7");
    make("vector-tables.sql");
    make("half-tables.sql");
    assertCreatable();
    fill("vector-rows.sql");
    fill("half-rows.sql");

    assertArrives();
  }
}
