package dev.overwinter.activities.load;

import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.SQLException;

/** Lets a transaction write to the target that its run guards. */
@FunctionalInterface
public interface LoaderPass {
  /**
   * Lets the connection's transaction write.
   *
   * @throws dev.overwinter.activities.StepException when the guard is not this run's, so that an
   *     attempt left over from another run writes nothing
   */
  void apply(Connection target, RunKey run) throws SQLException;
}
