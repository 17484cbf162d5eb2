package dev.overwinter.activities.users;

import dev.overwinter.activities.users.UserOutcome.State;
import dev.overwinter.workflows.request.UserClass;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * One run's rows of {@code overwinter.user_account}, written through the session that holds the
 * step's lock. Used by one thread.
 */
final class UserLedger {
  private final StepLock lock;
  private final String runId;

  UserLedger(StepLock lock, String runId) {
    this.lock = lock;
    this.runId = runId;
  }

  /** Those of the users that have a row. */
  Set<UUID> known(Collection<UUID> users) {
    return new HashSet<>(
        ids(
            "SELECT supabase_id FROM overwinter.user_account"
                + " WHERE run_id = ? AND supabase_id = ANY (?)",
            (connection, statement) -> statement.setArray(2, uuids(connection, users))));
  }

  /** Writes down what is about to happen to users that have no row yet. */
  void begin(List<Beginning> beginnings) {
    lock.inTransaction(
        "ledger of users",
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  INSERT INTO overwinter.user_account
                    (run_id, supabase_id, user_class, state, failure_code, needs_password)
                  VALUES (?, ?, ?, ?, ?, ?)
                  """)) {
            for (Beginning beginning : beginnings) {
              UserOutcome outcome = beginning.outcome;
              statement.setString(1, runId);
              statement.setObject(2, outcome.supabaseId());
              statement.setString(3, beginning.userClass.name());
              statement.setString(4, outcome.state().sql());
              statement.setString(5, outcome.failureCode());
              statement.setBoolean(6, beginning.needsPassword);
              statement.addBatch();
            }
            statement.executeBatch();
          }
          return null;
        });
  }

  /** Notes that requests for these users are about to be sent once more. */
  void begin(Collection<UUID> users) {
    update(
        "UPDATE overwinter.user_account SET changed_at = clock_timestamp()"
            + " WHERE run_id = ? AND supabase_id = ANY (?)",
        (connection, statement) -> statement.setArray(2, uuids(connection, users)));
  }

  /** An outcome that is still INTENDED counts as one more attempt. */
  void record(List<UserOutcome> outcomes) {
    lock.inTransaction(
        "ledger of users",
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  UPDATE overwinter.user_account
                     SET state = ?, stack_id = ?, idle_since = ?, failure_code = ?,
                         attempts = attempts + ?, changed_at = clock_timestamp()
                   WHERE run_id = ? AND supabase_id = ?
                  """)) {
            for (UserOutcome outcome : outcomes) {
              statement.setString(1, outcome.state().sql());
              statement.setObject(2, outcome.stackId());
              statement.setObject(3, outcome.idleSince());
              statement.setString(4, outcome.failureCode());
              statement.setInt(5, outcome.state() == State.INTENDED ? 1 : 0);
              statement.setString(6, runId);
              statement.setObject(7, outcome.supabaseId());
              statement.addBatch();
            }
            statement.executeBatch();
          }
          return null;
        });
  }

  /** Gives users that failed in an earlier attempt of the step another chance. */
  void reopen(String neverBegunCodes) {
    lock.inTransaction(
        "ledger of users",
        connection -> {
          try (PreparedStatement forget =
                  connection.prepareStatement(
                      """
                      DELETE FROM overwinter.user_account
                       WHERE run_id = ? AND state = 'quarantined' AND failure_code LIKE ? || '%'
                      """);
              PreparedStatement again =
                  connection.prepareStatement(
                      """
                      UPDATE overwinter.user_account SET state = 'intended', attempts = 0
                       WHERE run_id = ? AND state IN ('quarantined', 'conflict')
                      """)) {
            forget.setString(1, runId);
            forget.setString(2, neverBegunCodes);
            forget.executeUpdate();
            again.setString(1, runId);
            again.executeUpdate();
          }
          return null;
        });
  }

  /** The next rows in one of these states, by Supabase id. */
  List<Row> page(UUID after, int size, State... states) {
    return lock.inTransaction(
        "ledger of users",
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  SELECT supabase_id, stack_id, attempts, idle_since
                    FROM overwinter.user_account
                   WHERE run_id = ? AND state = ANY (?)
                     AND (CAST(? AS uuid) IS NULL OR supabase_id > CAST(? AS uuid))
                   ORDER BY supabase_id LIMIT ?
                  """)) {
            statement.setString(1, runId);
            statement.setArray(2, names(connection, states));
            statement.setObject(3, after);
            statement.setObject(4, after);
            statement.setInt(5, size);
            List<Row> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                found.add(
                    new Row(
                        rows.getObject("supabase_id", UUID.class),
                        rows.getObject("stack_id", UUID.class),
                        rows.getInt("attempts"),
                        rows.getObject("idle_since", Long.class)));
              }
            }
            return found;
          }
        });
  }

  /** The next pairs of ids by Supabase id. */
  List<Mapping> mappings(UUID after, int size) {
    return lock.inTransaction(
        "ledger of users",
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  SELECT supabase_id, stack_id, migrated_at
                    FROM overwinter.user_mapping
                   WHERE run_id = ? AND (CAST(? AS uuid) IS NULL OR supabase_id > CAST(? AS uuid))
                   ORDER BY supabase_id LIMIT ?
                  """)) {
            statement.setString(1, runId);
            statement.setObject(2, after);
            statement.setObject(3, after);
            statement.setInt(4, size);
            List<Mapping> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                found.add(
                    new Mapping(
                        rows.getObject(1, UUID.class),
                        rows.getObject(2, UUID.class),
                        rows.getObject(3, OffsetDateTime.class).toInstant()));
              }
            }
            return found;
          }
        });
  }

  /** How long ago the youngest row in one of these states changed; null when there is none. */
  Duration youngest(State... states) {
    return lock.inTransaction(
        "ledger of users",
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  SELECT ceil(extract(epoch FROM clock_timestamp() - max(changed_at)) * 1000)::bigint
                    FROM overwinter.user_account WHERE run_id = ? AND state = ANY (?)
                  """)) {
            statement.setString(1, runId);
            statement.setArray(2, names(connection, states));
            try (ResultSet rows = statement.executeQuery()) {
              rows.next();
              Long millis = rows.getObject(1, Long.class);
              return millis == null ? null : Duration.ofMillis(millis);
            }
          }
        });
  }

  /** Users by state; states without users are zero. */
  Map<State, Long> byState() {
    Map<State, Long> counts = new EnumMap<>(State.class);
    for (State state : State.values()) {
      counts.put(state, 0L);
    }
    count(
        "state",
        "",
        (name, users) -> counts.put(State.valueOf(name.toUpperCase(Locale.ROOT)), users));
    return counts;
  }

  /** Users by class; classes without users left out. */
  Map<UserClass, Long> byClass() {
    Map<UserClass, Long> counts = new EnumMap<>(UserClass.class);
    count("user_class", "", (name, users) -> counts.put(UserClass.valueOf(name), users));
    return counts;
  }

  /** Accounts whose owner must set a new password. */
  long needPassword() {
    long[] sum = {0};
    count("state", "AND needs_password AND state = 'created'", (name, users) -> sum[0] += users);
    return sum[0];
  }

  private void count(String column, String condition, Counter counter) {
    lock.inTransaction(
        "ledger of users",
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT %1$s, count(*) FROM overwinter.user_account WHERE run_id = ? %2$s GROUP BY %1$s"
                      .formatted(column, condition))) {
            statement.setString(1, runId);
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                counter.count(rows.getString(1), rows.getLong(2));
              }
            }
          }
          return null;
        });
  }

  private List<UUID> ids(String sql, Binder binder) {
    return lock.inTransaction(
        "ledger of users",
        connection -> {
          List<UUID> ids = new ArrayList<>();
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, runId);
            binder.bind(connection, statement);
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                ids.add(rows.getObject(1, UUID.class));
              }
            }
          }
          return ids;
        });
  }

  private void update(String sql, Binder binder) {
    lock.inTransaction(
        "ledger of users",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, runId);
            binder.bind(connection, statement);
            return statement.executeUpdate();
          }
        });
  }

  private static Array uuids(Connection connection, Collection<UUID> ids) throws SQLException {
    return connection.createArrayOf("uuid", ids.toArray());
  }

  private static Array names(Connection connection, State... states) throws SQLException {
    return connection.createArrayOf("text", Arrays.stream(states).map(State::sql).toArray());
  }

  /**
   * A user's first row.
   *
   * @param outcome INTENDED for an account that is about to be made
   */
  record Beginning(UserOutcome outcome, UserClass userClass, boolean needsPassword) {}

  /**
   * @param stackId null where there is no account
   * @param idleSince null unless created
   */
  record Row(UUID supabaseId, UUID stackId, int attempts, Long idleSince) {}

  /** Whom a user became, and when. */
  record Mapping(UUID supabaseId, UUID stackId, Instant migratedAt) {}

  @FunctionalInterface
  private interface Binder {
    void bind(Connection connection, PreparedStatement statement) throws SQLException;
  }

  @FunctionalInterface
  private interface Counter {
    void count(String name, long users);
  }
}
