package dev.overwinter.activities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.workflows.steps.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class StepThreadsTest {
  @Test
  void every_lane_logs_as_its_step_and_counts_for_it() {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    AtomicLong rows = new AtomicLong();
    List<Lanes.Task> tasks = new ArrayList<>();
    for (int number = 0; number < 6; number++) {
      tasks.add(
          new Lanes.Task(
              "public.units",
              lane -> {
                seen.add(MDC.get("WorkflowId") + " on " + Thread.currentThread().getName());
                lane.count(Measure.ROWS_VERIFIED, 5);
              }));
    }
    MDC.put("WorkflowId", "night");
    try {
      Lanes.run(3, "tables", tasks, new Counting(rows));
    } finally {
      MDC.clear();
    }

    assertThat(seen).hasSize(6).containsOnly("night on tables");
    assertThat(rows).hasValue(30);
  }

  private record Counting(AtomicLong rows) implements StepContext {
    @Override
    public void progress(Progress progress) {}

    @Override
    public AutoCloseable onCancel(Runnable action) {
      return () -> {};
    }

    @Override
    public void count(Measure measure, long amount) {
      rows.addAndGet(amount);
    }
  }
}
