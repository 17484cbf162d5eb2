package dev.overwinter.sandbox.real;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips loudly where no Chromium is to be had. */
final class SkippedWithoutChromium implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (Chromium.isAvailable()) {
      return ConditionEvaluationResult.enabled("Chromium and its driver are there");
    }
    String reason =
        "SKIPPED %s: no Chromium with its driver; run tools/browser, or set CHROMIUM and CHROMEDRIVER"
            .formatted(context.getDisplayName());
    System.err.println(reason);
    return ConditionEvaluationResult.disabled(reason);
  }
}
