package dev.overwinter.activities.postgres;

import java.util.Objects;

/**
 * How to reach one database.
 *
 * @param side {@code "source"} or {@code "target"}, for messages
 * @param jdbcUrl {@code jdbc:postgresql://host:port/database?options}, without user and password
 * @param user the role
 * @param password the role's password; may be empty, never null
 * @param maxConnections most connections the worker holds to it at one time
 */
public record DatabaseSettings(
    String side, String jdbcUrl, String user, String password, int maxConnections) {
  public DatabaseSettings {
    Objects.requireNonNull(side, "side");
    Objects.requireNonNull(jdbcUrl, "jdbcUrl");
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
    if (maxConnections < 1) {
      throw new IllegalArgumentException("maxConnections must be at least 1");
    }
  }

  /** The same with another limit of connections. */
  public DatabaseSettings withMaxConnections(int most) {
    return new DatabaseSettings(side, jdbcUrl, user, password, most);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "%s database %s as %s".formatted(side, jdbcUrl, user);
  }
}
