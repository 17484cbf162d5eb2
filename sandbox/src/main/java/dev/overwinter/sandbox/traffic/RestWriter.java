package dev.overwinter.sandbox.traffic;

import dev.overwinter.sandbox.traffic.LiveWrite.Channel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/**
 * Writes as PostgREST does: it connects as authenticator and always asks for a READ WRITE
 * transaction, so that a read-only default does not stop it, and takes on the caller's role and
 * claims for that transaction only.
 */
final class RestWriter implements Writer {
  private static final String TEMPERATURE_LOGS = "public.manual_temperature_logs";
  private static final String EVENT_LOGS = "public.event_logs";
  private static final String UNITS = "public.units";
  private static final List<String> TURNS = List.of(TEMPERATURE_LOGS, EVENT_LOGS, UNITS);
  private static final String ASSUME_CALLER =
      """
      SELECT set_config('search_path', '"public", "extensions"', true),
             set_config('role', 'authenticated', true),
             set_config('request.jwt.claims', ?, true),
             set_config('request.method', 'POST', true),
             set_config('request.path', '/rest/v1/rpc', true)
      """;
  private static final String LOG_TEMPERATURE =
      """
      INSERT INTO public.manual_temperature_logs (id, unit_id, celsius, note)
      VALUES (?, ?, ?::numeric / 100, 'logged live')
      """;
  private static final String ASSIGN_UNIT =
      """
      UPDATE public.units SET notify_user_ids = ARRAY[?]::uuid[], responsible_id = ? WHERE id = ?
      """;
  // A remote procedure that runs with its owner's rights: taking rights from the caller would not
  // stop it.
  private static final String LOG_EVENT =
      "SELECT public.log_event('door.closed', jsonb_build_object('by', ?::text))";

  private final Population population;
  private long round;

  RestWriter(Population population) {
    this.population = population;
  }

  @Override
  public Channel channel() {
    return Channel.REST;
  }

  @Override
  public String role() {
    return "authenticator";
  }

  @Override
  public String begin() {
    return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
  }

  @Override
  public String next() {
    round++;
    return table();
  }

  @Override
  public List<Change> write(Connection connection) throws SQLException {
    UUID user = population.user(round);
    try (PreparedStatement statement = connection.prepareStatement(ASSUME_CALLER)) {
      statement.setString(1, "{\"role\": \"authenticated\", \"sub\": \"" + user + "\"}");
      statement.execute();
    }
    return switch (table()) {
      case TEMPERATURE_LOGS -> logTemperature(connection);
      case EVENT_LOGS -> logEvent(connection, user);
      default -> assignUnit(connection, user);
    };
  }

  private String table() {
    return TURNS.get((int) (round % TURNS.size()));
  }

  private List<Change> logTemperature(Connection connection) throws SQLException {
    UUID log = UUID.randomUUID();
    try (PreparedStatement statement = connection.prepareStatement(LOG_TEMPERATURE)) {
      statement.setObject(1, log);
      statement.setObject(2, population.unit(round));
      statement.setLong(3, round % 1_000);
      statement.executeUpdate();
    }
    return List.of(Change.insert(TEMPERATURE_LOGS, "id", log));
  }

  private static List<Change> logEvent(Connection connection, UUID user) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOG_EVENT)) {
      statement.setString(1, user.toString());
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return List.of(Change.insert(EVENT_LOGS, "id", rows.getLong(1)));
      }
    }
  }

  private List<Change> assignUnit(Connection connection, UUID user) throws SQLException {
    UUID unit = population.unit(round);
    try (PreparedStatement statement = connection.prepareStatement(ASSIGN_UNIT)) {
      statement.setObject(1, user);
      statement.setObject(2, user);
      statement.setObject(3, unit);
      statement.executeUpdate();
    }
    return List.of(Change.update(UNITS, "id", unit));
  }
}
