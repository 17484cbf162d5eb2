package dev.overwinter.sandbox.real;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips loudly where there is no Docker engine or it does not have the image. */
final class SkippedWithoutImage implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    boolean there;
    try {
      there = PostgresImage.isThere();
    } catch (RuntimeException e) {
      return skip(context, "no Docker engine can be used (%s)".formatted(e.getMessage()));
    }
    if (!there) {
      return skip(
          context,
          "the Docker engine does not have the image %1$s: docker pull %1$s, or name another one with -D%2$s=..."
              .formatted(PostgresImage.name(), PostgresImage.PROPERTY));
    }
    return ConditionEvaluationResult.enabled("the image is there");
  }

  private static ConditionEvaluationResult skip(ExtensionContext context, String why) {
    String reason = "SKIPPED %s: %s".formatted(context.getDisplayName(), why);
    System.err.println(reason);
    return ConditionEvaluationResult.disabled(reason);
  }
}
