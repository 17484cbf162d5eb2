package dev.overwinter.sandbox.traffic;

import java.sql.Connection;
import java.sql.SQLException;

/** The server that is written to. */
@FunctionalInterface
interface Database {
  /** A new connection in autocommit mode. The caller closes it. */
  Connection connect(String role) throws SQLException;
}
