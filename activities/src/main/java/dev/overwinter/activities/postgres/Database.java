package dev.overwinter.activities.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.overwinter.activities.StepException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/**
 * One database and a bounded pool of sessions to it. Every session has its settings pinned by
 * explicit SET, because Supabase's pooler drops start-up options, so that values have one text form
 * everywhere and no time-out of the server ends a long COPY. Thread-safe.
 */
public final class Database implements AutoCloseable {
  /** Makes a session's values have the text forms that they are carried in. */
  public static final String PIN_SESSION =
      """
      SET TIME ZONE 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601';
      SET extra_float_digits = 1; SET bytea_output = 'hex'; SET xmloption = 'content';
      SET client_encoding = 'UTF8'; SET lc_monetary = 'C'; SET search_path = '';
      SET row_security = off; SET statement_timeout = 0; SET lock_timeout = 0;
      SET idle_in_transaction_session_timeout = 0;
      """;

  private final DatabaseSettings settings;
  private final HikariDataSource pool;

  /** Opens no connection yet. */
  public Database(DatabaseSettings settings) {
    this.settings = settings;
    HikariConfig config = new HikariConfig();
    config.setPoolName(settings.side());
    config.setJdbcUrl(settings.jdbcUrl());
    config.setUsername(settings.user());
    config.setPassword(settings.password());
    config.setMaximumPoolSize(settings.maxConnections());
    config.setMinimumIdle(0);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(30_000);
    config.setIdleTimeout(60_000);
    config.setConnectionInitSql(PIN_SESSION);
    config.addDataSourceProperty("ApplicationName", "overwinter");
    config.addDataSourceProperty("logServerErrorDetail", "false");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("prepareThreshold", "0");
    this.pool = new HikariDataSource(config);
  }

  /** {@code "source"} or {@code "target"}. */
  public String side() {
    return settings.side();
  }

  /** Most connections there are at one time. */
  public int maxConnections() {
    return settings.maxConnections();
  }

  /**
   * A session with the pinned settings, in auto-commit mode. The caller closes it, which returns it
   * to the pool; whoever changed a setting with SET (not SET LOCAL) must put it back first.
   *
   * @throws SQLException when none can be had within 30 seconds
   */
  public Connection connect() throws SQLException {
    try {
      return pool.getConnection();
    } catch (SQLTransientConnectionException e) {
      // Hikari wraps what the server said; its SQLSTATE decides whether trying again is useful.
      if (e.getCause() instanceof SQLException cause && cause.getSQLState() != null) {
        throw new SQLException(
            "cannot connect to the " + settings.side() + " database", cause.getSQLState());
      }
      throw e;
    }
  }

  /**
   * Runs something in one transaction, which commits when it returns and rolls back when it throws.
   *
   * @param what what is being done, for the message of a failure
   * @throws StepException when the database refuses or breaks off
   */
  public <T> T inTransaction(String what, SqlFunction<T> work) {
    try (Connection connection = connect()) {
      connection.setAutoCommit(false);
      try {
        T result = work.apply(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollBack(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      throw SqlFailures.translate(e, settings.side(), what);
    }
  }

  private static void rollBack(Connection connection, Exception reason) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      // The connection is broken; the server rolls back by itself, the first failure tells more.
      reason.addSuppressed(e);
    }
  }

  /** A function of a connection. */
  @FunctionalInterface
  public interface SqlFunction<T> {
    /** Works in a transaction that the caller ends. */
    T apply(Connection connection) throws SQLException;
  }

  @Override
  public void close() {
    pool.close();
  }
}
