package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.TestServer;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class CopyMemoryTest {
  @TempDir private Path directory;

  /** A row takes about its own size; more rows, keys or megabytes a chunk take nothing. */
  @Test
  void a_small_heap_copies_large_values_and_many_rows() throws IOException, InterruptedException {
    try (CopyFixture fixture =
        new CopyFixture(
            directory.resolve("archive"),
            """
            CREATE SCHEMA app; CREATE TABLE app.document (id int, body text);
            CREATE TABLE app.event (data jsonb)
            """,
            1L << 30,
            "app")) {
      TestServer.execute(
          fixture.source,
          """
          INSERT INTO app.document SELECT c, pg_catalog.repeat(E'é\\n"\\\\', 5000000)
            FROM pg_catalog.generate_series(1, 2) c;
          INSERT INTO app.event SELECT pg_catalog.jsonb_build_object(pg_catalog.gen_random_uuid(), c)
            FROM pg_catalog.generate_series(1, 200000) c;
          """);
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx64m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  CopyMemoryTest.class.getName(),
                  Integer.toString(TestServer.port()),
                  TestServer.single(fixture.source, "SELECT pg_catalog.current_database()"),
                  TestServer.single(fixture.target, "SELECT pg_catalog.current_database()"),
                  fixture.archive.toString())
              .inheritIO()
              .start();
      assertThat(process.waitFor()).isZero();
      assertThat(TableContents.digests(fixture.target, "app"))
          .isEqualTo(TableContents.digests(fixture.source, "app"));
    }
  }

  /** The copy in a process of its own. */
  public static void main(String[] arguments) {
    int port = Integer.parseInt(arguments[0]);
    try (Database source = TestServer.open(port, "source", arguments[1], "postgres");
        Database target = TestServer.open(port, "target", arguments[2], "postgres");
        CopyFixture fixture =
            new CopyFixture(source, target, Path.of(arguments[3]), 1L << 30, "app")) {
      fixture.copyAll();
    }
  }
}
