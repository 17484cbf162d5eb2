package dev.overwinter.activities.verify;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.verify.ForeignKey.Reference;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * That the target's foreign keys are there, validated, enforced, and true: the server's word for it
 * is not taken, for rows loaded with triggers off are never looked at. A key that the source itself
 * has not validated is only warned about.
 */
final class ForeignKeyChecks {
  private ForeignKeyChecks() {}

  /**
   * One check of definitions and one of the rows of each key.
   *
   * @param inSource the source's foreign keys
   * @param inTarget the target's
   * @param copied the tables that were copied
   */
  static List<Check> of(
      List<ForeignKey> inSource,
      List<ForeignKey> inTarget,
      Set<QualifiedName> copied,
      Database target) {
    List<ForeignKey> kept =
        inTarget.stream().filter(key -> copied.contains(key.reference().table())).toList();
    Set<Reference> doubtful =
        inSource.stream()
            .filter(key -> !key.validated())
            .map(ForeignKey::reference)
            .collect(Collectors.toSet());
    List<Check> checks = new ArrayList<>();
    checks.add(
        new Check(
            "foreign keys", target, connection -> definitions(inSource, kept, copied, doubtful)));
    for (ForeignKey key : kept) {
      checks.add(
          new Check(
              "references by " + key.path(),
              target,
              connection -> orphans(connection, key, doubtful.contains(key.reference()))));
    }
    return checks;
  }

  private static List<Finding> definitions(
      List<ForeignKey> inSource,
      List<ForeignKey> inTarget,
      Set<QualifiedName> copied,
      Set<Reference> doubtful) {
    List<Finding> findings = new ArrayList<>();
    Set<Reference> present =
        inTarget.stream().map(ForeignKey::reference).collect(Collectors.toSet());
    for (ForeignKey key : inSource) {
      boolean wanted =
          copied.contains(key.reference().table()) && copied.contains(key.reference().other());
      if (wanted && !present.contains(key.reference())) {
        findings.add(
            Finding.blocker(
                key.path(), "is a foreign key of the source that the target lacks", "Add it."));
      }
    }
    for (ForeignKey key : inTarget) {
      if (!key.validated()) {
        String message = "is a foreign key that is not validated";
        findings.add(
            doubtful.contains(key.reference())
                ? Finding.warning(key.path(), message + ", as in the source", "Validate it.")
                : Finding.blocker(key.path(), message, "Validate it."));
      }
      if (!key.enforced()) {
        findings.add(
            Finding.blocker(
                key.path(),
                "is a foreign key whose triggers are disabled, so nothing enforces it",
                "Enable all triggers of both tables."));
      }
    }
    return findings;
  }

  private static List<Finding> orphans(Connection target, ForeignKey key, boolean doubtful)
      throws SQLException {
    long orphans;
    try (Statement statement = target.createStatement();
        ResultSet row = statement.executeQuery(key.orphansSql())) {
      row.next();
      orphans = row.getLong(1);
    }
    if (orphans == 0) {
      return List.of();
    }
    String message =
        "is broken by %d rows that refer to nothing in %s"
            .formatted(orphans, key.reference().other());
    return List.of(
        doubtful
            ? Finding.warning(key.path(), message, "Clean up these rows.")
            : Finding.blocker(key.path(), message, "Roll back, or find out what went wrong."));
  }
}
