package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.activities.remap.LedgerRowRemappers;
import dev.overwinter.activities.remap.RemapPlanning;
import dev.overwinter.activities.verify.Verification;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class CopyMemoryTest {
  /** As the launcher gives it. */
  private static final String WORKERS_HEAP = "-Xmx256m";

  private static final String SMALL_HEAP = "-Xmx64m";

  /** What a virtual machine's own parts, such as compiled code, differ by from run to run. */
  private static final long TOLERANCE_BYTES = 32L << 20;

  private static final String TABLES =
      """
      CREATE SCHEMA app; CREATE TABLE app.document (id int, body text);
      CREATE TABLE app.event (data jsonb); CREATE TABLE app.reading (id bigint PRIMARY KEY, value int)
      """;

  @TempDir private Path directory;

  /** A row takes about its own size; more rows, keys or megabytes a chunk take nothing. */
  @Test
  void a_small_heap_copies_large_values_and_many_rows() throws IOException, InterruptedException {
    copy(
        SMALL_HEAP,
        """
        INSERT INTO app.document SELECT c, pg_catalog.repeat(E'é\\n"\\\\', 5000000)
          FROM pg_catalog.generate_series(1, 2) c;
        INSERT INTO app.event SELECT pg_catalog.jsonb_build_object(pg_catalog.gen_random_uuid(), c)
          FROM pg_catalog.generate_series(1, 200000) c;
        """);
  }

  @Tag("long")
  @Timeout(600)
  @Test
  void the_heap_of_the_worker_copies_a_value_of_100_megabytes()
      throws IOException, InterruptedException {
    copy(
        WORKERS_HEAP,
        """
        INSERT INTO app.document
          SELECT 1, pg_catalog.repeat(pg_catalog.md5('1') || E'é\\n"\\\\ \\t', 2600000);
        """);
  }

  @Tag("long")
  @Timeout(600)
  @EnabledOnOs(OS.LINUX)
  @Test
  void ten_times_the_rows_take_no_more_memory() throws IOException, InterruptedException {
    long some = copy(SMALL_HEAP, readings(200_000));
    long tenTimes = copy(SMALL_HEAP, readings(2_000_000));

    assertThat(tenTimes).isLessThan(some + TOLERANCE_BYTES);
  }

  private static String readings(int rows) {
    return "INSERT INTO app.reading SELECT n, n FROM pg_catalog.generate_series(1, %d) n"
        .formatted(rows);
  }

  /**
   * Copies and verifies in a process of its own.
   *
   * @return the most memory it has held resident, in bytes, or 0 where the system does not say
   */
  private long copy(String heap, String rows) throws IOException, InterruptedException {
    Path own = Files.createTempDirectory(directory, "copy");
    try (CopyFixture fixture = new CopyFixture(own.resolve("archive"), TABLES, 1L << 30, "app")) {
      TestServer.execute(
          fixture.source, "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY)");
      TestServer.execute(fixture.source, rows);
      Path said = own.resolve("said");
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  heap,
                  // A heap that is still being filled for the first time would tell nothing.
                  heap.replace("-Xmx", "-Xms"),
                  "-XX:+AlwaysPreTouch",
                  "-cp",
                  System.getProperty("java.class.path"),
                  CopyMemoryTest.class.getName(),
                  Integer.toString(TestServer.port()),
                  TestServer.single(fixture.source, "SELECT pg_catalog.current_database()"),
                  TestServer.single(fixture.target, "SELECT pg_catalog.current_database()"),
                  fixture.archive.toString(),
                  said.toString())
              .inheritIO()
              .start();
      assertThat(process.waitFor()).isZero();
      assertThat(TableContents.digests(fixture.target, "app"))
          .isEqualTo(TableContents.digests(fixture.source, "app"));
      return Long.parseLong(Files.readString(said));
    }
  }

  /** The copy in a process of its own. */
  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    try (Database source = TestServer.open(port, "source", arguments[1], "postgres");
        Database target = TestServer.open(port, "target", arguments[2], "postgres");
        CopyFixture fixture =
            new CopyFixture(source, target, Path.of(arguments[3]), 1L << 30, "app")) {
      new RemapPlanning(source, target, 2).plan(fixture.input(), fixture.recorder);
      TargetLoad load = new TargetLoad(source, target, 2);
      load.putAside(fixture.input(), fixture.recorder);
      fixture.remappers = new LedgerRowRemappers();
      fixture.copyAll();
      load.completeLoad(fixture.input(), fixture.recorder);
      VerificationSummary verification =
          new Verification(source, target, 2).verify(fixture.input(), fixture.recorder);
      assertThat(verification.verdict()).isEqualTo(Verdict.PASSED);
      Files.writeString(Path.of(arguments[4]), Long.toString(peakResidentBytes()));
    }
  }

  private static long peakResidentBytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElse(0);
  }
}
