package dev.overwinter.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.worker.process.Activities;
import dev.overwinter.worker.settings.SettingsReader;
import dev.overwinter.worker.settings.WorkerSettings;
import dev.overwinter.worker.wiring.Wiring;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.CopyActivities;
import dev.overwinter.workflows.steps.FreezeActivities;
import dev.overwinter.workflows.steps.LaneInput;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.RemapActivities;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import dev.overwinter.workflows.steps.VerifyActivities;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Overwinter's steps in the order of a run, by the worker's own wiring, in a process of its own.
 * Temporal, the freeze and the creation of accounts are left out: everybody has got an account
 * before the clock runs, and the target is guarded.
 */
public final class OurCopy {
  private final Activities activities;
  private final StepInput input;

  private OurCopy(Activities activities, StepInput input) {
    this.activities = activities;
    this.input = input;
  }

  /**
   * @param arguments the request as JSON
   */
  public static void main(String[] arguments) throws Exception {
    WorkerSettings settings = SettingsReader.read(null, System.getenv());
    StepInput input =
        new StepInput(new RunKey("bench", UUID.randomUUID().toString()), request(arguments[0]));
    try (Activities activities = Wiring.activities(settings, () -> NOBODY_WATCHES)) {
      OurCopy copy = new OurCopy(activities, input);
      activities.find(FreezeActivities.class).orElseThrow().guardTarget(input);
      createAccounts(settings.source(), settings.target(), input.run());
      copy.run(Stage.open());
    }
  }

  private static MigrationRequest request(String json) throws JsonProcessingException {
    JsonNode tree = new ObjectMapper().readTree(json);
    RequestReader.Result result = RequestReader.read(tree);
    if (!result.problems().isEmpty()) {
      throw new IllegalArgumentException(result.problems().toString());
    }
    return result.request();
  }

  private static void createAccounts(DatabaseSettings source, DatabaseSettings target, RunKey run)
      throws SQLException {
    List<String> users = new ArrayList<>();
    try (Connection connection = connect(source);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT id FROM auth.users")) {
      while (row.next()) {
        users.add("('%s'::uuid)".formatted(row.getString(1)));
      }
    }
    try (Connection connection = connect(target);
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO overwinter.user_account (run_id, supabase_id, user_class, state, stack_id)
          SELECT '%s', id, 'PORTABLE_HASH', 'created', %s FROM (VALUES %s) u (id)
          """
              .formatted(run.runId(), State.newId("id"), String.join(", ", users)));
    }
  }

  private static Connection connect(DatabaseSettings settings) throws SQLException {
    return DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password());
  }

  private void run(Stage stage) throws InterruptedException, ExecutionException {
    CopyActivities copy = activities.find(CopyActivities.class).orElseThrow();
    RemapActivities remap = activities.find(RemapActivities.class).orElseThrow();
    VerifyActivities verify = activities.find(VerifyActivities.class).orElseThrow();
    int chunks = copy.planChunks(input).chunks();
    inLanes(chunks, copy::exportChunks);
    copy.completeArchive(input);
    stage.phase("export");
    remap.planRemap(input);
    stage.phase("remap");
    copy.putAside(input);
    stage.phase("put-aside");
    inLanes(chunks, copy::importChunks);
    stage.phase("import");
    copy.completeLoad(input);
    stage.phase("restore");
    VerificationSummary verification = verify.verify(input);
    stage.phase("verify");
    if (verification.verdict() != Verdict.PASSED) {
      throw new IllegalStateException(verification.toString());
    }
    stage.memory();
    stage.done();
  }

  private <T> void inLanes(int chunks, Function<LaneInput, T> work)
      throws InterruptedException, ExecutionException {
    int lanes = Math.max(1, Math.min(input.request().copy().lanes(), chunks));
    ExecutorService threads = Executors.newFixedThreadPool(lanes);
    try {
      List<Callable<T>> tasks = new ArrayList<>();
      for (int lane = 0; lane < lanes; lane++) {
        LaneInput laneInput = new LaneInput(input, lane);
        tasks.add(() -> work.apply(laneInput));
      }
      for (Future<T> done : threads.invokeAll(tasks)) {
        done.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  private static final StepContext NOBODY_WATCHES =
      new StepContext() {
        @Override
        public void progress(Progress progress) {}

        @Override
        public AutoCloseable onCancel(Runnable action) {
          return () -> {};
        }
      };
}
