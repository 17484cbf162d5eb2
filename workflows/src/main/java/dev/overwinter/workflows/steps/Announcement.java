package dev.overwinter.workflows.steps;

import dev.overwinter.workflows.RunKey;
import java.util.Objects;

/**
 * An event of a run that others are told of.
 *
 * @param event what happens
 * @param outcome how it ended, or null for an event that ends nothing
 * @param time when it happened, ISO 8601 in UTC; the same each time it is told
 */
public record Announcement(RunKey run, Event event, Outcome outcome, String time) {
  /** What happens. */
  public enum Event {
    /** Soon the source refuses writes. */
    FREEZE_BEGINNING("freeze.beginning"),
    /** The application may write again, as the outcome says where. */
    FREEZE_ENDED("freeze.ended");

    private final String type;

    Event(String type) {
      this.type = type;
    }

    /** Its name for receivers. */
    public String type() {
      return type;
    }
  }

  /** How a freeze ended. */
  public enum Outcome {
    /** The source takes writes as before. */
    ROLLED_BACK("rolledBack"),
    /** The target takes writes, and the source never again. */
    LIVE("live");

    private final String jsonName;

    Outcome(String jsonName) {
      this.jsonName = jsonName;
    }

    /** Its name for receivers. */
    public String jsonName() {
      return jsonName;
    }
  }

  public Announcement {
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(event, "event");
    Objects.requireNonNull(time, "time");
    if ((event == Event.FREEZE_ENDED) != (outcome != null)) {
      throw new IllegalArgumentException("only the end has an outcome");
    }
  }

  /** The event's id: the same each time it is told, and no other event's. */
  public String id() {
    // Without a dot, which parts the id from what follows where it is signed.
    return run.runId() + "_" + event.type().replace('.', '_');
  }
}
