package dev.overwinter.activities.progress;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.status.StepProgress;
import dev.overwinter.workflows.steps.ObserveInput;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Takes pictures of the step at work from the ledger in the target, as far as it is committed, and
 * from the servers' own views of what is in flight. Takes no lock that others wait for.
 * Thread-safe.
 */
public final class ProgressObserver {
  private static final String WHAT = "look at the progress";

  private final Database source;
  private final Database target;
  private final Clock clock;

  public ProgressObserver(Database source, Database target, Clock clock) {
    this.source = source;
    this.target = target;
    this.clock = clock;
  }

  /**
   * Waits as long as it is told, or until the step is cancelled, and looks.
   *
   * @throws StepException when the target cannot be asked
   */
  public StepProgress observe(ObserveInput input, StepContext context) {
    await(input.waitSeconds(), context);
    RunKey run = input.input().run();
    String asOf = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
    return switch (input.step()) {
      case EXPORT -> {
        CopyInFlight.Rows inFlight = inSource(context, CopyInFlight::read);
        yield inTarget(context, target -> CopyPicture.ofExport(target, run, inFlight, asOf));
      }
      case IMPORT -> {
        CopyPicture.Leaves leaves = inTarget(context, target -> CopyPicture.leaves(target, run));
        long indexWork =
            inSource(context, it -> IndexWork.of(it, leaves.schemas(), leaves.names()));
        yield inTarget(context, target -> CopyPicture.ofImport(target, run, indexWork, asOf));
      }
      case CREATE_USERS -> {
        long users = inSource(context, UserPicture::users);
        yield inTarget(context, target -> UserPicture.of(target, run, users, asOf));
      }
      case PREFLIGHT, FREEZE, REMAP, VERIFY, APPROVAL, GO_LIVE ->
          throw new IllegalArgumentException("no picture is taken of " + input.step());
    };
  }

  private static void await(long seconds, StepContext context) {
    CountDownLatch cancelled = new CountDownLatch(1);
    AutoCloseable registration = context.onCancel(cancelled::countDown);
    try {
      if (cancelled.await(seconds, TimeUnit.SECONDS)) {
        throw new CancellationException("nobody waits for the picture any more");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted before the picture was taken");
    } finally {
      close(registration);
    }
  }

  private static void close(AutoCloseable registration) {
    try {
      registration.close();
    } catch (Exception e) {
      throw new IllegalStateException("cannot end a registration for cancelling", e);
    }
  }

  private <T> T inSource(StepContext context, Database.SqlFunction<T> look) {
    return source.inTransaction(WHAT, CancelGuard.guarding(context, look));
  }

  private <T> T inTarget(StepContext context, Database.SqlFunction<T> look) {
    return target.inTransaction(WHAT, CancelGuard.guarding(context, look));
  }
}
