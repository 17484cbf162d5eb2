package dev.overwinter.activities.later;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.SqlFailures;
import dev.overwinter.workflows.FailureType;
import java.sql.SQLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Says which constraint refused rows. The server's own message would quote their values. */
final class Refusals {
  private static final String INTEGRITY = "23";

  private Refusals() {}

  /** The failure of loading rows into a table. */
  static StepException ofLoading(SQLException failure, QualifiedName table) {
    String state = String.valueOf(failure.getSQLState());
    if (!state.startsWith(INTEGRITY)) {
      return SqlFailures.translate(failure, "target", "load of " + table);
    }
    String reason =
        switch (state) {
          case "23505", "23P01" -> "a carried row has the key of a row that is there already";
          case "23503" -> "a carried row refers to a row that is not there";
          case "23502" -> "a carried row has no value where one is required";
          default -> "a carried row does not meet a condition";
        };
    return new StepException(
        FailureType.ROWS_REFUSED,
        "%s: %s (%s). Nothing of this chunk was loaded. Settle it in the target, then retry the step, or roll back."
            .formatted(table, reason, constraint(failure)));
  }

  /** The failure of removing rows from a table. */
  static StepException ofRemoving(SQLException failure, QualifiedName table) {
    if (!String.valueOf(failure.getSQLState()).startsWith(INTEGRITY)) {
      return SqlFailures.translate(failure, "target", "removal from " + table);
    }
    return stillReferredTo(table, constraint(failure));
  }

  /** Rows of the application refer to rows that are to be removed. */
  static StepException stillReferredTo(QualifiedName table, String constraint) {
    return new StepException(
        FailureType.ROWS_REFUSED,
        "%s: rows that the application has written since refer to carried rows (%s), which therefore stay. Change or remove the application's, then retry the step."
            .formatted(table, constraint));
  }

  private static String constraint(SQLException failure) {
    ServerErrorMessage told =
        failure instanceof PSQLException server ? server.getServerErrorMessage() : null;
    String name =
        told == null
            ? null
            : told.getConstraint() != null
                ? "constraint " + told.getConstraint()
                : told.getColumn() != null ? "column " + told.getColumn() : null;
    String of =
        told == null || told.getTable() == null
            ? ""
            : " of %s.%s".formatted(told.getSchema(), told.getTable());
    return (name == null ? "SQLSTATE " + failure.getSQLState() : name) + of;
  }
}
