package dev.overwinter.sandbox.real;

import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Every COPY that the servers were asked for, from their own logs. */
final class Copies {
  /** A statement takes several lines, and the next one begins with the log's own words. */
  private static final Pattern EXPORT =
      Pattern.compile(
          "(?s)COPY \\(SELECT (?:(?!LOG:).)*?FROM ONLY (\\S+) AS \\S+"
              + " WHERE (ctid >= '[^']*'::tid(?: AND ctid < '[^']*'::tid)?)");

  private static final Pattern IMPORT = Pattern.compile("COPY (\"?public\"?\\.\\S+) .*FROM STDIN");

  private final Path sourceLog;
  private final Path targetLog;

  private Copies(Path sourceLog, Path targetLog) {
    this.sourceLog = sourceLog;
    this.targetLog = targetLog;
  }

  /** Makes the servers log them. */
  static Copies watch(Stage stage) throws SQLException {
    try (Connection source = stage.source().connect(SupabaseSource.SUPERUSER);
        Connection target = stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      return new Copies(logOf(source), logOf(target));
    }
  }

  private static Path logOf(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("ALTER SYSTEM SET log_statement = 'all'");
      statement.execute("SELECT pg_reload_conf()");
      try (ResultSet rows = statement.executeQuery("SHOW data_directory")) {
        rows.next();
        Path data = Path.of(rows.getString(1));
        return data.resolveSibling(data.getFileName() + ".log");
      }
    }
  }

  /** Table and pages of each COPY out of the source. */
  List<String> exports() throws Exception {
    return EXPORT
        .matcher(Files.readString(sourceLog))
        .results()
        .map(found -> found.group(1) + " " + found.group(2))
        .toList();
  }

  /** The table of each COPY into the target. */
  List<String> imports() throws Exception {
    return IMPORT.matcher(Files.readString(targetLog)).results().map(MatchResult::group).toList();
  }

  /** Chunks of the plan. */
  static int planned(Stage stage) throws SQLException {
    try (Connection target = stage.target().connect(SelfHostedTarget.SUPERUSER);
        Statement statement = target.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM overwinter.chunk")) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
