package dev.overwinter.activities.load;

import dev.overwinter.activities.load.Sequence.NumberedColumn;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.rules.ProjectedColumn;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.TableRule;
import dev.overwinter.workflows.request.TableRule.Fate;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Values that the target does not have yet, in columns that its sequences number: those of tables
 * that are carried once the application draws from these sequences. What it draws must be beyond
 * them, or the rows to come would find their keys taken.
 */
public final class ComingValues {
  private ComingValues() {}

  /** The source's tables that the request leaves for later. */
  static List<Table> tablesLeftForLater(Connection source, MigrationRequest request)
      throws SQLException {
    return Catalog.read(source, request.schemas()).stream()
        .filter(table -> Projections.rule(request, table.name()).fate() == Fate.LATER)
        .toList();
  }

  /**
   * Where the values to come put a sequence of the target; empty without such values. Only columns
   * that are carried as they are count: what an expression makes is not evaluated here.
   */
  static Optional<SequenceState> stateFor(
      Sequence sequence, Connection source, MigrationRequest request, List<Table> tables)
      throws SQLException {
    Optional<SequenceState> furthest = Optional.empty();
    if (sequence.cycles()) {
      return furthest;
    }
    for (NumberedColumn numbered : sequence.columns()) {
      for (Table table : tables) {
        TableRule rule = Projections.rule(request, table.name());
        if (!Projections.target(table.name(), rule).equals(numbered.table())) {
          continue;
        }
        for (ProjectedColumn column : Projections.plainColumns(table, rule)) {
          if (column.name().equals(numbered.column())
              && column.column().baseType().matches("int[248]|numeric")) {
            Optional<SequenceState> found = furthestValue(sequence, source, table, column);
            furthest = further(furthest, found, sequence.ascending());
          }
        }
      }
    }
    return furthest;
  }

  private static Optional<SequenceState> furthestValue(
      Sequence sequence, Connection source, Table table, ProjectedColumn column)
      throws SQLException {
    String value = QualifiedName.quote(column.sourceColumn());
    String sql =
        "SELECT %s(%s(%s))::bigint FROM %s WHERE %3$s BETWEEN %5$d AND %6$d"
            .formatted(
                sequence.ascending() ? "ceil" : "floor",
                sequence.ascending() ? "max" : "min",
                value,
                table.name().sql(),
                sequence.least(),
                sequence.greatest());
    try (Statement statement = source.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      long found = row.getLong(1);
      return row.wasNull() ? Optional.empty() : Optional.of(new SequenceState(found, true));
    }
  }

  static Optional<SequenceState> further(
      Optional<SequenceState> one, Optional<SequenceState> other, boolean ascending) {
    return one.isPresent() && other.isPresent()
        ? Optional.of(one.get().furthest(other.get(), ascending))
        : one.or(() -> other);
  }

  /** The target's sequences that may yet give a number which a row to come has. */
  public static List<QualifiedName> sequencesBehind(
      Connection source, Connection target, MigrationRequest request, List<Table> tables)
      throws SQLException {
    List<QualifiedName> behind = new ArrayList<>();
    for (Sequence sequence : Sequence.read(target, request.targetSchemas())) {
      Optional<SequenceState> coming = stateFor(sequence, source, request, tables);
      if (coming.isPresent()) {
        SequenceState state = sequence.state(target);
        if (!state.furthest(coming.get(), sequence.ascending()).equals(state)) {
          behind.add(sequence.name());
        }
      }
    }
    return behind;
  }
}
