package dev.overwinter.activities.preflight;

import dev.overwinter.activities.freeze.CronSchedule;
import dev.overwinter.activities.freeze.CronSchedule.Job;
import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.workflows.steps.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which scheduled jobs of the source the freeze pauses, and which it cannot. */
final class CronChecks {
  private static final int MOST_NAMED = 20;
  private static final String GUARD_REFUSES =
      " go on while the source is frozen; whatever they write there is refused.";

  private CronChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("scheduled jobs during the freeze", Needs.SOURCE, CronChecks::pausing));
  }

  private static List<Finding> pausing(Look look) throws SQLException {
    Optional<CronSchedule> schedule = CronSchedule.read(look.source());
    if (schedule.isEmpty()) {
      return look.access(look.source(), "cron", "job").exists()
          ? List.of(
              Finding.warning(
                  "pg_cron",
                  "The source's pg_cron is older than 1.4 and cannot pause jobs. They"
                      + GUARD_REFUSES,
                  "Unschedule jobs that should not fail during the freeze, or update the extension."))
          : List.of();
    }
    List<Finding> findings = new ArrayList<>();
    List<Job> goingOn = schedule.get().goingOn();
    if (!goingOn.isEmpty()) {
      findings.add(
          Finding.warning(
              "pg_cron",
              "These jobs cannot be paused by the source role: %s. They%s"
                  .formatted(named(goingOn), GUARD_REFUSES),
              "Have each one's owner, or a superuser, pause it for the night: SELECT cron.alter_job(<number>, active := false)"));
    }
    if (schedule.get().othersHidden()) {
      findings.add(
          Finding.warning(
              "pg_cron",
              "Jobs of other roles, if there are any, are hidden from the source role. They"
                  + GUARD_REFUSES,
              "Connect as postgres (OVERWINTER_SOURCE_USER), or ask whoever schedules jobs."));
    }
    int paused = schedule.get().seen().size() - goingOn.size();
    if (paused > 0) {
      findings.add(
          Finding.note(
              "pg_cron",
              "%d active jobs are paused while the source is frozen, and resumed if it is released."
                  .formatted(paused)));
    }
    return findings;
  }

  private static String named(List<Job> jobs) {
    String named =
        jobs.stream().limit(MOST_NAMED).map(Job::describe).collect(Collectors.joining(", "));
    int more = jobs.size() - MOST_NAMED;
    return more > 0 ? "%s and %d more".formatted(named, more) : named;
  }
}
