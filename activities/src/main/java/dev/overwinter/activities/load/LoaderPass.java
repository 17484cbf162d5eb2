package dev.overwinter.activities.load;

import java.sql.Connection;
import java.sql.SQLException;

/** Lets this transaction write to the guarded target. */
@FunctionalInterface
public interface LoaderPass {
  /** Lets this transaction write to the guarded target. */
  void apply(Connection target) throws SQLException;
}
