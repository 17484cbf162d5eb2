package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.activities.preflight.Preflight;
import dev.overwinter.activities.preflight.ReferenceCensus;
import dev.overwinter.activities.preflight.UserCensus;
import dev.overwinter.activities.remap.RemapPlanning;
import dev.overwinter.activities.verify.Verification;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever PostgreSQL can hold goes through a run and is the same on the other side. */
class TortureTest {
  /** Types that the server itself refuses to read back, so that no table's dump has them either. */
  private static final String WITHOUT_INPUT =
      """
      'ghstore', 'gtsvector', 'intbig_gkey', 'ltree_gist', 'pg_brin_bloom_summary',
      'pg_brin_minmax_multi_summary', 'pg_dependencies', 'pg_mcv_list', 'pg_ndistinct', 'pg_node_tree'
      """;

  @TempDir private Path archive;

  @Test
  void every_type_and_every_shape_arrives_byte_for_byte() {
    String[] schemas = {"app", "types", TortureTables.SCHEMAS[1]};
    try (CopyFixture fixture =
        new CopyFixture(
            archive, TortureTables.TABLES + TortureTables.RARE_TABLES, 64 << 10, schemas)) {
      assertThat(
              TestServer.single(
                  fixture.source,
                  """
                  SELECT string_agg(y.typname, ', ')
                    FROM pg_type y
                   WHERE y.typnamespace IN ('pg_catalog'::regnamespace, 'extensions'::regnamespace) AND y.typtype IN ('b', 'r', 'm')
                     AND NOT EXISTS (SELECT FROM pg_type element WHERE element.typarray = y.oid)
                     AND y.typname NOT IN (%s)
                     AND NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                                      WHERE a.atttypid = y.oid AND c.relnamespace = 'types'::regnamespace)
                  """
                      .formatted(WITHOUT_INPUT)))
          .as("types without a table")
          .isNull();
      TestServer.execute(fixture.source, TortureTables.ROWS + TortureTables.RARE_ROWS);
      TestServer.execute(
          fixture.source, "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY)");

      arrives(fixture, schemas);
      canBeImportedLater(fixture, schemas);
    }
  }

  @Test
  void every_type_and_every_shape_arrives_byte_for_byte_as_the_rules_say() throws Exception {
    String tables = TortureTables.TABLES + TortureTables.RARE_TABLES;
    String[] schemas = {"app", "types", TortureTables.SCHEMAS[1]};
    try (CopyFixture fixture = new CopyFixture(archive, tables, 64 << 10, schemas);
        Database later = TestServer.createDatabase("later")) {
      TestServer.execute(fixture.source, TortureTables.ROWS + TortureTables.RARE_ROWS);
      TestServer.execute(
          fixture.source, "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY)");
      TestServer.execute(fixture.target, TortureRules.TABLES);
      TestServer.execute(later, tables + TortureRules.TABLES);
      fixture.tables = TortureRules.of(fixture.source);

      assertNothingRefused(fixture);
      load(fixture);
      TestServer.execute(fixture.source, TortureRules.WANTED);
      assertRuled(fixture.target, fixture.source);
      assertPassed(fixture);
      assertRest(fixture.target, fixture, schemas);

      new ArchiveImport(later, 2)
          .run(new ImportOrder(fixture.runDirectory(), List.of(), null), fixture.recorder);
      assertRuled(later, fixture.source);
      assertRest(later, fixture, schemas);
    }
  }

  /** Rules that a run can follow are none that preflight may turn down. */
  private void assertNothingRefused(CopyFixture fixture) {
    List<Finding> findings =
        new Preflight(
                settings(fixture.source),
                settings(fixture.target),
                (input, context) -> new UserCensus.Users(Map.of(), List.of()),
                (input, context) -> new ReferenceCensus.References(1, List.of()),
                archive)
            .preflight(fixture.input(), fixture.recorder)
            .findings();
    assertThat(findings)
        .filteredOn(it -> it.severity() == Severity.BLOCKER && !it.object().equals("auth.users"))
        .extracting(it -> it.object() + ": " + it.message())
        .isEmpty();
  }

  private static DatabaseSettings settings(Database side) {
    String name = TestServer.single(side, "SELECT current_database()");
    String url = "jdbc:postgresql://localhost:%d/%s".formatted(TestServer.port(), name);
    return new DatabaseSettings(name, url, "postgres", "", 2);
  }

  private static void assertRuled(Database target, Database source) {
    for (boolean binary : new boolean[] {false, true}) {
      Map<String, List<String>> rows = TortureRules.rows(target, binary);
      assertThat(rows.values()).doesNotContain(List.of());
      assertSame(rows, TortureRules.wanted(source, target, binary));
    }
  }

  /** Tables without a rule hold what they hold in the source, those that were renamed nothing. */
  private static void assertRest(Database target, CopyFixture fixture, String... schemas) {
    Map<String, List<String>> wanted = TableContents.rows(fixture.source, schemas);
    fixture.tables.keySet().forEach(table -> wanted.put(table, List.of()));
    assertSame(TableContents.rows(target, schemas), wanted);
  }

  private static void arrives(CopyFixture fixture, String... schemas) {
    load(fixture);
    assertSame(fixture.target, fixture.source, schemas);
    assertPassed(fixture);
  }

  private static void load(CopyFixture fixture) {
    new RemapPlanning(fixture.source, fixture.target, 2).plan(fixture.input(), fixture.recorder);
    fixture.plan();
    fixture.exportLane();
    fixture.complete();
    TargetLoad load = new TargetLoad(fixture.source, fixture.target, 2);
    load.putAside(fixture.input(), fixture.recorder);
    fixture.importLane();
    load.completeLoad(fixture.input(), fixture.recorder);
  }

  private static void assertPassed(CopyFixture fixture) {
    VerificationSummary summary =
        new Verification(fixture.source, fixture.target, 4)
            .verify(fixture.input(), fixture.recorder);
    assertThat(summary.findings())
        .filteredOn(it -> it.severity() == Severity.BLOCKER)
        .extracting(Finding::message)
        .isEmpty();
    assertThat(summary.verdict()).isEqualTo(Verdict.PASSED);
  }

  private static void canBeImportedLater(CopyFixture fixture, String... schemas) {
    try (Database later = TestServer.createDatabase("later")) {
      TestServer.execute(later, TortureTables.TABLES + TortureTables.RARE_TABLES);

      new ArchiveImport(later, 2)
          .run(new ImportOrder(fixture.runDirectory(), List.of(), null), fixture.recorder);

      assertSame(later, fixture.source, schemas);
    }
  }

  private static void assertSame(Database actual, Database expected, String... schemas) {
    assertSame(TableContents.rows(actual, schemas), TableContents.rows(expected, schemas));
    assertSame(
        TableContents.binaryRows(actual, schemas), TableContents.binaryRows(expected, schemas));
  }

  /** Table by table, and of one that differs the first row, because all together fill a screen. */
  private static void assertSame(
      Map<String, List<String>> actual, Map<String, List<String>> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    actual.forEach(
        (table, rows) -> {
          List<String> wanted = expected.get(table);
          assertThat(rows).as("rows of " + table).hasSameSizeAs(wanted);
          for (int i = 0; i < rows.size(); i++) {
            assertThat(rows.get(i)).as("row %d of %s", i, table).isEqualTo(wanted.get(i));
          }
        });
  }
}
