package dev.overwinter.activities.freeze;

/**
 * What differs between the two guards: the names of their objects. The names differ so that a
 * database which was a target once can be a source later.
 */
enum Guard {
  SOURCE("source", "guard", "refuse_writes", "00_overwinter_refuse_writes", 1),
  TARGET("target", "target_guard", "refuse_target_writes", "00_overwinter_refuse_target_writes", 3);

  static final String SCHEMA = "overwinter";

  /** First half of both advisory keys; "over" in ASCII. */
  private static final int LOCK_CLASS = 0x6f766572;

  private final String side;
  private final String table;
  private final String function;
  private final String trigger;
  private final int lock;

  Guard(String side, String table, String function, String trigger, int lock) {
    this.side = side;
    this.table = table;
    this.function = function;
    this.trigger = trigger;
    this.lock = lock;
  }

  String side() {
    return side;
  }

  /** The table with the one row that says whose guard stands. */
  String table() {
    return SCHEMA + "." + table;
  }

  /** The trigger function's signature. */
  String function() {
    return SCHEMA + "." + function + "()";
  }

  /** The triggers' name. Triggers fire in the order of their names, and digits sort first. */
  String trigger() {
    return trigger;
  }

  /** Serializes raising, releasing and removing as a whole; never held while a table is awaited. */
  String gateLock() {
    return "SELECT pg_advisory_xact_lock(%d, %d)".formatted(LOCK_CLASS, lock);
  }

  /** Whether {@link #gateLock} could be had without waiting, as an SQL expression. */
  String tryGateLock() {
    return "pg_try_advisory_xact_lock(%d, %d)".formatted(LOCK_CLASS, lock);
  }

  /** Serializes work on triggers; may be held while one table's lock is awaited. */
  String triggerLock() {
    return "SELECT pg_advisory_xact_lock(%d, %d)".formatted(LOCK_CLASS, lock + 1);
  }

  /** Lets the transaction at hand write, and nobody else. */
  String passOwnTransaction() {
    return switch (this) {
      case SOURCE -> "UPDATE overwinter.guard SET permanent = false, lapsed_at = clock_timestamp()";
      case TARGET ->
          "SELECT set_config('overwinter.pass', pass, true) FROM overwinter.target_guard";
    };
  }

  /** Makes the function let everything through: at once, for open sessions too, without locks. */
  String openFunction() {
    return """
        CREATE OR REPLACE FUNCTION %s RETURNS trigger
          LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS $body$ BEGIN RETURN NULL; END $body$
        """
        .formatted(function());
  }
}
