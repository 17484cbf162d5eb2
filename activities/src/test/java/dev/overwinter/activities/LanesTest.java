package dev.overwinter.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.workflows.steps.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class LanesTest {
  private final Stoppable step = new Stoppable();

  @Test
  void when_the_process_is_to_stop_tasks_that_run_finish_and_no_other_begins() {
    Set<String> begun = ConcurrentHashMap.newKeySet();
    Set<String> finished = ConcurrentHashMap.newKeySet();
    List<Lanes.Task> tasks = new ArrayList<>();
    for (int number = 0; number < 20; number++) {
      String name = "task " + number;
      tasks.add(
          new Lanes.Task(
              name,
              lane -> {
                begun.add(name);
                if (begun.size() >= 3) {
                  step.stopping = true;
                }
                rest();
                finished.add(name);
              }));
    }

    assertThatThrownBy(() -> Lanes.run(2, "tasks", tasks, step)).hasMessage("stopping");

    assertThat(begun).hasSizeBetween(3, 4).isEqualTo(finished);
  }

  private static void rest() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw new IllegalStateException("cut off");
    }
  }

  private static final class Stoppable implements StepContext {
    private volatile boolean stopping;

    @Override
    public void progress(Progress progress) {}

    @Override
    public void border() {
      if (stopping) {
        throw new IllegalStateException("stopping");
      }
    }

    @Override
    public AutoCloseable onCancel(Runnable action) {
      return () -> {};
    }
  }
}
