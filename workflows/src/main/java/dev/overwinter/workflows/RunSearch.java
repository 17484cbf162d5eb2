package dev.overwinter.workflows;

import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.steps.NamespaceActivities;
import io.temporal.common.SearchAttributeKey;
import io.temporal.workflow.Workflow;

/** Keeps the run findable by where it is, where the namespace has search attributes for that. */
final class RunSearch {
  private static final SearchAttributeKey<String> STATE =
      SearchAttributeKey.forKeyword(NamespaceActivities.STATE);
  private static final SearchAttributeKey<String> STEP =
      SearchAttributeKey.forKeyword(NamespaceActivities.STEP);
  private static final SearchAttributeKey<Boolean> NEEDS_OPERATOR =
      SearchAttributeKey.forBoolean(NamespaceActivities.NEEDS_OPERATOR);

  private boolean registered;
  private RunState state;
  private Step step;

  /** What was set before the run continued as new stays set. */
  void resume(boolean wasRegistered, RunState lastState, Step lastStep) {
    registered = wasRegistered;
    state = lastState;
    step = lastStep;
  }

  boolean isRegistered() {
    return registered;
  }

  /** From now on the attributes may be set. */
  void registered() {
    registered = true;
  }

  /** Sets what has changed since the last time, if anything has. */
  void show(RunState newState, Step newStep) {
    if (registered && (newState != state || newStep != step)) {
      state = newState;
      step = newStep;
      Workflow.upsertTypedSearchAttributes(
          STATE.valueSet(state.name()),
          STEP.valueSet(step.name()),
          NEEDS_OPERATOR.valueSet(needsOperator(state)));
    }
  }

  private static boolean needsOperator(RunState state) {
    return switch (state) {
      case PARKED, PAUSED, WAITING_FOR_APPROVAL -> true;
      case RUNNING, ROLLING_BACK, LIVE, ROLLED_BACK, REFUSED -> false;
    };
  }
}
