package dev.overwinter.activities.preflight;

import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.workflows.steps.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Event triggers of the source that may keep it from being frozen: they run at every statement that
 * raises the guard, and what they write is refused as soon as its table is guarded.
 */
final class EventTriggerChecks {
  /** Whether a function writes can only be guessed from its text. */
  private static final String WRITING =
      """
      SELECT e.evtname, p.oid::regprocedure::text
        FROM pg_event_trigger e
        JOIN pg_proc p ON p.oid = e.evtfoid
       WHERE e.evtenabled IN ('O', 'A')
         AND e.evtevent IN ('ddl_command_start', 'ddl_command_end')
         AND (e.evttags IS NULL OR e.evttags && ARRAY['CREATE TRIGGER', 'ALTER TABLE', 'CREATE FUNCTION'])
         AND p.prosrc ~* '\\m(insert\\s+into|update\\s+\\S+\\s+set|delete\\s+from|merge\\s+into)\\M'
         AND NOT EXISTS (SELECT FROM pg_depend d
                          WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid
                            AND d.deptype = 'e')
       ORDER BY e.evtname
      """;

  private EventTriggerChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(
            "event triggers at the freeze's statements",
            Needs.SOURCE,
            EventTriggerChecks::writing));
  }

  private static List<Finding> writing(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (String[] trigger : look.askSource(WRITING)) {
      findings.add(
          Finding.warning(
              trigger[0],
              "This event trigger of the source runs while the freeze is raised, and its function %s seems to write. If it writes to a table of this run, the source cannot be frozen."
                  .formatted(trigger[1]),
              "ALTER EVENT TRIGGER ... DISABLE before the run and ENABLE after it, or move the table it writes to out of the request's schemas."));
    }
    return findings;
  }
}
