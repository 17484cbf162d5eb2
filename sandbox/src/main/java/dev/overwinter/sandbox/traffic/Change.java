package dev.overwinter.sandbox.traffic;

import dev.overwinter.sandbox.traffic.LiveWrite.Operation;

/**
 * One row that a transaction means to write.
 *
 * @param table the table, with its schema
 * @param keyColumn the column that identifies the row
 * @param key the row's value in that column, as text
 */
record Change(Operation operation, String table, String keyColumn, String key) {
  static Change insert(String table, String keyColumn, Object key) {
    return new Change(Operation.INSERT, table, keyColumn, key.toString());
  }

  static Change delete(String table, String keyColumn, Object key) {
    return new Change(Operation.DELETE, table, keyColumn, key.toString());
  }

  static Change update(String table, String keyColumn, Object key) {
    return new Change(Operation.UPDATE, table, keyColumn, key.toString());
  }
}
