package dev.overwinter.workflows.request;

import java.util.Objects;

/**
 * How long the run waits for somebody's approval.
 *
 * @param timeoutSeconds how long it waits after verification passed
 * @param afterTimeout what happens then
 */
public record ApprovalRules(long timeoutSeconds, TimeoutRule afterTimeout) {
  public ApprovalRules {
    Objects.requireNonNull(afterTimeout, "afterTimeout");
  }
}
