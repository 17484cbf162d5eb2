package dev.overwinter.activities.load;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Removes the target's write guard. A boundary between loading, which knows what it loaded, and the
 * freeze, which knows its guard.
 */
@FunctionalInterface
public interface TargetCleaner {
  /**
   * Removes the guard's triggers and functions in the caller's transaction; does nothing where
   * there are none.
   */
  void removeGuard(Connection target) throws SQLException;
}
