package dev.overwinter.sandbox.real;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips loudly where PostgreSQL's programs are not to be had. */
final class SkippedWithoutPostgresql implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (PostgresqlPrograms.directory().isPresent()) {
      return ConditionEvaluationResult.enabled("PostgreSQL's programs are there");
    }
    String reason =
        "SKIPPED %s: no PostgreSQL 15 with pg_cron; run tools/postgresql, or set POSTGRESQL_BIN"
            .formatted(context.getDisplayName());
    System.err.println(reason);
    return ConditionEvaluationResult.disabled(reason);
  }
}
