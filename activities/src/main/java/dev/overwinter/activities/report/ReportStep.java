package dev.overwinter.activities.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.overwinter.activities.archive.ArchiveDirectory;
import dev.overwinter.activities.archive.Draft;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.status.Dashboard;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes {@code report.json} and {@code report.md} into the run's directory of the archive, so that
 * the record outlives Temporal's retention. They hold names, counts and digests, no personal data.
 * Writing again replaces them. Thread-safe.
 */
public final class ReportStep {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Database target;
  private final Path archiveDirectory;
  private final String toolVersion;

  /**
   * @param archiveDirectory where the runs' directories are
   * @param toolVersion this program's version
   */
  public ReportStep(Database target, Path archiveDirectory, String toolVersion) {
    this.target = target;
    this.archiveDirectory = archiveDirectory;
    this.toolVersion = toolVersion;
  }

  /**
   * A copied table in numbers.
   *
   * @param table the table on the target
   * @param chunks chunks it was copied in
   * @param rows rows loaded
   * @param archiveBytes bytes of its files in the archive
   */
  record CopiedTable(String table, long chunks, long rows, long archiveBytes) {}

  /**
   * The content of {@code report.json}.
   *
   * @param tables empty when nothing was copied or the run was rolled back
   */
  record Report(String toolVersion, RunStatus status, List<CopiedTable> tables) {}

  /** Writes the report of a run. */
  public void write(StepInput input, RunStatus status) {
    List<CopiedTable> tables =
        target.inTransaction("report", connection -> tables(connection, input.run()));
    ArchiveDirectory directory = new ArchiveDirectory(archiveDirectory, input.run());
    publish(directory, "report.md", markdown(status, tables).getBytes(StandardCharsets.UTF_8));
    publish(directory, "report.json", json(new Report(toolVersion, status, tables)));
  }

  private static byte[] json(Report report) {
    try {
      return JSON.writeValueAsBytes(report);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report is always writable", e);
    }
  }

  private static void publish(ArchiveDirectory directory, String name, byte[] content) {
    try (Draft<Void> draft =
        directory.write(
            name,
            stream -> {
              stream.write(content);
              return null;
            })) {
      draft.publish();
    }
  }

  private String markdown(RunStatus status, List<CopiedTable> tables) {
    StringBuilder page = new StringBuilder();
    page.append("# Migration ").append(status.run().workflowId()).append("\n\n");
    page.append("Run ").append(status.run().runId());
    page.append(", written by overwinter ").append(toolVersion).append(".\n\n");
    page.append(Dashboard.markdown(status, Instant.now()));
    if (!tables.isEmpty()) {
      page.append("\n| table | rows | chunks | bytes in the archive |\n|---|---:|---:|---:|\n");
      for (CopiedTable table : tables) {
        page.append(
            "| %s | %d | %d | %d |%n"
                .formatted(table.table(), table.rows(), table.chunks(), table.archiveBytes()));
      }
    }
    return page.toString();
  }

  private static List<CopiedTable> tables(Connection connection, RunKey run) throws SQLException {
    if (!hasLedger(connection)) {
      return List.of();
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT target_schema || '.' || target_name, count(*),
                   coalesce(sum(loaded_rows), 0), coalesce(sum(part_bytes), 0)
              FROM overwinter.copied_table JOIN overwinter.chunk USING (run_id, table_no)
             WHERE run_id = ?
             GROUP BY level, target_schema, target_name
             ORDER BY level, 1
            """)) {
      statement.setString(1, run.runId());
      List<CopiedTable> tables = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          tables.add(
              new CopiedTable(
                  rows.getString(1), rows.getLong(2), rows.getLong(3), rows.getLong(4)));
        }
      }
      return tables;
    }
  }

  private static boolean hasLedger(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT to_regclass('overwinter.chunk') IS NOT NULL");
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getBoolean(1);
    }
  }
}
