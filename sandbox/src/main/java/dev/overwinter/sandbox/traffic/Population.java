package dev.overwinter.sandbox.traffic;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Some of the users and units that are there when the traffic starts.
 *
 * @param users ids of users who have a profile
 * @param units ids of units
 */
record Population(List<UUID> users, List<UUID> units) {
  static Population of(Database database, String owner) throws SQLException {
    try (Connection connection = database.connect(owner)) {
      List<UUID> users = ids(connection, "SELECT id FROM public.profiles ORDER BY id LIMIT 500");
      List<UUID> units = ids(connection, "SELECT id FROM public.units ORDER BY id LIMIT 500");
      if (users.isEmpty() || units.isEmpty()) {
        throw new IllegalStateException(
            "The database has no users or no units: fill it before starting the traffic");
      }
      return new Population(users, units);
    }
  }

  UUID user(long n) {
    return users.get((int) (n % users.size()));
  }

  UUID unit(long n) {
    return units.get((int) (n % units.size()));
  }

  private static List<UUID> ids(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<UUID> ids = new ArrayList<>();
      while (rows.next()) {
        ids.add(rows.getObject(1, UUID.class));
      }
      return List.copyOf(ids);
    }
  }
}
