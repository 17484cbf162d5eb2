package dev.overwinter.workflows;

import io.temporal.common.converter.EncodedValues;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.DynamicWorkflow;
import io.temporal.workflow.Workflow;

/**
 * Answers a run of a type that does not exist. Without it Temporal would try for ever, and the
 * operator who misspelt the type would wait for a run that never begins.
 */
public final class UnknownWorkflow implements DynamicWorkflow {
  @Override
  public Object execute(EncodedValues input) {
    ApplicationFailure refusal =
        ApplicationFailure.newNonRetryableFailure(
            "There is no workflow type %s here; nothing was touched. Start it with --type %s, or for tables left for later with --type %s"
                .formatted(
                    Remark.of(Workflow.getInfo().getWorkflowType(), 100),
                    FreezeBackfill.TYPE,
                    BackfillLater.TYPE),
            FailureType.INVALID_REQUEST.typeName());
    refusal.setStackTrace(new StackTraceElement[0]);
    throw refusal;
  }
}
