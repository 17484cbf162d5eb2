package dev.overwinter.activities.freeze;

import dev.overwinter.activities.postgres.QualifiedName;
import java.util.List;

/**
 * A table that must carry a guard, or carries one without need, as the catalog has it.
 *
 * @param oid the table's oid
 * @param name the name
 * @param inScope whether it must be guarded
 * @param owned whether our role has the owner's rights
 * @param mayGuard whether our role may create a trigger
 * @param columns the columns whose update is refused, whatever is written; empty when every update
 *     is
 * @param unchanging what no update may change where not every update is refused, or null
 * @param trigger the trigger on it that calls the guard's function, or null
 * @param witness what changes when somebody writes past the guard
 */
record GuardedTable(
    long oid,
    QualifiedName name,
    boolean inScope,
    boolean owned,
    boolean mayGuard,
    List<String> columns,
    Unchanging unchanging,
    Trigger trigger,
    Witness witness) {
  GuardedTable {
    columns = List.copyOf(columns);
  }

  /**
   * @param trigger the name of the second trigger, which stands for the columns
   * @param columns the columns whose values must stay, those among them whose update is refused too
   */
  record Unchanging(String trigger, List<String> columns) {
    Unchanging {
      columns = List.copyOf(columns);
    }
  }

  /**
   * @param name the name, whatever it is
   * @param sound whether it is enabled, and refuses everything it must
   */
  record Trigger(String name, boolean sound) {}

  /**
   * What is compared between the fence and a later proof.
   *
   * @param trigger identity and version of the trigger's catalog row: dropping, disabling and
   *     enabling again each leave another one
   * @param filenode the file that holds the rows; a rewrite or TRUNCATE changes it
   * @param shape digest of columns and parents
   * @param writes rows inserted, updated and deleted by the cumulative statistics, or only inserted
   *     and deleted where some updates are let through
   */
  record Witness(String trigger, long filenode, String shape, long writes) {}

  /** Whether something is left to do: a trigger must be made, made again, or removed. */
  boolean isOpen() {
    return !inScope || !isSound();
  }

  boolean isSound() {
    return trigger != null && trigger.sound();
  }
}
