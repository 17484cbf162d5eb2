package dev.overwinter.sandbox.real;

import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowException;
import java.nio.file.Path;
import java.util.function.Predicate;

/** Somebody at a terminal, who types Temporal's commands and looks at what becomes of a run. */
final class TypingOperator {
  private static final long PATIENCE_NANOS = 240_000_000_000L;

  private final RealTemporal temporal;
  private final WorkflowClient client;
  private final Path directory;

  TypingOperator(RealTemporal temporal, WorkflowClient client, Path directory) {
    this.temporal = temporal;
    this.client = client;
    this.directory = directory;
  }

  Typed types(String line) throws InterruptedException {
    return temporal.type(directory, line);
  }

  /** Types a line that must end well, and has its answer. */
  String obeyed(String line) throws InterruptedException {
    Typed typed = types(line);
    if (typed.exitCode() != 0) {
      throw new AssertionError("%s%nanswered%n%s".formatted(line, typed.all()));
    }
    return typed.out();
  }

  /** Types a line that must not end well, and has its answer. */
  String refused(String line) throws InterruptedException {
    Typed typed = types(line);
    if (typed.exitCode() != 1) {
      throw new AssertionError("%s%nanswered%n%s".formatted(line, typed.all()));
    }
    return typed.all();
  }

  RunStatus status(String run) {
    return client.newUntypedWorkflowStub(run).query("status", RunStatus.class);
  }

  RunStatus awaits(String run, RunState wanted) throws InterruptedException {
    return awaits(run, status -> status.state() == wanted);
  }

  RunStatus awaits(String run, Predicate<RunStatus> wanted) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    RunStatus last = null;
    while (System.nanoTime() < end) {
      try {
        last = status(run);
        if (wanted.test(last)) {
          return last;
        }
      } catch (WorkflowException noWorkerAnswersNow) {
        last = null;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("waited in vain; the last status was " + last);
  }
}
