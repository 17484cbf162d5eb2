package dev.overwinter.activities.freeze;

import dev.overwinter.activities.postgres.QualifiedName;
import java.util.stream.Collectors;

/**
 * The second trigger on a table that takes some updates: it refuses those that change what the
 * migration carries. It looks after the row was written, at what the application's own triggers
 * have made of it.
 */
final class ChangeTrigger {
  private static final String SHAPE =
      """
      CREATE OR REPLACE TRIGGER %1$s AFTER UPDATE ON %2$s
        FOR EACH ROW WHEN (%3$s) EXECUTE FUNCTION %4$s;
      """;

  private ChangeTrigger() {}

  /** Statements that make it, or make it again. */
  static String creation(Guard guard, GuardedTable table) {
    String trigger = QualifiedName.quote(table.unchanging().trigger());
    String name = table.name().sql();
    String changed =
        table.unchanging().columns().stream()
            .map(ChangeTrigger::changed)
            .collect(Collectors.joining(" OR "));
    String creation = SHAPE.formatted(trigger, name, changed, guard.function());
    return table.owned()
        ? creation + "ALTER TABLE ONLY %s ENABLE ALWAYS TRIGGER %s;".formatted(name, trigger)
        : creation;
  }

  /** As text, because not every type can be compared. */
  private static String changed(String column) {
    String name = QualifiedName.quote(column);
    // Whether somebody is confirmed is carried, not since when: a code by SMS confirms anew.
    return column.endsWith("_confirmed_at")
        ? "(OLD.%1$s IS NULL) <> (NEW.%1$s IS NULL)".formatted(name)
        : "OLD.%1$s::text IS DISTINCT FROM NEW.%1$s::text".formatted(name);
  }
}
