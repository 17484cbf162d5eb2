package dev.overwinter.activities.load;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ChunkLedger;
import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.activities.archive.Manifest.ArchivedTable;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.remap.ArchivedMapping;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The ledger's record of one import. It is written in one transaction, which also looks at the
 * target and empties it when it is told to; an import that finds its record goes on.
 */
final class ImportPlan {
  private final RunKey run;
  private final ImportOrder order;
  private final List<ArchivedTable> tables;
  private final Optional<ArchivedMapping> mapping;

  ImportPlan(
      RunKey run,
      ImportOrder order,
      List<ArchivedTable> tables,
      Optional<ArchivedMapping> mapping) {
    this.run = run;
    this.order = order;
    this.tables = tables;
    this.mapping = mapping;
  }

  /** The tables' schemas in the target. */
  List<String> schemas() {
    return tables.stream().map(it -> it.table().target().schema()).distinct().toList();
  }

  /** The tables of the target by their names. */
  Map<QualifiedName, Table> inTarget(Connection target) throws SQLException {
    return Catalog.read(target, schemas()).stream()
        .collect(Collectors.toMap(Table::name, Function.identity()));
  }

  /**
   * Makes the record, or finds it.
   *
   * @return why there is none: tables have rows, and nobody said that they may be lost. They may be
   *     the archive's
   * @throws StepException when the target is not what the archive fits into, has rows that nobody
   *     may remove, or is the target of another run or import
   */
  Optional<StepException> begin(Connection target) throws SQLException {
    LedgerSchema.lock(target);
    requireNamedDatabase(target);
    requireNoOtherRun(target);
    if (!insertRun(target)) {
      return Optional.empty();
    }
    requireFit(inTarget(target));
    List<QualifiedName> names = tables.stream().map(it -> it.table().target()).toList();
    TargetTables.lock(target, names, order.truncate() == null ? "SHARE" : "ACCESS EXCLUSIVE");
    List<QualifiedName> filled = TargetTables.withRows(target, names);
    if (!filled.isEmpty() && order.truncate() == null) {
      deleteRun(target);
      return Optional.of(
          refused(
              "These tables of the target have rows: %s. Nothing was changed. To lose those rows and load the archive's, name the database: --truncate %s"
                  .formatted(filled, single(target, "SELECT current_database()"))));
    }
    if (!filled.isEmpty()) {
      empty(target, names);
    }
    for (ArchivedTable table : tables) {
      ChunkLedger.recordArchived(target, run, table);
    }
    if (mapping.isPresent()) {
      mapping.get().record(target, run);
    }
    return Optional.empty();
  }

  private void requireNamedDatabase(Connection target) throws SQLException {
    String name = single(target, "SELECT current_database()");
    if (order.truncate() != null && !order.truncate().equals(name)) {
      throw refused(
          "The target database is %s, not %s, which was named to be emptied. Nothing was changed."
              .formatted(name, order.truncate()));
    }
  }

  private void requireNoOtherRun(Connection target) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT workflow_id FROM overwinter.run WHERE ended_at IS NULL AND run_id <> ?")) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        if (row.next()) {
          throw refused(
              "The target belongs to %s, which has not ended. End that first: a run by its rollback or its end, an import by the same command once more or with --undo."
                  .formatted(row.getString(1)));
        }
      }
    }
  }

  private boolean insertRun(Connection target) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "INSERT INTO overwinter.run (run_id, workflow_id) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
      statement.setString(1, run.runId());
      statement.setString(2, run.workflowId());
      return statement.executeUpdate() == 1;
    }
  }

  private void requireFit(Map<QualifiedName, Table> inTarget) {
    List<String> problems = new ArrayList<>();
    for (ArchivedTable archived : tables) {
      QualifiedName name = archived.table().target();
      Table table = inTarget.get(name);
      if (table == null) {
        problems.add("table %s is missing".formatted(name));
        continue;
      }
      Set<String> writable =
          table.copiedColumns().stream().map(Column::name).collect(Collectors.toSet());
      List<String> given = archived.table().columns().stream().map(CopiedColumn::name).toList();
      given.stream()
          .filter(column -> !writable.contains(column))
          .forEach(it -> problems.add("%s has no column %s to be filled".formatted(name, it)));
      table.copiedColumns().stream()
          .filter(it -> it.notNull() && !it.hasDefault() && !given.contains(it.name()))
          .forEach(
              it ->
                  problems.add(
                      "%s requires a value in %s, which the archive does not have"
                          .formatted(name, it.name())));
    }
    if (!problems.isEmpty()) {
      throw refused(
          "The target does not have the archive's tables: %s. Nothing was changed."
              .formatted(String.join("; ", problems)));
    }
  }

  private static void empty(Connection target, List<QualifiedName> names) throws SQLException {
    List<QualifiedName> referring =
        TargetTables.withRows(target, TargetTables.referringFromOutside(target, names));
    if (!referring.isEmpty()) {
      throw refused(
          "Rows of %s refer to tables that would be emptied. Nothing was changed. Load those tables too, or empty them first."
              .formatted(referring));
    }
    TargetTables.empty(target, names);
  }

  /** Ends the import's record; that of other runs stays. */
  void end(Connection target) throws SQLException {
    deleteRun(target);
    dropUnused(target);
  }

  private void deleteRun(Connection target) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement("DELETE FROM overwinter.run WHERE run_id = ?")) {
      statement.setString(1, run.runId());
      statement.executeUpdate();
    }
  }

  /** Drops a ledger that nobody has a record in. */
  static void dropUnused(Connection target) throws SQLException {
    LedgerSchema.lock(target);
    if (single(target, "SELECT count(*) FROM overwinter.run").equals("0")) {
      TargetTables.execute(target, "DROP SCHEMA overwinter CASCADE");
    }
  }

  private static String single(Connection target, String sql) throws SQLException {
    try (Statement statement = target.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static StepException refused(String message) {
    return new StepException(FailureType.TARGET_CHANGED, message);
  }
}
