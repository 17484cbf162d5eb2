package dev.overwinter.sandbox.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.archive.ArchiveCompletion;
import dev.overwinter.activities.archive.ChunkPlanner;
import dev.overwinter.activities.archive.ExportLane;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class ImportCommandTest {
  private static final String TABLES =
      """
      CREATE SCHEMA depot;
      CREATE TABLE depot.box (id int PRIMARY KEY, label text NOT NULL);
      CREATE TABLE depot.item (box int REFERENCES depot.box, name text);
      GRANT ALL ON SCHEMA depot TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA depot TO PUBLIC;
      """;

  @TempDir static Path directory;
  private static Doors doors;
  private static Path archive;

  @BeforeAll
  static void makeAnArchive() throws Exception {
    doors = Doors.open(directory);
    doors.onSource(TABLES);
    doors.onSource(
        """
        INSERT INTO depot.box SELECT c, 'box ' || c FROM generate_series(1, 1000) c;
        INSERT INTO depot.item SELECT c, 'item' FROM generate_series(1, 1000) c;
        """);
    doors.onTarget(TABLES);
    ownByTheRole();
    try (Database source =
            database(
                "source", doors.source.jdbcUrl(), doors.source.user(), doors.source.password());
        Database target =
            database(
                "target", doors.target.jdbcUrl(), doors.target.user(), doors.target.password())) {
      LedgerSchema.create(target);
      RunKey run = new RunKey("night", "0b5b8a52-7c5e-4a38-9f0f-7a9f5b8e2c11");
      doors.onTarget("INSERT INTO overwinter.run VALUES ('" + run.runId() + "', 'night')");
      ObjectNode request = JsonNodeFactory.instance.objectNode();
      request.putArray("schemas").add("depot");
      StepInput input = new StepInput(run, RequestReader.read(request).request());
      Path root = directory.resolve("archive");
      new ChunkPlanner(source, target).plan(input, UNWATCHED);
      new ExportLane(source, target, root).run(input, UNWATCHED);
      new ArchiveCompletion(source, target, root, "test").complete(input, UNWATCHED);
      try (Stream<Path> runs = Files.list(root)) {
        archive = runs.findFirst().orElseThrow();
      }
      doors.onTarget("DROP SCHEMA overwinter CASCADE");
    }
  }

  private static void ownByTheRole() throws SQLException {
    for (String object : new String[] {"SCHEMA depot", "TABLE depot.box", "TABLE depot.item"}) {
      doors.onTarget("ALTER %s OWNER TO \"%s\"".formatted(object, doors.target.user()));
    }
  }

  private static Database database(String side, String url, String user, String password) {
    return new Database(new DatabaseSettings(side, url, user, password, 4));
  }

  @BeforeEach
  void empty() throws SQLException {
    doors.onTarget("TRUNCATE depot.box, depot.item");
  }

  @AfterAll
  static void close() {
    doors.close();
  }

  @Test
  void the_target_alone_takes_the_archive_again() throws Exception {
    Answer answer = load();

    assertThat(answer.exitCode()).as(answer.all()).isZero();
    assertThat(answer.out()).contains("Loaded 2,000 rows of 2 tables from 2 files.");
    assertThat(answer.errors()).isEmpty();
    assertThat(rows()).isEqualTo(2000);
    assertThat(doors.everything().keySet()).noneMatch(name -> name.contains("overwinter."));
  }

  @Test
  void rows_are_lost_only_in_the_database_that_was_named() throws Exception {
    doors.onTarget("INSERT INTO depot.box VALUES (0, 'mine')");

    Answer refused = load();
    Answer misnamed = load("--truncate", "production");

    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.errors()).contains("depot.box", "--truncate", "Nothing was changed.");
    assertThat(misnamed.exitCode()).isEqualTo(3);
    assertThat(rows()).isEqualTo(1);
    Answer named = load("--truncate", databaseName());
    assertThat(named.exitCode()).as(named.all()).isZero();
    assertThat(rows()).isEqualTo(2000);
  }

  @Test
  void a_table_without_those_it_refers_to_can_be_taken_back() throws Exception {
    Answer broken = load("--table", "depot.item");

    assertThat(broken.exitCode()).as(broken.all()).isEqualTo(1);
    assertThat(broken.errors()).contains("item_box_fkey", "--undo");
    Answer undone = load("--table", "depot.item", "--undo");
    assertThat(undone.exitCode()).as(undone.all()).isZero();
    assertThat(rows()).isZero();
    assertThat(doors.everything().keySet()).noneMatch(name -> name.contains("overwinter."));
  }

  @Test
  void a_wrong_directory_or_table_is_told() throws Exception {
    assertThat(load("--table", "depot.crate").exitCode()).isEqualTo(2);
    Answer elsewhere = doors.type(targetOnly(), secret(), "import", directory.toString());
    assertThat(elsewhere.exitCode()).isEqualTo(1);
    assertThat(elsewhere.errors()).contains("manifest.json is missing");
  }

  private static Answer load(String... arguments) throws Exception {
    String[] all =
        Stream.concat(Stream.of(archive.toString()), Stream.of(arguments)).toArray(String[]::new);
    return doors.type(targetOnly(), secret(), "import", all);
  }

  private static String targetOnly() {
    return "target: {url: '%s', user: %s}".formatted(doors.target.jdbcUrl(), doors.target.user());
  }

  private static Map<String, String> secret() {
    Map<String, String> secrets = new HashMap<>(doors.secrets());
    secrets.keySet().retainAll(Set.of("OVERWINTER_TARGET_PASSWORD"));
    return secrets;
  }

  private static long rows() throws SQLException {
    return Long.parseLong(
        single("SELECT (SELECT count(*) FROM depot.box) + (SELECT count(*) FROM depot.item)"));
  }

  private static String databaseName() throws SQLException {
    return single("SELECT current_database()");
  }

  private static String single(String sql) throws SQLException {
    try (Connection connection = doors.target.connect(SelfHostedTarget.SUPERUSER);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static final StepContext UNWATCHED =
      new StepContext() {
        @Override
        public void progress(Progress progress) {}

        @Override
        public AutoCloseable onCancel(Runnable action) {
          return () -> {};
        }
      };
}
