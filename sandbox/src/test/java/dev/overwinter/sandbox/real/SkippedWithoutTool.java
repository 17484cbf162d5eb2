package dev.overwinter.sandbox.real;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips loudly where the real Temporal is not to be had. */
final class SkippedWithoutTool implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (RealTemporal.tool().isPresent()) {
      return ConditionEvaluationResult.enabled("Temporal's tool is there");
    }
    String reason =
        "SKIPPED %s: no Temporal tool; get it with tools/temporal-cli, or set TEMPORAL_CLI to its path"
            .formatted(context.getDisplayName());
    System.err.println(reason);
    return ConditionEvaluationResult.disabled(reason);
  }
}
