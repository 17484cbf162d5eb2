package dev.overwinter.activities.preflight;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.activities.schema.StructurePlan;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the checks of one preflight look at. Used by one thread at a time. */
final class Look {
  private final StepInput input;
  private final Connection source;
  private final Connection target;
  private boolean withoutPeople;
  private boolean oneDatabase;
  private List<Table> allSourceTables;
  private List<Projection> projections;
  private List<Table> targetTables;
  private StructurePlan creation;

  /**
   * @param source null when it cannot be connected to
   * @param target null when it cannot be connected to
   */
  Look(StepInput input, Connection source, Connection target) {
    this.input = input;
    this.source = source;
    this.target = target;
  }

  boolean has(Check.Needs needs) {
    return switch (needs) {
      case NOTHING -> true;
      case SOURCE -> source != null;
      case PEOPLE -> source != null && !withoutPeople;
      case TARGET -> target != null && !oneDatabase;
      case BOTH -> source != null && target != null && !oneDatabase;
    };
  }

  /** The source has no users, so that whoever looks for them would only say so again. */
  void foundNoPeople() {
    withoutPeople = true;
  }

  /** Source and target are one, so that whatever is wrong with the target follows from that. */
  void foundOneDatabase() {
    oneDatabase = true;
  }

  /** What a check finds; its statements are broken off when the step is cancelled. */
  List<Finding> guarded(StepContext context, Check.Work work) throws SQLException {
    Database.SqlFunction<List<Finding>> check = connection -> work.look(this);
    for (Connection connection : new Connection[] {source, target}) {
      if (connection != null) {
        Database.SqlFunction<List<Finding>> unguarded = check;
        check = ignored -> CancelGuard.guarding(context, unguarded).apply(connection);
      }
    }
    return check.apply(null);
  }

  /** Ends both transactions, so that a failed statement does not fail those after it. */
  void endTransactions() throws SQLException {
    for (Connection connection : new Connection[] {source, target}) {
      if (connection != null && !connection.isClosed()) {
        connection.rollback();
      }
    }
  }

  MigrationRequest request() {
    return input.request();
  }

  List<String> schemas() {
    return input.request().schemas();
  }

  /** The schemas in which the target is loaded. */
  List<String> targetSchemas() {
    return input.request().targetSchemas();
  }

  String runId() {
    return input.run().runId();
  }

  Connection source() {
    return source;
  }

  Connection target() {
    return target;
  }

  /** All tables of the source in the request's schemas. */
  List<Table> allSourceTables() throws SQLException {
    if (allSourceTables == null) {
      allSourceTables = Catalog.read(source, schemas());
    }
    return allSourceTables;
  }

  /** The source's tables that will be copied. */
  List<Table> sourceTables() throws SQLException {
    List<String> leftBehind = request().tablesLeftBehind();
    return allSourceTables().stream()
        .filter(table -> !leftBehind.contains(table.name().toString()))
        .toList();
  }

  /**
   * The same in the target's shape. Left out are tables with a rule that the source refuses, which
   * is a finding of its own.
   */
  List<Projection> projections() throws SQLException {
    if (projections == null) {
      List<Projection> read = new ArrayList<>();
      for (Table table : sourceTables()) {
        Savepoint before = source.setSavepoint();
        try {
          read.add(Projections.of(source, table, Projections.rule(request(), table.name())));
        } catch (SQLException e) {
          source.rollback(before);
        }
      }
      projections = read;
    }
    return projections;
  }

  /** All tables of the target in the schemas that are loaded, by name. */
  Map<QualifiedName, Table> targetTables() throws SQLException {
    if (targetTables == null) {
      targetTables = Catalog.read(target, targetSchemas());
    }
    return targetTables.stream().collect(Collectors.toMap(Table::name, Function.identity()));
  }

  /** What the run will create in the target; empty unless the request asks for it. */
  Optional<StructurePlan> creation() throws SQLException {
    if (request().target().createTables() && creation == null && has(Check.Needs.BOTH)) {
      creation = StructurePlan.of(source, target, request());
    }
    return Optional.ofNullable(creation);
  }

  /** Whether the run will create a table or sequence of this name in the target. */
  boolean creates(QualifiedName name) throws SQLException {
    return creation().isPresent()
        && (creation.tables().contains(name) || creation.sequences().contains(name));
  }

  /** The target's counterparts of the tables that will be copied. */
  List<QualifiedName> loadedTables() throws SQLException {
    Map<QualifiedName, Table> there = targetTables();
    return sourceTables().stream()
        .map(table -> Projections.target(table.name(), Projections.rule(request(), table.name())))
        .filter(there::containsKey)
        .distinct()
        .toList();
  }

  /** What a role may do with a relation; looked up without needing the use of its schema. */
  record Access(boolean exists, boolean readable) {}

  /** Whether a relation exists on a side and whether the role may read it. */
  Access access(Connection side, String schema, String relation) throws SQLException {
    String sql =
        """
        SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ? AND c.relname = ?
        """;
    List<String[]> rows = ask(side, sql, schema, relation);
    return new Access(!rows.isEmpty(), !rows.isEmpty() && SourceChecks.isTrue(rows.get(0)[0]));
  }

  /** Rows of a query on the source, columns as text; a list as a parameter is a text array. */
  List<String[]> askSource(String sql, Object... parameters) throws SQLException {
    return ask(source, sql, parameters);
  }

  /** Rows of a query on the target, columns as text; a list as a parameter is a text array. */
  List<String[]> askTarget(String sql, Object... parameters) throws SQLException {
    return ask(target, sql, parameters);
  }

  /** Rows of a query, columns as text; a list as a parameter is a text array. */
  List<String[]> ask(Connection connection, String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        if (parameters[i] instanceof List<?> list) {
          statement.setArray(i + 1, connection.createArrayOf("text", list.toArray()));
        } else {
          statement.setObject(i + 1, parameters[i]);
        }
      }
      List<String[]> result = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
          String[] row = new String[columns];
          for (int i = 0; i < columns; i++) {
            row[i] = rows.getString(i + 1);
          }
          result.add(row);
        }
      }
      return result;
    }
  }
}
