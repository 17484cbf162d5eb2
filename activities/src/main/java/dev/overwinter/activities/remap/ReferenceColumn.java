package dev.overwinter.activities.remap;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.request.ReferenceTreatment;
import java.util.Objects;

/**
 * A column that holds user ids.
 *
 * @param table the table's name in the source
 * @param column what requests and findings call the column: by the source's name where it has one
 * @param targetColumn the column's name in the target
 * @param kind how it holds them
 * @param evidence how it was found
 * @param known how many ids in it are those of carried users
 * @param unknown how many ids in it belong to nobody who is carried; 0 where most UUIDs are
 *     something else than user ids
 * @param treatment what is done with it
 */
public record ReferenceColumn(
    QualifiedName table,
    String column,
    String targetColumn,
    IdKind kind,
    Evidence evidence,
    long known,
    long unknown,
    ReferenceTreatment treatment) {
  /** How a column was found. */
  public enum Evidence {
    /** Foreign keys lead from it to {@code auth.users.id}. */
    FOREIGN_KEY,
    /** Values in it are ids of users. */
    VALUES,
    /** The request names it. */
    REQUEST
  }

  public ReferenceColumn {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(targetColumn, "targetColumn");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(evidence, "evidence");
    Objects.requireNonNull(treatment, "treatment");
  }

  /** {@code schema.table.column}, as requests and reports name it. */
  public String path() {
    return table + "." + column;
  }
}
