package dev.overwinter.workflows.request;

import java.util.Objects;

/**
 * How a table that was left for later is carried.
 *
 * @param rule how it differs between source and target, or null for what the run that left it
 *     behind was told
 * @param triggers what becomes of the application's triggers
 */
public record LaterTable(TableRule rule, Triggers triggers) {
  /** What becomes of triggers that fire when rows come or go. */
  public enum Triggers {
    /** A table that has such triggers is not loaded. */
    REFUSE("refuse"),
    /** They fire for carried rows as for any others. */
    FIRE("fire");

    private final String jsonName;

    Triggers(String jsonName) {
      this.jsonName = jsonName;
    }

    /** The name in requests. */
    public String jsonName() {
      return jsonName;
    }
  }

  public LaterTable {
    Objects.requireNonNull(triggers, "triggers");
  }
}
