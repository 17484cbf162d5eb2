package dev.overwinter.activities.schema;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.load.LoadTestServer;
import dev.overwinter.activities.load.TargetUndo;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * A source, an empty target that belongs to a role that is no superuser, and a run between them.
 */
final class StructurePair implements AutoCloseable {
  static final String RUN = "33333333-3333-3333-3333-333333333333";

  final String sourceName;
  final String targetName;
  final Database sourceSide;
  final Database targetSide;
  private final Connection source;
  private final Connection target;
  private String request =
      "{\"schemas\": [\"public\", \"shop\", \"Odd Schema\"], \"target\": {\"createTables\": true}}";

  StructurePair() throws SQLException {
    sourceName = LoadTestServer.createDatabase();
    targetName = LoadTestServer.createDatabase();
    sourceSide = LoadTestServer.open("source", sourceName);
    targetSide = LoadTestServer.open("target", targetName);
    source = LoadTestServer.owner(sourceName);
    target = LoadTestServer.owner(targetName);
  }

  /** A script beside this class. */
  static String script(String name) {
    try (InputStream stream = StructurePair.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Connection source() {
    return source;
  }

  Connection target() {
    return target;
  }

  void onSource(String sql) throws SQLException {
    for (String part : sql.split("(?m)^-- next.*$")) {
      LoadTestServer.execute(source, part);
    }
  }

  void onTarget(String sql) throws SQLException {
    LoadTestServer.execute(target, sql);
  }

  void request(String json) {
    request = json;
  }

  StepInput input() {
    try {
      MigrationRequest read = RequestReader.read(new ObjectMapper().readTree(request)).request();
      return new StepInput(new RunKey("w", RUN), read);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void beginRun() throws SQLException {
    LedgerSchema.create(targetSide);
    onTarget("INSERT INTO overwinter.run (run_id, workflow_id) VALUES ('" + RUN + "', 'w')");
  }

  void create() {
    new StructureCreation(sourceSide, targetSide).create(input(), context());
  }

  /** What is left out of creation, as "object: message". */
  List<String> leftOut() {
    return sourceSide
        .inTransaction(
            "plan",
            from ->
                targetSide.inTransaction(
                    "plan", to -> StructurePlan.of(from, to, input().request())))
        .leftOut()
        .stream()
        .map(it -> it.severity() + " " + it.object() + ": " + it.message())
        .toList();
  }

  /** What could not be undone. */
  List<String> rollBack() {
    return new TargetUndo(targetSide, (connection, run) -> {}, connection -> {}, 3)
        .emptyTarget(input(), context())
        .leftBehind();
  }

  static StepContext context() {
    return new StepContext() {
      @Override
      public void progress(Progress progress) {}

      @Override
      public AutoCloseable onCancel(Runnable action) {
        return () -> {};
      }
    };
  }

  @Override
  public void close() throws SQLException {
    source.close();
    target.close();
    sourceSide.close();
    targetSide.close();
  }
}
