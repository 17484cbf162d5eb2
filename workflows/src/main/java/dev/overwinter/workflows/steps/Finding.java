package dev.overwinter.workflows.steps;

import java.util.Objects;

/**
 * Something that was found and that a person should know. Holds names and counts, never values.
 *
 * @param severity how much it matters
 * @param object what it is about, such as {@code public.units.owner_id}
 * @param message what is the matter
 * @param remedy what to do about it; empty for a note
 */
public record Finding(Severity severity, String object, String message, String remedy) {
  /** How much a finding matters. */
  public enum Severity {
    /** The run cannot go on. */
    BLOCKER,
    /** The run can go on; somebody should look. */
    WARNING,
    /** For the record. */
    NOTE
  }

  public Finding {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(object, "object");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(remedy, "remedy");
  }

  /** A finding the run cannot go on with. */
  public static Finding blocker(String object, String message, String remedy) {
    return new Finding(Severity.BLOCKER, object, message, remedy);
  }

  /** A finding somebody should look at. */
  public static Finding warning(String object, String message, String remedy) {
    return new Finding(Severity.WARNING, object, message, remedy);
  }

  /** A finding for the record. */
  public static Finding note(String object, String message) {
    return new Finding(Severity.NOTE, object, message, "");
  }
}
