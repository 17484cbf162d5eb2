package dev.overwinter.activities.preflight;

import dev.overwinter.workflows.steps.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * One thing that preflight looks at.
 *
 * @param name what it looks at, for the message when it could not
 * @param needs which databases it must be able to ask
 * @param work looks
 */
record Check(String name, Needs needs, Work work) {
  /** Which databases a check asks. */
  enum Needs {
    NOTHING,
    SOURCE,
    /** The source, which was found to be a Supabase project. */
    PEOPLE,
    TARGET,
    BOTH
  }

  /** Looks and tells what a person should know. */
  @FunctionalInterface
  interface Work {
    List<Finding> look(Look look) throws SQLException;
  }
}
