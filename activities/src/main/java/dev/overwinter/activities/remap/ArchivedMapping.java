package dev.overwinter.activities.remap;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * How a run replaced user ids, by the files that it left: in which columns, and which by which. It
 * is put into the ledger of an import, where remapping and verification find it as those of a run
 * do. Immutable.
 */
public final class ArchivedMapping {
  private static final int ROWS_AT_A_TIME = 10_000;

  private static final String ACCOUNTS =
      """
      INSERT INTO overwinter.user_account (run_id, supabase_id, user_class, state, stack_id)
      SELECT ?, m.old_id, 'IMPORTED', 'created', m.new_id FROM unnest(?, ?) m (old_id, new_id)
      """;

  private static final String PLAN =
      "INSERT INTO overwinter.remap_plan (run_id, users, mapping_digest) VALUES (?, ?, ?)";

  private static final String COLUMN =
      """
      INSERT INTO overwinter.remap_column
        (run_id, schema_name, table_name, column_name, kind, evidence, treatment, known, unknown)
      VALUES (?, ?, ?, ?, ?, 'REQUEST', 'MAP', 0, 0)
      """;

  private final RemapLedger.Plan plan;
  private final List<RemapLedger.MappedColumn> columns;
  private final List<UUID> oldIds;
  private final List<UUID> newIds;

  private ArchivedMapping(
      RemapLedger.Plan plan,
      List<RemapLedger.MappedColumn> columns,
      List<UUID> oldIds,
      List<UUID> newIds) {
    this.plan = plan;
    this.columns = columns;
    this.oldIds = oldIds;
    this.newIds = newIds;
  }

  /**
   * Reads what a run left.
   *
   * @param directory the archive's own
   * @param runId the run of its manifest
   * @param mapping the run's {@code user-mapping.json}
   * @throws StepException {@code INVALID_REQUEST} when the archive does not tell the columns or the
   *     mapping is not the one that the run replaced ids by, {@code ARCHIVE_DAMAGED} when the file
   *     of the columns is not what the run wrote
   */
  public static ArchivedMapping read(Path directory, String runId, Path mapping) {
    JsonNode json = columnsFile(directory);
    if (json.path("formatVersion").asInt() != IdColumnsFile.FORMAT_VERSION
        || !json.path("runId").asText().equals(runId)) {
      throw damaged("is of another run or of another version of Overwinter");
    }
    List<RemapLedger.MappedColumn> columns = new ArrayList<>();
    RemapLedger.Plan plan;
    try {
      plan =
          new RemapLedger.Plan(
              json.required("users").longValue(), json.required("mappingDigest").asText());
      for (JsonNode column : json.required("columns")) {
        columns.add(
            new RemapLedger.MappedColumn(
                new QualifiedName(
                    column.required("schema").asText(), column.required("table").asText()),
                column.required("column").asText(),
                IdKind.valueOf(column.required("holds").asText())));
      }
    } catch (IllegalArgumentException e) {
      throw damaged("is not what a run writes");
    }
    List<UUID> oldIds = new ArrayList<>();
    List<UUID> newIds = new ArrayList<>();
    readMapping(mapping, oldIds, newIds);
    requirePlanned(plan, oldIds, newIds);
    return new ArchivedMapping(plan, List.copyOf(columns), oldIds, newIds);
  }

  private static JsonNode columnsFile(Path directory) {
    try {
      return new ObjectMapper().readTree(Files.readAllBytes(directory.resolve(IdColumnsFile.NAME)));
    } catch (NoSuchFileException e) {
      throw refused(
          "The archive has no %s, which tells in which columns user ids are to be replaced: an earlier version wrote it, or its run never came so far. Nothing was changed. Without --mapping it is loaded with the ids of the source."
              .formatted(IdColumnsFile.NAME));
    } catch (IOException e) {
      throw damaged("cannot be read");
    }
  }

  private static void readMapping(Path file, List<UUID> oldIds, List<UUID> newIds) {
    try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
      UUID oldId = null;
      UUID newId = null;
      while (json.nextToken() != null) {
        boolean value = json.currentToken() == JsonToken.VALUE_STRING;
        if (value && "supabaseUserId".equals(json.currentName())) {
          oldId = UUID.fromString(json.getText());
        } else if (value && "stackAuthUserId".equals(json.currentName())) {
          newId = UUID.fromString(json.getText());
        }
        if (oldId != null && newId != null) {
          oldIds.add(oldId);
          newIds.add(newId);
          oldId = null;
          newId = null;
        }
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw refused(
          "The file that --mapping names is not a user-mapping.json. Nothing was changed.");
    } catch (IOException e) {
      throw refused(
          "The file that --mapping names cannot be read. Nothing was changed. Name the user-mapping.json of the archive's run.");
    }
  }

  /** The file has them in the order of the old ids, in which they are digested. */
  private static void requirePlanned(RemapLedger.Plan plan, List<UUID> oldIds, List<UUID> newIds) {
    MappingDigest digest = new MappingDigest();
    for (int i = 0; i < oldIds.size(); i++) {
      digest.add(oldIds.get(i), newIds.get(i));
    }
    if (!new RemapLedger.Plan(oldIds.size(), digest.finish()).equals(plan)) {
      throw refused(
          "The file that --mapping names does not hold the mapping by which the archive's run replaced ids. Nothing was changed. Name the user-mapping.json that the same run wrote.");
    }
  }

  /** What tells this mapping and these columns from others. */
  public String fingerprint() {
    return plan.mappingDigest() + columns;
  }

  /** The columns of a table, by their names in the target, in which ids are replaced. */
  public Map<String, IdKind> columns(QualifiedName sourceTable) {
    return columns.stream()
        .filter(column -> column.table().equals(sourceTable))
        .collect(
            Collectors.toMap(RemapLedger.MappedColumn::column, RemapLedger.MappedColumn::kind));
  }

  /** Writes it into the ledger as that of a run, in the caller's transaction. */
  public void record(Connection target, RunKey run) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(ACCOUNTS)) {
      for (int from = 0; from < oldIds.size(); from += ROWS_AT_A_TIME) {
        int to = Math.min(oldIds.size(), from + ROWS_AT_A_TIME);
        statement.setString(1, run.runId());
        statement.setArray(2, target.createArrayOf("uuid", oldIds.subList(from, to).toArray()));
        statement.setArray(3, target.createArrayOf("uuid", newIds.subList(from, to).toArray()));
        statement.executeUpdate();
      }
    }
    try (PreparedStatement statement = target.prepareStatement(PLAN)) {
      statement.setString(1, run.runId());
      statement.setLong(2, plan.users());
      statement.setString(3, plan.mappingDigest());
      statement.executeUpdate();
    }
    try (PreparedStatement statement = target.prepareStatement(COLUMN)) {
      for (RemapLedger.MappedColumn column : columns) {
        statement.setString(1, run.runId());
        statement.setString(2, column.table().schema());
        statement.setString(3, column.table().name());
        statement.setString(4, column.column());
        statement.setString(5, column.kind().name());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static StepException refused(String message) {
    return new StepException(FailureType.INVALID_REQUEST, message);
  }

  private static StepException damaged(String what) {
    return new StepException(
        FailureType.ARCHIVE_DAMAGED,
        "The archive's %s %s. Get it back from a copy of the archive."
            .formatted(IdColumnsFile.NAME, what));
  }
}
