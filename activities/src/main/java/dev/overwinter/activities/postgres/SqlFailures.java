package dev.overwinter.activities.postgres;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import java.sql.SQLException;

/**
 * Turns a {@link SQLException} into a {@link StepException} by its SQLSTATE. The server's message
 * is left out on purpose: it may quote row values.
 */
public final class SqlFailures {
  private SqlFailures() {}

  /**
   * @param what what was being done and on which object, such as {@code "export of public.units"}
   * @param side {@code "source"} or {@code "target"}
   */
  public static StepException translate(SQLException failure, String side, String what) {
    String state = failure.getSQLState() == null ? "" : failure.getSQLState();
    FailureType type = typeOf(state);
    return new StepException(
        type,
        "%s: the %s answered SQLSTATE %s%s. %s"
            .formatted(what, side, state, meaning(state), remedy(type)));
  }

  /** Of what an operator meets most; PostgreSQL's own words for it. */
  private static String meaning(String state) {
    return switch (state) {
      case "28P01" -> " (invalid password)";
      case "40P01" -> " (deadlock detected)";
      case "42501" -> " (insufficient privilege)";
      case "53100" -> " (disk full)";
      case "53200" -> " (out of memory)";
      case "53300" -> " (too many connections)";
      case "58030" -> " (I/O error)";
      default -> "";
    };
  }

  private static FailureType typeOf(String state) {
    // 53300 tells of too many connections: others let theirs go.
    if (state.isEmpty()
        || state.startsWith("08")
        || state.startsWith("57P")
        || state.equals("53300")) {
      return FailureType.DATABASE_UNAVAILABLE;
    }
    if (state.startsWith("28") || state.equals("3D000")) {
      return FailureType.ACCESS_DENIED;
    }
    if (state.equals("42501")) {
      return FailureType.PRIVILEGE_MISSING;
    }
    if (state.startsWith("40") || state.equals("55P03") || state.equals("57014")) {
      return FailureType.DATABASE_BUSY;
    }
    if (state.startsWith("53") || state.startsWith("58")) {
      return FailureType.OUT_OF_RESOURCES;
    }
    return FailureType.DATABASE_REFUSED;
  }

  private static String remedy(FailureType type) {
    return switch (type) {
      case DATABASE_UNAVAILABLE -> "It will be tried again.";
      case ACCESS_DENIED -> "Check user, password and database name of the worker's settings.";
      case PRIVILEGE_MISSING -> "Grant the role what it lacks, then retry the step.";
      case DATABASE_BUSY -> "Something else holds a lock; it will be tried again.";
      case OUT_OF_RESOURCES -> "Free disk space or memory there, then retry the step.";
      default -> "Look at that server's log for the statement, then retry the step or roll back.";
    };
  }
}
