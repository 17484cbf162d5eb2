package dev.overwinter.activities.preflight;

import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.workflows.steps.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Whether the source can be frozen in the way that the request asks for. */
final class FreezeChecks {
  private static final String DEADLOCK_TIMEOUT =
      "SELECT (extract(epoch FROM current_setting('deadlock_timeout')::interval) * 1000)::bigint";

  /** Roles that may log in and whose sessions our role may not end, and whether for all that. */
  private static final String OUT_OF_REACH =
      """
      SELECT r.rolsuper, string_agg(r.rolname, ', ' ORDER BY r.rolname)
        FROM (SELECT r.rolname, r.rolsuper,
                     row_number() OVER (PARTITION BY r.rolsuper ORDER BY r.rolname) AS place
                FROM pg_roles r
               WHERE r.rolcanlogin AND r.rolname <> current_user
                 AND NOT (SELECT me.rolsuper FROM pg_roles me WHERE me.rolname = current_user)
                 AND (r.rolsuper
                      OR NOT pg_has_role('pg_signal_backend', 'USAGE')
                         AND NOT pg_has_role(r.oid, 'USAGE'))) r
       WHERE r.place <= 10
       GROUP BY r.rolsuper ORDER BY r.rolsuper
      """;

  /** What a subscription applies passes every trigger of a statement. */
  private static final String SUBSCRIPTIONS =
      """
      SELECT s.subname, min(format('%s.%s', n.nspname, c.relname))
        FROM pg_subscription s
        JOIN pg_subscription_rel r ON r.srsubid = s.oid
        JOIN pg_class c ON c.oid = r.srrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE s.subenabled
         AND (n.nspname = ANY (?) OR n.nspname = 'auth' AND c.relname IN ('users', 'identities'))
       GROUP BY s.subname ORDER BY s.subname
      """;

  private FreezeChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("how long locks are waited for", Needs.SOURCE, FreezeChecks::lockTimeout),
        new Check("whose sessions may be ended", Needs.SOURCE, FreezeChecks::endWriters),
        new Check(
            "subscriptions that write to the source", Needs.SOURCE, FreezeChecks::subscriptions));
  }

  private static List<Finding> subscriptions(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (String[] subscription : look.askSource(SUBSCRIPTIONS, look.schemas())) {
      findings.add(
          Finding.blocker(
              subscription[0],
              "This subscription replicates into %s of the source, and no freeze can stop it."
                  .formatted(subscription[1]),
              "ALTER SUBSCRIPTION ... DISABLE before the run, once it has caught up."));
    }
    return findings;
  }

  private static List<Finding> lockTimeout(Look look) throws SQLException {
    long deadlock = Long.parseLong(look.askSource(DEADLOCK_TIMEOUT).get(0)[0]);
    long ours = look.request().freeze().lockTimeoutMillis();
    return ours < deadlock
        ? List.of()
        : List.of(
            Finding.warning(
                "freeze.lockTimeout",
                "Raising the freeze waits %d ms for a table's lock; the source looks for deadlocks after %d ms and may end the application's transaction instead of ours."
                    .formatted(ours, deadlock),
                "Set freeze.lockTimeout to less than the source's deadlock_timeout."));
  }

  private static List<Finding> endWriters(Look look) throws SQLException {
    if (look.request().freeze().endWritersSeconds() == 0) {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>();
    for (String[] roles : look.askSource(OUT_OF_REACH)) {
      findings.add(
          SourceChecks.isTrue(roles[0])
              ? Finding.note(
                  "freeze.endWriters",
                  "Writers of superusers are waited for only, since the source role may not end their sessions: %s."
                      .formatted(roles[1]))
              : Finding.warning(
                  "freeze.endWriters",
                  "The source role may not end the sessions of %s, so that their writers are waited for only."
                      .formatted(roles[1]),
                  "GRANT pg_signal_backend to the role, or connect as postgres."));
    }
    return findings;
  }
}
