package dev.overwinter.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * A way of copying. It is a process that says {@code ready} on its standard output, begins when it
 * reads a line, says {@code phase NAME CPU-SECONDS} after each phase, with the processor time of
 * itself and its children so far, and {@code done} at the end.
 */
interface Contender {
  /** For the command line. */
  String key();

  /** For the report. */
  String title();

  /** What it does and does not do, for the report. */
  String remarks();

  /** What the target's database is made from. */
  Template template();

  /** Whether users get new ids on the way. */
  default boolean maps() {
    return false;
  }

  /** Rows that are copied in place of all, or 0; what is measured is multiplied accordingly. */
  default long sample() {
    return 0;
  }

  /** Whether it runs without being asked for by name. */
  default boolean isOrdinary() {
    return true;
  }

  /** Parts of it that stand in the report by themselves: a title, and the phases that belong. */
  default Map<String, List<String>> parts() {
    return Map.of();
  }

  /** Whether it is meant for the shape of that name. */
  default boolean fits(String shape) {
    return !shape.startsWith(Shape.MEMORY);
  }

  /** Why it cannot run, or empty when it can. */
  default String obstacle(Setting setting) {
    return "";
  }

  /** Runs before the clock does, on the fresh target. */
  default void prepare(Setting setting) throws SQLException {}

  /** The process. */
  List<String> command(Setting setting) throws IOException;

  /** Its environment, besides the harness's own. */
  default Map<String, String> environment(Setting setting) throws SQLException {
    return Map.of();
  }

  /** What a target's database is made from. */
  enum Template {
    /** Nothing. */
    EMPTY("template0"),
    /** Tables without keys and indexes. */
    BARE("bare"),
    /** Everything but the rows, as an application's own migrations leave it. */
    COMPLETE("complete");

    private final String database;

    Template(String database) {
      this.database = database;
    }

    String database() {
      return database;
    }
  }
}
