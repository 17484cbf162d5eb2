package dev.overwinter.worker;

import dev.overwinter.activities.StepContext;
import dev.overwinter.worker.process.Activities;
import dev.overwinter.worker.settings.WorkerSettings;
import dev.overwinter.workflows.FreezeBackfillWorkflow;
import java.util.List;
import java.util.function.Supplier;

/** What a worker runs: the one place that knows every workflow and every activity by its class. */
public final class Wiring {
  private Wiring() {}

  /** The workflow implementations. */
  public static List<Class<?>> workflows() {
    return List.of(FreezeBackfillWorkflow.class);
  }

  /**
   * The activities, connected as the settings say. Opens no connection yet; the caller closes them.
   *
   * @param contexts gives the context of the activity that runs on the calling thread
   */
  public static Activities activities(WorkerSettings settings, Supplier<StepContext> contexts) {
    return new Activities(List.of());
  }
}
