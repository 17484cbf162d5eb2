package dev.overwinter.sandbox.real;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips loudly where Supabase Auth is not to be had. */
final class SkippedWithoutGoTrue implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (GoTrue.program().isPresent()) {
      return ConditionEvaluationResult.enabled("Supabase Auth is there");
    }
    String reason =
        "SKIPPED %s: no Supabase Auth; set GOTRUE to the program of one of its releases"
            .formatted(context.getDisplayName());
    System.err.println(reason);
    return ConditionEvaluationResult.disabled(reason);
  }
}
