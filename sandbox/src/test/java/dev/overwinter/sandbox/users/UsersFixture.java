package dev.overwinter.sandbox.users;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.users.StackAuthClient;
import dev.overwinter.activities.users.StackAuthPace;
import dev.overwinter.activities.users.StackAuthSettings;
import dev.overwinter.activities.users.UserSteps;
import dev.overwinter.sandbox.stackauth.ApiDialect;
import dev.overwinter.sandbox.stackauth.StackAuthStandIn;
import dev.overwinter.sandbox.stackauth.StandInFaults;
import dev.overwinter.sandbox.stackauth.StandInProject;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A source with users, a target with a ledger, and a Stack Auth to carry the users to. */
final class UsersFixture implements AutoCloseable {
  /** Fast, so that tests need not wait; in the proportions of the real one. */
  static final StackAuthPace PACE =
      new StackAuthPace(
          Duration.ofSeconds(5),
          Duration.ofMillis(5),
          Duration.ofMillis(40),
          Duration.ofMillis(250),
          Duration.ofSeconds(30));

  static final StepContext QUIET = context(progress -> {});

  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static final ObjectMapper JSON = new ObjectMapper();

  final StandInFaults faults = new StandInFaults(42);
  final StackAuthStandIn stackAuth;
  final String runId = UUID.randomUUID().toString();
  final String sourceUrl;
  final String targetUrl;
  final Database source;
  final Database target;
  final UserSteps steps;

  UsersFixture(EmbeddedPostgres server, ApiDialect dialect) throws SQLException {
    this(server, dialect, StandInProject.standard());
  }

  UsersFixture(EmbeddedPostgres server, ApiDialect dialect, StandInProject project)
      throws SQLException {
    stackAuth = StackAuthStandIn.start(project, dialect, faults, 0);
    sourceUrl = createDatabase(server, "source" + DATABASES.incrementAndGet());
    targetUrl = createDatabase(server, "target" + DATABASES.get());
    source = database("source", sourceUrl);
    target = database("target", targetUrl);
    execute(sourceUrl, resource("auth-schema.sql"));
    LedgerSchema.create(target);
    execute(targetUrl, "INSERT INTO overwinter.run VALUES ('%s', 'test')".formatted(runId));
    steps = steps(source, target, stackAuth.baseUrl(), project.id(), project.secretServerKey());
  }

  static UserSteps steps(
      Database source, Database target, URI stackAuth, String projectId, String key) {
    StackAuthSettings settings = new StackAuthSettings(stackAuth, projectId, key);
    return new UserSteps(
        source, target, new StackAuthClient(settings, PACE), PACE, Clock.systemUTC());
  }

  static Database database(String side, String url) {
    return new Database(new DatabaseSettings(side, url, "postgres", "postgres", 4));
  }

  static StepContext context(Consumer<Progress> onProgress) {
    return new StepContext() {
      @Override
      public void progress(Progress progress) {
        onProgress.accept(progress);
      }

      @Override
      public AutoCloseable onCancel(Runnable action) {
        return () -> {};
      }
    };
  }

  /** The step's input with what a request says under {@code users}. */
  static StepInput input(String runId, String usersJson) {
    try {
      RequestReader.Result result =
          RequestReader.read(JSON.readTree("{\"users\":" + usersJson + "}"));
      if (!result.problems().isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", result.problems()));
      }
      return new StepInput(new RunKey("test", runId), result.request());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  StepInput input(String usersJson) {
    return input(runId, usersJson);
  }

  /**
   * Users of every kind that is carried, in equal parts, among them ones without an e-mail.
   *
   * @param hash of the password of those who have one
   */
  void seed(int users, String hash) throws SQLException {
    execute(
        sourceUrl,
        """
        INSERT INTO auth.users (instance_id, id, email, encrypted_password, email_confirmed_at,
                                raw_user_meta_data, created_at, phone, is_anonymous)
        SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(),
               CASE WHEN n %% 4 < 2 THEN 'user' || n || '@example.com' END,
               CASE WHEN n %% 4 = 0 THEN '%s' END,
               CASE WHEN n %% 4 < 2 THEN now() END,
               '{"name": "a person"}', now(),
               CASE WHEN n %% 4 = 2 THEN '4670000' || n END,
               n %% 4 = 3
          FROM generate_series(1, %d) n;
        INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, created_at)
        SELECT 'google-' || id, id, jsonb_build_object('email', email), 'google', now()
          FROM auth.users WHERE email IS NOT NULL AND encrypted_password IS NULL;
        """
            .formatted(hash, users));
  }

  UUID addUser(String columns, String values) throws SQLException {
    UUID id = UUID.randomUUID();
    execute(
        sourceUrl,
        """
        INSERT INTO auth.users (instance_id, id, created_at, %s)
        VALUES ('00000000-0000-0000-0000-000000000000', '%s', '2024-02-29 12:00+00', %s)
        """
            .formatted(columns, id, values));
    return id;
  }

  /** Supabase id to Stack Auth id, as the ledger says. */
  Map<String, String> mapping() throws SQLException {
    return pairs("SELECT supabase_id, stack_id FROM overwinter.user_mapping");
  }

  /** Supabase id to state and failure code. */
  Map<String, String> states() throws SQLException {
    return pairs(
        "SELECT supabase_id, concat_ws(' ', state, failure_code) FROM overwinter.user_account");
  }

  /** Supabase id to Stack Auth id, as the markers in Stack Auth say; fails on a second account. */
  Map<String, String> markers() {
    Map<String, String> markers = new LinkedHashMap<>();
    for (ObjectNode user : stackAuth.users()) {
      String supabaseId = user.path("server_metadata").path("supabaseUserId").asText(null);
      if (supabaseId != null && markers.put(supabaseId, user.get("id").asText()) != null) {
        throw new AssertionError("two accounts for " + supabaseId);
      }
    }
    return markers;
  }

  ObjectNode account(UUID supabaseId) {
    String id = markers().get(supabaseId.toString());
    return stackAuth.users().stream()
        .filter(user -> user.get("id").asText().equals(id))
        .findFirst()
        .orElseThrow();
  }

  void execute(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private Map<String, String> pairs(String sql) throws SQLException {
    Map<String, String> pairs = new LinkedHashMap<>();
    try (Connection connection = DriverManager.getConnection(targetUrl, "postgres", "postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        pairs.put(rows.getString(1), rows.getString(2));
      }
    }
    return pairs;
  }

  @Override
  public void close() {
    source.close();
    target.close();
    stackAuth.close();
  }

  private String createDatabase(EmbeddedPostgres server, String name) throws SQLException {
    execute(server.getJdbcUrl("postgres", "postgres"), "CREATE DATABASE " + name);
    return "jdbc:postgresql://localhost:%d/%s".formatted(server.getPort(), name);
  }

  private static String resource(String name) {
    try (InputStream stream = UsersFixture.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
