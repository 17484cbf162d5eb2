package dev.overwinter.bench;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Contenders that are Java programs of this benchmark. */
final class Java {
  /** As the launcher gives it. */
  private static final String HEAP = "-Xmx256m";

  private Java() {}

  static List<String> command(Class<?> program, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** For {@link #connect}. */
  static Map<String, String> databases(Setting setting) {
    return Map.of("SOURCE", jdbcUrl(setting.source()), "TARGET", jdbcUrl(setting.target()));
  }

  private static String jdbcUrl(Cluster cluster) {
    return "jdbc:postgresql://localhost:%d/%s?sslmode=disable"
        .formatted(cluster.port(), Setting.DATABASE);
  }

  /**
   * @param side SOURCE or TARGET
   */
  static Connection connect(String side) throws SQLException {
    return DriverManager.getConnection(System.getenv(side), Cluster.USER, "");
  }
}
