package dev.overwinter.worker.watch;

import dev.overwinter.workflows.steps.Progress;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DataConverterException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads from the heartbeats of pending activities how far a step is. */
final class LaneProgress {
  /** Runs beside every step and tells nothing of its progress. */
  private static final String LEASE = "HoldLease";

  private LaneProgress() {}

  static Optional<Progress> of(List<PendingActivityInfo> activities, DataConverter converter) {
    List<Progress> lanes = new ArrayList<>();
    for (PendingActivityInfo activity : activities) {
      if (!activity.getActivityType().getName().equals(LEASE)) {
        read(activity, converter).ifPresent(lanes::add);
      }
    }
    return lanes.stream().reduce(LaneProgress::together);
  }

  private static Optional<Progress> read(PendingActivityInfo activity, DataConverter converter) {
    if (activity.getHeartbeatDetails().getPayloadsCount() == 0) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(
          converter.fromPayload(
              activity.getHeartbeatDetails().getPayloads(0), Progress.class, Progress.class));
    } catch (DataConverterException e) {
      // A newer worker may tell more than this one understands.
      return Optional.empty();
    }
  }

  /** Each lane tells how far all of them are, by what it knew when its chunk began. */
  private static Progress together(Progress left, Progress right) {
    return left.done() >= right.done() ? left : right;
  }
}
