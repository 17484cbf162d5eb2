package dev.overwinter.sandbox.shortage;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips loudly where no small file system can be mounted. */
final class SkippedWithoutSmallDisks implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (SmallDisk.obstacle().isEmpty()) {
      return ConditionEvaluationResult.enabled("small file systems can be mounted");
    }
    String reason =
        "SKIPPED %s: %s; run it as root"
            .formatted(context.getDisplayName(), SmallDisk.obstacle().get());
    System.err.println(reason);
    return ConditionEvaluationResult.disabled(reason);
  }
}
