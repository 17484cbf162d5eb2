package dev.overwinter.activities.remap;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ArchiveDirectory;
import dev.overwinter.activities.archive.Draft;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Writes {@code user-id-columns.json} beside the archive's manifest: in which columns a run
 * replaces user ids, so that the archive can be loaded with the new ids later. The manifest is
 * written before that is decided. Stateless.
 */
public final class IdColumnsFile {
  /** The file's name in the archive's directory. */
  public static final String NAME = "user-id-columns.json";

  static final int FORMAT_VERSION = 1;

  private IdColumnsFile() {}

  /**
   * Writes what the ledger says, in the place of what an earlier plan said.
   *
   * @param archive where the runs' directories are
   */
  public static void write(Database target, RunKey run, Path archive) {
    target.inTransaction(
        "writing of " + NAME,
        connection -> {
          // Whoever replaces the plan waits for it, so that the last plan's file stays.
          lock(connection, run);
          RemapLedger.Plan plan =
              RemapLedger.plan(connection, run)
                  .orElseThrow(
                      () -> new StepException(FailureType.INTERNAL, "The run has no remap plan."));
          List<RemapLedger.MappedColumn> columns = RemapLedger.mappedColumns(connection, run);
          try (Draft<Void> draft =
              new ArchiveDirectory(archive, run)
                  .write(
                      NAME,
                      stream -> {
                        write(stream, run, plan, columns);
                        return null;
                      })) {
            draft.publish();
          }
          return null;
        });
  }

  private static void lock(Connection target, RunKey run) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement("SELECT FROM overwinter.run WHERE run_id = ? FOR UPDATE")) {
      statement.setString(1, run.runId());
      statement.execute();
    }
  }

  private static void write(
      OutputStream stream,
      RunKey run,
      RemapLedger.Plan plan,
      List<RemapLedger.MappedColumn> columns)
      throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(stream)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeNumberField("formatVersion", FORMAT_VERSION);
      json.writeStringField("runId", run.runId());
      json.writeNumberField("users", plan.users());
      json.writeStringField("mappingDigest", plan.mappingDigest());
      json.writeArrayFieldStart("columns");
      for (RemapLedger.MappedColumn column : columns) {
        json.writeStartObject();
        json.writeStringField("schema", column.table().schema());
        json.writeStringField("table", column.table().name());
        json.writeStringField("column", column.column());
        json.writeStringField("holds", column.kind().name());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }
}
