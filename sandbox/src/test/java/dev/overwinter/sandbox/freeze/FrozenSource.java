package dev.overwinter.sandbox.freeze;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.freeze.FreezeStep;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.sandbox.SqlScript;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A database with the sandbox application on Supabase and the tables of {@code writers.sql}, one of
 * several on one server.
 */
final class FrozenSource implements Attempt.Door, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final EmbeddedPostgres server;
  private final String name;
  private final Database source;
  private final Database target;

  private FrozenSource(EmbeddedPostgres server, String name) {
    this.server = server;
    this.name = name;
    this.source = database("source", name);
    this.target = database("target", name);
  }

  /** Starts a server with the database that the others are copies of. The caller closes it. */
  static EmbeddedPostgres startServer() throws IOException, SQLException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "off")
            .setServerConfig("max_connections", "300")
            .setServerConfig("max_prepared_transactions", "5")
            .setServerConfig("max_wal_senders", "20")
            .setServerConfig("wal_retrieve_retry_interval", "100ms")
            .setServerConfig("max_replication_slots", "40");
    SupabaseSource.SETTINGS.forEach(builder::setServerConfig);
    EmbeddedPostgres server = builder.start();
    SupabaseSource.furnish("localhost", server.getPort()).close();
    try (Connection superuser = connect(server, "postgres", "supabase_admin")) {
      SqlScript.beside(FrozenSource.class, "writers.sql").runOn(superuser);
      Sql.execute(superuser, "CREATE DATABASE other TEMPLATE template0");
    }
    return server;
  }

  static FrozenSource on(EmbeddedPostgres server) throws SQLException {
    String name = "source_" + NUMBER.incrementAndGet();
    try (Connection superuser = connect(server, "other", "supabase_admin")) {
      Sql.execute(superuser, "CREATE DATABASE %s TEMPLATE postgres OWNER postgres".formatted(name));
      Sql.execute(
          superuser,
          "ALTER DATABASE %s SET search_path = \"$user\", public, extensions".formatted(name));
    }
    return new FrozenSource(server, name);
  }

  String name() {
    return name;
  }

  @Override
  public Connection open(String role) throws SQLException {
    return connect(server, name, role);
  }

  @Override
  public Connection openOther() throws SQLException {
    return connect(server, "other", "supabase_admin");
  }

  void asOwner(String... statements) throws SQLException {
    try (Connection owner = open(SupabaseSource.OWNER)) {
      for (String statement : statements) {
        Sql.execute(owner, statement);
      }
    }
  }

  /** What the tables hold that are frozen. */
  List<String> rows(Connection superuser) throws SQLException {
    return Sql.query(superuser, "SELECT probe.rows()");
  }

  FreezeStep step() {
    return new FreezeStep(source, target);
  }

  /** The same database as the product reaches it. */
  Database database() {
    return source;
  }

  /** The run of that name, which asks for a freeze as the JSON says. */
  static StepInput input(String run, String freeze) {
    try {
      RequestReader.Result result =
          RequestReader.read(
              JSON.readTree(
                  "{\"schemas\": [\"public\", \"storage\"], \"freeze\": %s}".formatted(freeze)));
      if (!result.problems().isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", result.problems()));
      }
      return new StepInput(new RunKey("move", run), result.request());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Remembers nothing and never cancels. */
  static StepContext context(Consumer<String> told) {
    return new StepContext() {
      @Override
      public void progress(Progress progress) {
        told.accept(progress.detail());
      }

      @Override
      public AutoCloseable onCancel(Runnable action) {
        return () -> {};
      }
    };
  }

  /** A database for the ledger of a run, on the same server. The caller closes it. */
  Database newTarget(StepInput input) throws SQLException {
    String ledger = name + "_target";
    try (Connection superuser = openOther()) {
      Sql.execute(superuser, "CREATE DATABASE %s OWNER postgres".formatted(ledger));
    }
    Database database = database("target", ledger);
    LedgerSchema.create(database);
    try (Connection owner = connect(server, ledger, SupabaseSource.OWNER)) {
      Sql.execute(
          owner,
          "INSERT INTO overwinter.run (run_id, workflow_id) VALUES (?, ?)",
          input.run().runId(),
          input.run().workflowId());
    }
    return database;
  }

  private Database database(String side, String name) {
    return new Database(
        new DatabaseSettings(
            side,
            "jdbc:postgresql://localhost:%d/%s".formatted(server.getPort(), name),
            SupabaseSource.OWNER,
            "",
            4));
  }

  private static Connection connect(EmbeddedPostgres server, String database, String role)
      throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:%d/%s".formatted(server.getPort(), database), role, "");
  }

  @Override
  public void close() {
    source.close();
    target.close();
  }
}
