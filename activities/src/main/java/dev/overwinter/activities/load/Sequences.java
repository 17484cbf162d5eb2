package dev.overwinter.activities.load;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.MigrationRequest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sets the target's sequences so that they go on where the frozen source stands. */
final class Sequences {
  private final Database source;
  private final Database target;

  Sequences(Database source, Database target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Sets each sequence of the target to where its counterpart in the source stands, or to the
   * furthest value in its columns where that is further, values that are carried later included.
   * Repeating it changes nothing.
   *
   * @return sequences set
   */
  int carryOver(
      AsideLedger ledger, MigrationRequest request, List<QualifiedName> tables, StepContext lane) {
    return source.inTransaction(
        "reading the sequences",
        CancelGuard.guarding(
            lane,
            from -> {
              List<Sequence> sources =
                  Sequence.read(from, request.schemas()).stream()
                      .map(sequence -> sequence.asInTarget(request))
                      .toList();
              List<Table> later = ComingValues.tablesLeftForLater(from, request);
              return target.inTransaction(
                  "setting the sequences",
                  CancelGuard.guarding(
                      lane,
                      to -> {
                        // What is set here is not undone with the transaction, so no rollback may
                        // overtake.
                        ledger.checkLoading(to);
                        return carryOver(from, to, sources, request, tables, later);
                      }));
            }));
  }

  private static int carryOver(
      Connection from,
      Connection to,
      List<Sequence> sources,
      MigrationRequest request,
      List<QualifiedName> tables,
      List<Table> later)
      throws SQLException {
    int set = 0;
    List<QualifiedName> numbered = new ArrayList<>(tables);
    later.forEach(
        table ->
            numbered.add(
                Projections.target(table.name(), Projections.rule(request, table.name()))));
    for (Sequence sequence : Sequence.read(to, request.targetSchemas())) {
      Optional<SequenceState> wanted =
          ComingValues.further(
              sequence.stateOfColumns(to, numbered),
              ComingValues.stateFor(sequence, from, request, later),
              sequence.ascending());
      Optional<Sequence> counterpart = sequence.counterpart(sources);
      if (counterpart.isPresent()) {
        Optional<SequenceState> there = Optional.of(counterpart.get().state(from));
        wanted = ComingValues.further(there, wanted, sequence.ascending());
      }
      if (wanted.isPresent()) {
        setAndCompare(to, sequence, wanted.get());
        set++;
      }
    }
    return set;
  }

  private static void setAndCompare(Connection to, Sequence sequence, SequenceState wanted)
      throws SQLException {
    try {
      Sequence.set(to, sequence.name(), wanted);
    } catch (SQLException e) {
      if ("22003".equals(e.getSQLState())) {
        throw new StepException(
            FailureType.TARGET_CHANGED,
            "The target's sequence %s cannot hold the value that the source's has reached. Widen its type or its bounds, then retry the step."
                .formatted(sequence.name()));
      }
      throw e;
    }
    if (!sequence.state(to).equals(wanted)) {
      throw new StepException(
          FailureType.TARGET_CHANGED,
          "The target's sequence %s moved while it was set: somebody draws values from it. Stop them, then retry the step."
              .formatted(sequence.name()));
    }
  }

  /** Records how the target's sequences stand, in the caller's transaction. */
  static void remember(Connection target, String runId, List<String> schemas) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "INSERT INTO overwinter.put_aside_sequence VALUES (?, ?, ?, ?, ?)")) {
      for (Sequence sequence : Sequence.read(target, schemas)) {
        SequenceState state = sequence.state(target);
        statement.setString(1, runId);
        statement.setString(2, sequence.name().schema());
        statement.setString(3, sequence.name().name());
        statement.setLong(4, state.lastValue());
        statement.setBoolean(5, state.called());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** Puts the target's sequences back to how they stood. */
  static void putBack(Connection target, String runId) throws SQLException {
    String sql =
        """
        SELECT schema_name, sequence_name, last_value, is_called
          FROM overwinter.put_aside_sequence WHERE run_id = ?
        """;
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, runId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Sequence.set(
              target,
              new QualifiedName(rows.getString(1), rows.getString(2)),
              new SequenceState(rows.getLong(3), rows.getBoolean(4)));
        }
      }
    }
  }
}
