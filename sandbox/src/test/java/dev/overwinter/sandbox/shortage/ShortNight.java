package dev.overwinter.sandbox.shortage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.Proof;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.sandbox.kill.GuardLook;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** A night in which something runs out, and what must be true of it whatever that is. */
final class ShortNight {
  private final Night night;
  private final Map<String, String> definitions;

  ShortNight(Night night) throws Exception {
    this.night = night;
    this.definitions = Expect.definitions(night.stage);
  }

  /** What is done with a chunk, as the ledger records it. */
  enum Work {
    EXPORTED("exported_at"),
    LOADED("loaded_at");

    private final String column;

    Work(String column) {
      this.column = column;
    }
  }

  /** In many chunks, few of them at one time, so that steps have a middle. */
  void begin() {
    ObjectNode request = Night.request();
    request.withObject("/copy").put("chunkBytes", 64 * 1024).put("lanes", 2);
    night.begin(request);
  }

  /** Waits until it is done with some chunks and not with others. */
  void awaitMiddleOf(Work work) throws Exception {
    try (Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      String ledger = "SELECT to_regclass('overwinter.chunk')::text";
      while (GuardLook.strings(target, ledger).contains(null) || !isInTheMiddle(target, work)) {
        Thread.sleep(3);
      }
    }
  }

  boolean isInTheMiddleOf(Work work) throws SQLException {
    try (Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      return isInTheMiddle(target, work);
    }
  }

  private static boolean isInTheMiddle(Connection target, Work work) throws SQLException {
    return GuardLook.strings(
            target,
            "SELECT count(%1$s) BETWEEN 1 AND count(*) - 1 FROM overwinter.chunk"
                .formatted(work.column))
        .contains("t");
  }

  /** Whether no chunk is left to do. */
  boolean isDone(Work work) throws SQLException {
    return target("SELECT count(*) - count(%s) FROM overwinter.chunk".formatted(work.column)) == 0;
  }

  /** Waits until it has parked; both sides must refuse every write while it is. */
  String parkedIn(Step step) throws Exception {
    RunStatus parked = night.await(RunState.PARKED);
    assertThat(parked.step()).isEqualTo(step);
    assertThat(parked.frozenSince()).isNotNull();
    bothSidesRefuse(parked.run().runId());
    long refused = night.traffic.refusedWrites().size();
    while (night.traffic.refusedWrites().size() < refused + 3) {
      Thread.sleep(20);
    }
    assertThat(night.await(RunState.PARKED).waitingFor()).isEqualTo(parked.waitingFor());
    return parked.waitingFor();
  }

  void bothSidesRefuse(String run) throws SQLException {
    try (Connection source = night.stage.source().connect(SupabaseSource.SUPERUSER);
        Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      for (GuardLook look : List.of(GuardLook.atSource(source), GuardLook.atTarget(target))) {
        assertThat(look.owner()).isEqualTo(run);
        assertThat(look.isClosed()).as("%s", look.accepting()).isTrue();
      }
    }
  }

  void retry() throws Exception {
    night.update("retryStep", "{\"by\":\"a test\"}");
  }

  void pause() throws Exception {
    night.update("pause", "{\"by\":\"a test\"}");
  }

  void resume() throws Exception {
    night.update("resume", "{\"by\":\"a test\"}");
  }

  /** One number that the target tells. */
  long target(String query) throws SQLException {
    try (Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      return Long.parseLong(GuardLook.strings(target, query).get(0));
    }
  }

  void onTarget(String sql) throws SQLException {
    try (Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      execute(target, sql);
    }
  }

  void onSource(String sql) throws SQLException {
    try (Connection source = night.stage.source().connect(SupabaseSource.SUPERUSER)) {
      execute(source, sql);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Live, with every row right, none doubled, none missing, and the target defined as before. */
  void endsWell() throws Exception {
    RunStatus end = night.result();
    assertThat(end.state()).isEqualTo(RunState.LIVE);
    night.traffic.stop();
    Expect.everyRowOnTheTarget(night.stage);
    assertThat(Proof.of(night.stage, night.traffic).missing()).isEmpty();
    Expect.oneAccountPerUser(night.stage);
    Expect.onlyTheSourceIsGuarded(night.stage);
    definitions.put("schema overwinter", "");
    assertThat(Expect.definitions(night.stage)).isEqualTo(definitions);
  }
}
