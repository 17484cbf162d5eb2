package dev.overwinter.activities.schema;

import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.SqlFailures;
import dev.overwinter.activities.schema.Definition.Address;
import dev.overwinter.activities.schema.StructurePlan.Creation;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates in the target what it lacks of the source's tables and of what belongs to them, if the
 * request asks for it. Everything and its record in the ledger commit in one transaction, so it is
 * there wholly or not at all, however often and at the same time this is called. Thread-safe.
 */
public final class StructureCreation {
  private static final Logger LOG = LoggerFactory.getLogger(StructureCreation.class);

  /** As pg_dump sets them: a function's text may name what is created later. */
  private static final String SETTINGS =
      """
      SET LOCAL lock_timeout = '60s'; SET LOCAL check_function_bodies = off;
      SET LOCAL default_tablespace = ''; SET LOCAL default_table_access_method = heap;
      SET LOCAL client_min_messages = warning;
      """;

  private final Database source;
  private final Database target;

  public StructureCreation(Database source, Database target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Creates what is missing. The ledger must hold the run.
   *
   * @throws StepException TARGET_CHANGED when a table cannot be created, or the run is being undone
   */
  public void create(StepInput input, StepContext context) {
    if (!input.request().target().createTables()) {
      return;
    }
    // Once more, as close to the effect as can be: nobody would undo it any more if the run is
    // over.
    context.confirm();
    Lanes.call(
        "tables to create",
        lane ->
            source.inTransaction(
                "reading the source's definitions",
                CancelGuard.guarding(
                    lane,
                    from ->
                        target.inTransaction(
                            "creation of the target's tables",
                            CancelGuard.guarding(lane, to -> create(input, from, to))))),
        context);
  }

  private Void create(StepInput input, Connection from, Connection to) throws SQLException {
    String runId = input.run().runId();
    lockRun(to, runId);
    CreatedObjects ledger = new CreatedObjects(to, runId);
    if (ledger.areThere()) {
      return null;
    }
    StructurePlan plan = StructurePlan.of(from, to, input.request());
    plan.leftOut().stream()
        .filter(finding -> finding.severity() == Severity.BLOCKER)
        .findFirst()
        .ifPresent(
            finding -> {
              throw new StepException(
                  FailureType.TARGET_CHANGED,
                  "%s: %s %s Then retry the step."
                      .formatted(finding.object(), finding.message(), finding.remedy()));
            });
    execute(to, "the settings for creating", SETTINGS);
    List<Creation> schemas =
        plan.creations().stream().filter(it -> it.definition().kind() == Kind.SCHEMA).toList();
    create(to, ledger, schemas);
    createExtensions(to, ledger, plan.extensions());
    create(
        to,
        ledger,
        plan.creations().stream().filter(it -> it.definition().kind() != Kind.SCHEMA).toList());
    for (Creation creation : plan.creations()) {
      for (String sql : creation.afterwards()) {
        execute(to, creation.definition().address().toString(), sql);
      }
    }
    ledger.complete(plan.creations().size());
    LOG.info("creating in the target: {}", plan.summary());
    return null;
  }

  private static void create(Connection to, CreatedObjects ledger, List<Creation> creations)
      throws SQLException {
    for (Creation creation : creations) {
      Address address = creation.definition().address();
      for (String sql : creation.statements()) {
        execute(to, address.toString(), sql);
      }
      if (creation.definition().recorded()) {
        ledger.add(address);
      }
    }
  }

  /**
   * Other attempts wait here, and a rollback, which drops what it finds recorded. A run that has
   * gone back has no row any more.
   */
  private static void lockRun(Connection to, String runId) throws SQLException {
    try (PreparedStatement statement =
        to.prepareStatement(
            "SELECT FROM overwinter.run WHERE run_id = ? AND ended_at IS NULL FOR NO KEY UPDATE")) {
      statement.setString(1, runId);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new StepException(
              FailureType.TARGET_CHANGED,
              "The target's ledger does not hold this run any more, so nothing is created there.");
        }
      }
    }
  }

  private static void createExtensions(
      Connection to, CreatedObjects ledger, Map<String, String> extensions) throws SQLException {
    for (Map.Entry<String, String> extension : extensions.entrySet()) {
      String schema = extension.getValue();
      if (!hasSchema(to, schema)) {
        execute(to, "schema " + schema, "CREATE SCHEMA " + QualifiedName.quote(schema));
        ledger.add(new Address("schema", schema, List.of(schema), List.of()));
      }
      String name = extension.getKey();
      execute(
          to,
          "extension " + name,
          "CREATE EXTENSION %s SCHEMA %s"
              .formatted(QualifiedName.quote(name), QualifiedName.quote(schema)));
      ledger.add(new Address("extension", name, List.of(name), List.of()));
    }
  }

  private static boolean hasSchema(Connection to, String schema) throws SQLException {
    try (PreparedStatement statement =
        to.prepareStatement("SELECT FROM pg_namespace WHERE nspname = ?")) {
      statement.setString(1, schema);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  private static void execute(Connection to, String what, String sql) throws SQLException {
    try (Statement statement = to.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    } catch (SQLException e) {
      throw SqlFailures.translate(e, "target", "creation of " + what);
    }
  }
}
