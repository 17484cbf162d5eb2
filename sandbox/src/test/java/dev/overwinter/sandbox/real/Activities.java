package dev.overwinter.sandbox.real;

import dev.overwinter.sandbox.demo.WorkerChild;
import dev.overwinter.sandbox.endtoend.Night;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.history.v1.ActivityTaskStartedEventAttributes;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A night's activities, as the server knows them. */
final class Activities {
  private static final long PATIENCE_SECONDS = 480;

  private Activities() {}

  /** Waits until a worker is at work on an activity of this type. */
  static void awaitStarted(Night night, String type) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000;
    while (started(night).noneMatch(it -> it.getActivityType().getName().equals(type))) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(type + " was not seen at work");
      }
      Thread.sleep(2);
    }
  }

  /** How many activities of this type a worker has in its hands. */
  static long inHandsOf(WorkerChild worker, Night night, String type) {
    return started(night)
        .filter(it -> it.getActivityType().getName().equals(type))
        .filter(it -> it.getLastWorkerIdentity().startsWith(worker.pid() + "@"))
        .count();
  }

  /** Those that took more than one attempt, in order of their names. */
  static Set<String> retried(Night night) {
    History history = history(night);
    Map<Long, String> types = new HashMap<>();
    Set<String> retried = new TreeSet<>();
    for (HistoryEvent event : history.getEventsList()) {
      if (event.hasActivityTaskScheduledEventAttributes()) {
        types.put(
            event.getEventId(),
            event.getActivityTaskScheduledEventAttributes().getActivityType().getName());
      }
      ActivityTaskStartedEventAttributes started = event.getActivityTaskStartedEventAttributes();
      if (started.getAttempt() > 1) {
        retried.add(types.get(started.getScheduledEventId()));
      }
    }
    return retried;
  }

  /** The identities of the workers that finished activities. */
  static List<String> workers(Night night) {
    return history(night).getEventsList().stream()
        .filter(HistoryEvent::hasActivityTaskStartedEventAttributes)
        .map(event -> event.getActivityTaskStartedEventAttributes().getIdentity())
        .distinct()
        .toList();
  }

  private static History history(Night night) {
    return night.stage.temporal().fetchHistory(night.workflowId()).getHistory();
  }

  private static Stream<PendingActivityInfo> started(Night night) {
    return night.run().describe().getRawDescription().getPendingActivitiesList().stream()
        .filter(it -> it.getState() == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED);
  }
}
