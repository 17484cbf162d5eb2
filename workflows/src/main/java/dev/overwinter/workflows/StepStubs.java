package dev.overwinter.workflows;

import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.CopyActivities;
import dev.overwinter.workflows.steps.FreezeActivities;
import dev.overwinter.workflows.steps.HookActivities;
import dev.overwinter.workflows.steps.LaterActivities;
import dev.overwinter.workflows.steps.NamespaceActivities;
import dev.overwinter.workflows.steps.PreflightActivities;
import dev.overwinter.workflows.steps.ProgressActivities;
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

  /** Every hook may be slow to answer once. */
  private static final Duration HOOKS = Duration.ofSeconds(90);

  private static final RetryOptions SOME_PATIENCE = retries(24);

  private final Duration longestFreeze;

  /**
   * @param request tells how long raising the freeze may take
   */
  StepStubs(MigrationRequest request) {
    this.longestFreeze = SHORT_STEP.plusSeconds(request.freeze().drainSeconds());
  }

  /** One try: nothing depends on the answer. */
  static NamespaceActivities namespace(String summary) {
    return Workflow.newActivityStub(
        NamespaceActivities.class, options(Duration.ofSeconds(30), retries(1), summary));
  }

  /** A few tries only: nothing is touched yet and somebody waits for the answer. */
  static LaterActivities laterOpening(String summary) {
    return Workflow.newActivityStub(
        LaterActivities.class, options(LONGEST_STEP, retries(3), summary));
  }

  static LaterActivities later(String summary) {
    return Workflow.newActivityStub(
        LaterActivities.class, options(LONGEST_STEP, SOME_PATIENCE, summary));
  }

  /** From the task queue of lanes, as {@link #lane}. */
  static LaterActivities laterLane(String summary) {
    return Workflow.newActivityStub(
        LaterActivities.class, onQueueOfLanes(options(LONGEST_STEP, SOME_PATIENCE, summary)));
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

  /** A few tries only: the run is over, and what is looked for is not to be expected. */
  FreezeActivities lastLook(String summary) {
    return Workflow.newActivityStub(
        FreezeActivities.class, options(SHORT_STEP, retries(3), summary));
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

  /** From the task queue of lanes, which a worker takes no more of than it is set to. */
  CopyActivities lane(String summary) {
    return Workflow.newActivityStub(
        CopyActivities.class, onQueueOfLanes(options(LONGEST_STEP, SOME_PATIENCE, summary)));
  }

  private static ActivityOptions onQueueOfLanes(ActivityOptions options) {
    return ActivityOptions.newBuilder(options)
        .setTaskQueue(FreezeBackfill.queueOfLanes(Workflow.getInfo().getTaskQueue()))
        .build();
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

  /**
   * Tried again and again for as long as there is patience, whether or not a worker is there;
   * nothing depends on the answer.
   */
  HookActivities hooks(Duration patience, String summary) {
    return Workflow.newActivityStub(
        HookActivities.class,
        ActivityOptions.newBuilder(options(HOOKS, retries(0), summary))
            .setScheduleToCloseTimeout(patience)
            .build());
  }

  /**
   * Given up soon, since only a picture is missed; not waited for when cancelled, since it changes
   * nothing.
   *
   * @param wait how long the activity waits before it looks
   */
  ProgressActivities progress(Duration wait, String summary) {
    return Workflow.newActivityStub(
        ProgressActivities.class,
        ActivityOptions.newBuilder(options(wait.plusMinutes(2), retries(2), summary))
            .setCancellationType(ActivityCancellationType.TRY_CANCEL)
            .build());
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

  /**
   * @param attempts 0 for any number
   */
  private static RetryOptions retries(int attempts) {
    return RetryOptions.newBuilder()
        .setInitialInterval(Duration.ofSeconds(1))
        .setBackoffCoefficient(2)
        .setMaximumInterval(Duration.ofSeconds(30))
        .setMaximumAttempts(attempts)
        .build();
  }
}
