package dev.overwinter.activities.freeze;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What pg_cron has scheduled on the source.
 *
 * @param seen the active jobs of this database that we may see, without our own
 * @param othersHidden whether jobs of other roles are kept from us
 */
public record CronSchedule(List<Job> seen, boolean othersHidden) {
  /** What we may do with pg_cron; no row where it is not, or is older than 1.4. */
  private static final String ABILITY =
      """
      SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),
             has_function_privilege(p.oid, 'EXECUTE'),
             row_security_active(c.oid)
        FROM pg_namespace n
        JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'job'
        JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname = 'alter_job'
       WHERE n.nspname = 'cron'
      """;

  /** As pg_cron's alter_job decides who may. */
  private static final String ACTIVE =
      """
      SELECT j.jobid, j.jobname, j.username,
             r.rolsuper AND current_setting('cron.enable_superuser_jobs', true) IS DISTINCT FROM 'off'
               OR NOT r.rolsuper AND j.username = current_user AS ours
        FROM cron.job j JOIN pg_roles r ON r.rolname = current_user
       WHERE j.active AND j.database = current_database() AND j.command <> ?
       ORDER BY j.jobid
      """;

  public CronSchedule {
    seen = List.copyOf(seen);
  }

  /**
   * A job that is active in this database.
   *
   * @param id pg_cron's number of it
   * @param name its name, or null
   * @param owner the role it runs as
   * @param ours whether we may pause it
   */
  public record Job(long id, String name, String owner, boolean ours) {
    /** Such as {@code 7 (nightly, of service_role)}. */
    public String describe() {
      return "%d (%sof %s)".formatted(id, name == null ? "" : name + ", ", owner);
    }
  }

  private record Ability(boolean readable, boolean alterable, boolean othersHidden) {}

  /** Empty where there is no pg_cron, or one older than 1.4, which cannot pause. */
  public static Optional<CronSchedule> read(Connection connection) throws SQLException {
    Optional<Ability> ability = ability(connection);
    if (ability.isEmpty()) {
      return Optional.empty();
    }
    if (!ability.get().readable()) {
      return Optional.of(new CronSchedule(List.of(), true));
    }
    try (PreparedStatement select = connection.prepareStatement(ACTIVE)) {
      select.setString(1, CronJobs.WATCH_COMMAND);
      List<Job> jobs = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          jobs.add(
              new Job(
                  row.getLong("jobid"),
                  row.getString("jobname"),
                  row.getString("username"),
                  row.getBoolean("ours") && ability.get().alterable()));
        }
      }
      return Optional.of(new CronSchedule(jobs, ability.get().othersHidden()));
    }
  }

  private static Optional<Ability> ability(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(ABILITY);
        ResultSet row = select.executeQuery()) {
      return row.next()
          ? Optional.of(new Ability(row.getBoolean(1), row.getBoolean(2), row.getBoolean(3)))
          : Optional.empty();
    }
  }

  /** The jobs that we may not pause, and which go on while the source is frozen. */
  public List<Job> goingOn() {
    return seen.stream().filter(Predicate.not(Job::ours)).toList();
  }
}
