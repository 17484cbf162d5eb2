package dev.overwinter.activities.remap;

import dev.overwinter.activities.archive.CopiedTable;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.SQLException;

/** Gives the lanes their remappers. Thread-safe. */
public interface RowRemappers {
  /**
   * A remapper for the rows of one table, by the run's plan.
   *
   * @param target a connection to the ledger; used only during the call
   * @throws dev.overwinter.activities.StepException when the run has no plan, or the mapping or the
   *     table is no longer what was planned
   */
  RowRemapper forTable(Connection target, RunKey run, CopiedTable table) throws SQLException;
}
