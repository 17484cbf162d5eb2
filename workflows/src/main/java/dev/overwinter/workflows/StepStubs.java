package dev.overwinter.workflows;

import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.CopyActivities;
import dev.overwinter.workflows.steps.FreezeActivities;
import dev.overwinter.workflows.steps.PreflightActivities;
import dev.overwinter.workflows.steps.RemapActivities;
import dev.overwinter.workflows.steps.ReportActivities;
import dev.overwinter.workflows.steps.UserActivities;
import dev.overwinter.workflows.steps.VerifyActivities;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/**
 * How each step is called. Timeouts and retries are set on purpose: a dead worker is noticed after
 * {@link #HEARTBEAT}; a transient failure is tried again for about ten minutes, at most half a
 * minute apart so that a repaired cause is noticed soon, and then parks; a permanent failure parks
 * at once.
 */
final class StepStubs {
  /**
   * Every activity heartbeats each few seconds by itself; noticing a dead worker takes this long.
   */
  private static final Duration HEARTBEAT = Duration.ofSeconds(20);

  /** No single attempt of a long step takes longer than the longest night. */
  private static final Duration LONGEST_STEP = Duration.ofHours(48);

  private static final Duration SHORT_STEP = Duration.ofMinutes(30);

  private static final RetryOptions SOME_PATIENCE = retries(24);

  private final Duration longestFreeze;

  /**
   * @param request tells how long raising the freeze may take
   */
  StepStubs(MigrationRequest request) {
    this.longestFreeze = SHORT_STEP.plusSeconds(request.freeze().drainSeconds());
  }

  PreflightActivities preflight(String summary) {
    // A few tries only: nothing is frozen yet and somebody waits for the answer.
    return Workflow.newActivityStub(
        PreflightActivities.class, options(SHORT_STEP, retries(3), summary));
  }

  FreezeActivities freeze(String summary) {
    return Workflow.newActivityStub(
        FreezeActivities.class, options(longestFreeze, SOME_PATIENCE, summary));
  }

  /** Goes on for as long as the run does; only a lapsed lease ends it. */
  FreezeActivities lease(String summary) {
    return Workflow.newActivityStub(
        FreezeActivities.class,
        options(
            Duration.ofDays(365),
            RetryOptions.newBuilder()
                .setInitialInterval(Duration.ofSeconds(1))
                .setMaximumInterval(Duration.ofSeconds(5))
                .build(),
            summary));
  }

  CopyActivities copy(String summary) {
    return Workflow.newActivityStub(
        CopyActivities.class, options(LONGEST_STEP, SOME_PATIENCE, summary));
  }

  UserActivities users(String summary) {
    return Workflow.newActivityStub(
        UserActivities.class, options(LONGEST_STEP, SOME_PATIENCE, summary));
  }

  RemapActivities remap(String summary) {
    return Workflow.newActivityStub(
        RemapActivities.class, options(LONGEST_STEP, SOME_PATIENCE, summary));
  }

  VerifyActivities verify(String summary) {
    return Workflow.newActivityStub(
        VerifyActivities.class, options(LONGEST_STEP, SOME_PATIENCE, summary));
  }

  ReportActivities report(String summary) {
    return Workflow.newActivityStub(
        ReportActivities.class, options(SHORT_STEP, retries(5), summary));
  }

  private static ActivityOptions options(Duration attempt, RetryOptions retries, String summary) {
    return ActivityOptions.newBuilder()
        .setStartToCloseTimeout(attempt)
        .setHeartbeatTimeout(HEARTBEAT)
        .setRetryOptions(retries)
        // A cancelled step must have stopped before its effects are undone.
        .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
        .setSummary(summary)
        .build();
  }

  private static RetryOptions retries(int attempts) {
    return RetryOptions.newBuilder()
        .setInitialInterval(Duration.ofSeconds(1))
        .setBackoffCoefficient(2)
        .setMaximumInterval(Duration.ofSeconds(30))
        .setMaximumAttempts(attempts)
        .build();
  }
}
