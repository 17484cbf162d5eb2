package dev.overwinter.activities.freeze;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.postgres.PackagedServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A throw-away server with the real pg_cron. */
final class CronServer implements AutoCloseable {
  private static final String DATABASE = "postgres";

  private final PackagedServer server;

  private CronServer(PackagedServer server) {
    this.server = server;
  }

  /**
   * @param directory for its data; must be empty
   */
  static CronServer start(Path programs, Path directory) throws IOException {
    return new CronServer(
        PackagedServer.start(
            programs,
            directory,
            """
            shared_preload_libraries = 'pg_cron'
            cron.database_name = '%s'
            """
                .formatted(DATABASE)));
  }

  private String url() {
    return "jdbc:postgresql://localhost:%d/%s".formatted(server.port(), DATABASE);
  }

  Connection superuser() throws SQLException {
    return as(PackagedServer.SUPERUSER);
  }

  Connection as(String role) throws SQLException {
    return DriverManager.getConnection(url(), role, "");
  }

  Database pool(String role) {
    return new Database(new DatabaseSettings("source", url(), role, "", 4));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
