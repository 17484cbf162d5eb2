package dev.overwinter.sandbox.traffic;

import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.traffic.LiveWrite.Channel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Writes as the application does on its own server: it inserts, updates and now and then deletes,
 * in the name of a user whose id it puts into the session.
 */
final class ApplicationWriter implements Writer {
  private static final int DELETE_EVERY = 5;
  private static final String ASSUME_USER = "SELECT set_config('app.user_id', ?, true)";
  private static final String ADD_READING =
      """
      INSERT INTO public.sensor_readings (recorded_at, unit_id, celsius, source, entered_by)
      VALUES (clock_timestamp(), ?, ?::numeric / 100, 'manual', ?)
      RETURNING id
      """;
  private static final String LOG_EVENT =
      """
      INSERT INTO public.event_logs (actor_id, user_id, action, payload)
      VALUES (?, ?, 'unit.checked', jsonb_build_object('by', ?::text))
      RETURNING id
      """;
  private static final String ASSIGN_UNIT =
      "UPDATE public.units SET responsible_id = ?, notify_user_ids = ARRAY[?]::uuid[] WHERE id = ?";
  private static final String END_PAIRING =
      """
      DELETE FROM public.pairing_sessions
      WHERE id = (SELECT id FROM public.pairing_sessions ORDER BY id LIMIT 1)
      RETURNING id
      """;

  private final Population population;
  private long round;

  ApplicationWriter(Population population) {
    this.population = population;
  }

  @Override
  public Channel channel() {
    return Channel.APPLICATION;
  }

  @Override
  public String role() {
    return SelfHostedTarget.APPLICATION;
  }

  @Override
  public String next() {
    round++;
    return "public.sensor_readings";
  }

  @Override
  public List<Change> write(Connection connection) throws SQLException {
    UUID user = population.user(round);
    UUID unit = population.unit(round);
    returned(connection, ASSUME_USER, user.toString());
    List<Change> changes = new ArrayList<>();
    for (String id : returned(connection, ADD_READING, unit, round % 1_000, user)) {
      changes.add(Change.insert("public.sensor_readings", "id", id));
    }
    for (String id : returned(connection, LOG_EVENT, user.toString(), user, user.toString())) {
      changes.add(Change.insert("public.event_logs", "id", id));
    }
    try (PreparedStatement statement = connection.prepareStatement(ASSIGN_UNIT)) {
      bind(statement, user, user, unit);
      statement.executeUpdate();
      changes.add(Change.update("public.units", "id", unit));
    }
    if (round % DELETE_EVERY == 0) {
      for (String id : returned(connection, END_PAIRING)) {
        changes.add(Change.delete("public.pairing_sessions", "id", id));
      }
    }
    return changes;
  }

  private static List<String> returned(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, values);
      List<String> returned = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          returned.add(rows.getString(1));
        }
      }
      return returned;
    }
  }

  private static void bind(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }
}
