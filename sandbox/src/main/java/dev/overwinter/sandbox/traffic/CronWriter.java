package dev.overwinter.sandbox.traffic;

import dev.overwinter.sandbox.traffic.LiveWrite.Channel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/**
 * Writes as a scheduled job inside the database does: as the tables' owner. A reading's trigger
 * touches its unit.
 */
final class CronWriter implements Writer {
  private static final String ADD_READING =
      """
      INSERT INTO public.sensor_readings (recorded_at, unit_id, celsius, source)
      VALUES (clock_timestamp(), ?, ?::numeric / 100, 'gateway')
      RETURNING id
      """;
  private static final String NOTE_MAINTENANCE =
      "UPDATE public.units SET volume_litres = ? WHERE id = ?";

  private final Population population;
  private long round;

  CronWriter(Population population) {
    this.population = population;
  }

  @Override
  public Channel channel() {
    return Channel.CRON;
  }

  @Override
  public String role() {
    return "postgres";
  }

  @Override
  public String next() {
    round++;
    return "public.sensor_readings";
  }

  @Override
  public List<Change> write(Connection connection) throws SQLException {
    UUID unit = population.unit(round);
    long reading;
    try (PreparedStatement statement = connection.prepareStatement(ADD_READING)) {
      statement.setObject(1, unit);
      statement.setLong(2, round % 1_000);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        reading = rows.getLong(1);
      }
    }
    try (PreparedStatement statement = connection.prepareStatement(NOTE_MAINTENANCE)) {
      statement.setLong(1, round);
      statement.setObject(2, unit);
      statement.executeUpdate();
    }
    return List.of(
        Change.insert("public.sensor_readings", "id", reading),
        Change.update("public.units", "id", unit));
  }
}
