package dev.overwinter.activities.preflight;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * Connects to one side for reading only. Not by way of a pool, which tries again for half a minute
 * what a person must correct anyway.
 */
public final class SideConnector {
  private static final Pattern TRANSACTION_POOLER = Pattern.compile("supabase\\.\\w+:6543\\b");

  private SideConnector() {}

  /** A session in a transaction that cannot write. The caller closes it. */
  static Connection connect(DatabaseSettings settings) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", settings.user());
    properties.setProperty("password", settings.password());
    properties.setProperty("ApplicationName", "overwinter");
    properties.setProperty("logServerErrorDetail", "false");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("loginTimeout", "20");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("prepareThreshold", "0");
    Connection connection = DriverManager.getConnection(settings.jdbcUrl(), properties);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          Database.PIN_SESSION + "SET row_security = DEFAULT; SET lock_timeout = '10s'");
      connection.setReadOnly(true);
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** What keeps somebody with these settings from working on a side, if anything. */
  public static Optional<Finding> obstacle(DatabaseSettings settings) {
    try (Connection connection = connect(settings)) {
      connection.rollback();
      return pooling(settings).stream().findFirst();
    } catch (SQLException e) {
      return Optional.of(explain(settings, e));
    }
  }

  /** A pooler that changes sessions between transactions loses the settings values depend on. */
  static List<Finding> pooling(DatabaseSettings settings) {
    if (!TRANSACTION_POOLER.matcher(settings.jdbcUrl()).find()) {
      return List.of();
    }
    return List.of(
        Finding.blocker(
            settings.side(),
            "Port 6543 is Supabase's transaction pooler, which keeps no session's settings.",
            "Use port 5432 of the same host, the session pooler, in OVERWINTER_%s_URL."
                .formatted(settings.side().toUpperCase(Locale.ROOT))));
  }

  /** Says why a side cannot be connected to and which setting to correct. */
  static Finding explain(DatabaseSettings settings, SQLException failure) {
    String side = settings.side();
    String prefix = "OVERWINTER_" + side.toUpperCase(Locale.ROOT) + "_";
    String state = failure.getSQLState() == null ? "" : failure.getSQLState();
    String message;
    String remedy;
    if (state.equals("28P01")) {
      message = "refuses the password or does not know the user";
      remedy = "Correct %1$sUSER and %1$sPASSWORD.".formatted(prefix);
    } else if (state.startsWith("28")) {
      message = "lets this user not in from here, or only over TLS";
      remedy =
          "Correct %1$sUSER; if it is right, allow it in the server's pg_hba.conf or network restrictions, or add sslmode to %1$sURL."
              .formatted(prefix);
    } else if (state.equals("3D000")) {
      message = "has no database of this name";
      remedy = "Correct the database's name at the end of %sURL.".formatted(prefix);
    } else if (state.equals("53300")) {
      message = "has no connection left";
      remedy = "End other clients or raise the limit of connections or of the pooler.";
    } else if (state.startsWith("08")) {
      message =
          "cannot be reached: no such host, nothing listens there, or the network is in between";
      remedy =
          "Correct host and port in %sURL. A direct Supabase host (db.<ref>.supabase.co) has an IPv6 address only; without IPv6, use the session pooler's address from the dashboard."
              .formatted(prefix);
    } else if (state.equals("XX000")) {
      message = "was reached, but its pooler does not know the project or the user";
      remedy =
          "Correct %1$sURL and %1$sUSER; at Supabase's pooler the user is postgres.<project ref>."
              .formatted(prefix);
    } else {
      message = "refuses the connection with SQLSTATE " + state;
      remedy =
          "Look at its log; the settings are %1$sURL, %1$sUSER and %1$sPASSWORD.".formatted(prefix);
    }
    return Finding.blocker(side, "The %s database %s.".formatted(side, message), remedy);
  }
}
