package dev.overwinter.sandbox.freeze;

import java.sql.Connection;
import java.sql.SQLException;

/** One try of a writer, on a session of its own. */
interface Attempt {
  /** What was done on the session before the freeze. */
  default void before(Connection session, Door door) throws SQLException {
    Sql.execute(session, "SELECT 1");
  }

  /** What is done on it once the source is frozen. */
  void write(Connection session, Door door) throws Exception;

  /** Opens further sessions. */
  interface Door {
    /** A session on the same database. */
    Connection open(String role) throws SQLException;

    /** A superuser's session on a second database of the same server. */
    Connection openOther() throws SQLException;
  }
}
