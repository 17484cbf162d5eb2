package dev.overwinter.sandbox.app;

/**
 * A column of the application that holds ids of users.
 *
 * @param table the table, in schema public
 * @param column the column's name
 * @param kind how it holds them
 */
public record UserIdColumn(String table, String column, Kind kind) {
  /** How a column holds ids of users. */
  public enum Kind {
    /** One id. */
    UUID,
    /** Ids as elements of a uuid[]. */
    UUID_ARRAY,
    /** One id in its text form, in lower or upper case, or some other text. */
    TEXT,
    /** Ids as whole strings or keys, at any depth. */
    JSONB
  }

  static UserIdColumn uuid(String table, String column) {
    return new UserIdColumn(table, column, Kind.UUID);
  }

  static UserIdColumn uuidArray(String table, String column) {
    return new UserIdColumn(table, column, Kind.UUID_ARRAY);
  }

  static UserIdColumn text(String table, String column) {
    return new UserIdColumn(table, column, Kind.TEXT);
  }

  static UserIdColumn jsonb(String table, String column) {
    return new UserIdColumn(table, column, Kind.JSONB);
  }
}
