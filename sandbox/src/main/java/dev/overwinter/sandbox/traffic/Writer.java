package dev.overwinter.sandbox.traffic;

import dev.overwinter.sandbox.traffic.LiveWrite.Channel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** One way of writing to the source. Used by one thread. */
interface Writer {
  Channel channel();

  /** The role it connects as. */
  String role();

  /** How it opens a transaction. */
  default String begin() {
    return "BEGIN";
  }

  /** Moves on to the next write and tells which table it is mainly about, with its schema. */
  String next();

  /** Makes that write in a transaction already open, and tells what it changed. */
  List<Change> write(Connection connection) throws SQLException;
}
