package dev.overwinter.activities.later;

import dev.overwinter.activities.freeze.PermanentFreeze;
import dev.overwinter.activities.ledger.RequestLedger;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.LaterRequest;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The run that went live, as both databases tell of it: its guard stands on the source for good,
 * and its ledger is in the target, with what it was asked for and who became whom.
 *
 * @param run the run
 * @param request what it was asked for
 */
record FirstRun(RunKey run, MigrationRequest request) {
  private static final String MAPPING =
      """
      SELECT p.users = (SELECT count(*) FROM overwinter.user_mapping m WHERE m.run_id = p.run_id),
             clock_timestamp() > p.planned_at + make_interval(days => ?),
             to_char(p.planned_at AT TIME ZONE 'UTC' + make_interval(days => ?), 'YYYY-MM-DD')
        FROM overwinter.remap_plan p
       WHERE p.run_id = ?
      """;

  /**
   * What was found.
   *
   * @param run the run, or empty when something is in the way
   * @param obstacles what is
   */
  record Found(Optional<FirstRun> run, List<Finding> obstacles) {}

  /** Looks for it; reads only. */
  static Found find(Connection source, Connection target, LaterRequest request)
      throws SQLException {
    String name = request.run();
    Optional<PermanentFreeze> guard = PermanentFreeze.read(source);
    if (guard.isEmpty()) {
      return refused(
          name,
          "The source is not frozen: no run's guard stands on it. The run was rolled back, never began, or the source was freed since.",
          "Only what stands still since a run went live can be carried.");
    }
    if (!guard.get().workflowId().equals(name)) {
      return refused(
          name,
          "The source is frozen by another run, which is " + guard.get().workflowId() + ".",
          "Correct \"run\" in the request.");
    }
    if (!guard.get().permanent()) {
      return refused(
          name,
          "The run has not gone live: its freeze of the source is not for good.",
          "Wait until it is live. One that was rolled back has left nothing for later.");
    }
    RunKey run = new RunKey(name, guard.get().runId());
    if (!knows(target, run)) {
      return refused(
          name,
          "The target has no ledger of the run: the schema overwinter was dropped, or this is not the run's target.",
          "Correct OVERWINTER_TARGET_URL, or restore the schema. Without it nobody knows who became whom.");
    }
    if (PermanentFreeze.isTargetGuarded(target)) {
      return refused(
          name,
          "The run has not gone live: its guard still stands on the target.",
          "Wait until it is live.");
    }
    Optional<MigrationRequest> asked = request(target, run);
    if (asked.isEmpty()) {
      return refused(
          name,
          "The ledger does not tell what the run has left for later: an older version of Overwinter made it.",
          "Carry the tables by hand.");
    }
    List<Finding> obstacles = mapping(target, run, asked.get(), request);
    return new Found(
        obstacles.isEmpty() ? Optional.of(new FirstRun(run, asked.get())) : Optional.empty(),
        obstacles);
  }

  private static Found refused(String run, String message, String remedy) {
    return new Found(Optional.empty(), List.of(Finding.blocker(run, message, remedy)));
  }

  private static boolean knows(Connection target, RunKey run) throws SQLException {
    if (!LaterLedger.hasTable(target, "run")) {
      return false;
    }
    try (PreparedStatement statement =
        target.prepareStatement("SELECT FROM overwinter.run WHERE run_id = ?")) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  private static Optional<MigrationRequest> request(Connection target, RunKey run)
      throws SQLException {
    return LaterLedger.hasTable(target, "run_request")
        ? RequestLedger.read(target, run.runId())
        : Optional.empty();
  }

  private static List<Finding> mapping(
      Connection target, RunKey run, MigrationRequest asked, LaterRequest request)
      throws SQLException {
    int days =
        request.mappingRetentionDays() == null
            ? asked.users().mappingRetentionDays()
            : request.mappingRetentionDays();
    List<Finding> obstacles = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(MAPPING)) {
      statement.setInt(1, days);
      statement.setInt(2, days);
      statement.setString(3, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next() || !row.getBoolean(1)) {
          obstacles.add(
              Finding.blocker(
                  "overwinter.user_mapping",
                  "The mapping of user ids is gone from the ledger, or not whole any more.",
                  "Restore overwinter.user_account as the run has left it."));
        } else if (row.getBoolean(2)) {
          obstacles.add(
              Finding.blocker(
                  "overwinter.user_mapping",
                  "The mapping of user ids was to be kept until %s, and is not used after that day."
                      .formatted(row.getString(3)),
                  "If you may keep it longer, say how long from the day of that run: \"users\": {\"mappingRetention\": \"P180D\"}."));
        }
      }
    }
    return obstacles;
  }
}
