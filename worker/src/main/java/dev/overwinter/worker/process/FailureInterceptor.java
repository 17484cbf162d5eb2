package dev.overwinter.worker.process;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.client.ActivityCompletionException;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TemporalFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where an activity's exception becomes the failure that Temporal stores and shows.
 * Of an exception that nobody foresaw only the class and our own lines get out, neither here nor in
 * the log its message, which may quote row values.
 */
public final class FailureInterceptor extends WorkerInterceptorBase {
  private static final Logger LOG = LoggerFactory.getLogger(FailureInterceptor.class);
  private static final String OUR_PACKAGES = "dev.overwinter.";
  private static final String THIS_PACKAGE = FailureInterceptor.class.getPackageName() + ".";

  /** What keeps the freeze and what ends it: giving up costs more than waiting. */
  private static final Set<String> NEVER_GIVEN_UP_EARLY = Set.of("HoldLease", "LiftFreeze");

  private static final int MOST_FRAMES = 12;

  @Override
  public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
    return new ActivityInboundCallsInterceptorBase(next) {
      private ActivityInfo activity;

      @Override
      public void init(ActivityExecutionContext context) {
        activity = context.getInfo();
        super.init(context);
      }

      @Override
      public ActivityOutput execute(ActivityInput input) {
        try {
          return super.execute(input);
        } catch (ActivityCompletionException | TemporalFailure e) {
          throw e;
        } catch (StepException e) {
          throw foreseen(e, activity);
        } catch (VirtualMachineError e) {
          throw e;
        } catch (RuntimeException | Error e) {
          throw unforeseen(e);
        }
      }
    };
  }

  private static ApplicationFailure foreseen(StepException exception, ActivityInfo activity) {
    LOG.warn("{}: {}", exception.type().typeName(), exception.getMessage());
    ApplicationFailure.Builder failure =
        ApplicationFailure.newBuilder()
            .setType(exception.type().typeName())
            .setMessage(exception.getMessage())
            .setNonRetryable(
                isGivenUp(exception.type(), activity.getActivityType(), activity.getAttempt()));
    if (exception.retryAfter() != null) {
      failure.setNextRetryDelay(exception.retryAfter());
    }
    return withFrames(failure.build(), List.of());
  }

  static boolean isGivenUp(FailureType type, String activity, int tries) {
    return NEVER_GIVEN_UP_EARLY.contains(activity)
        ? type.isPermanent()
        : type.isGivenUpAfter(tries);
  }

  private static ApplicationFailure unforeseen(Throwable exception) {
    List<Throwable> chain = chainOf(exception);
    List<StackTraceElement> frames = ourFrames(chain);
    String classes =
        String.join(" caused by ", chain.stream().map(part -> part.getClass().getName()).toList());
    String place = frames.isEmpty() ? "outside our own code" : "at " + frames.get(0);
    LOG.error("{} {}, {}", classes, place, frames);
    ApplicationFailure failure =
        ApplicationFailure.newBuilder()
            .setType(FailureType.INTERNAL.typeName())
            .setMessage(
                "%s %s: a fault in this program. Keep the worker's log and report it; retry the step or roll back."
                    .formatted(classes, place))
            .setNonRetryable(FailureType.INTERNAL.isPermanent())
            .build();
    return withFrames(failure, frames);
  }

  private static ApplicationFailure withFrames(
      ApplicationFailure failure, List<StackTraceElement> frames) {
    // The trace is stored with the failure; its own would only show this class.
    failure.setStackTrace(frames.toArray(StackTraceElement[]::new));
    return failure;
  }

  private static List<Throwable> chainOf(Throwable exception) {
    Set<Throwable> chain = new LinkedHashSet<>();
    for (Throwable part = exception; part != null && chain.add(part); ) {
      part = part.getCause();
    }
    // Temporal's wrapper of checked exceptions says nothing.
    List<Throwable> telling = new ArrayList<>(chain);
    if (telling.size() > 1) {
      telling.removeIf(part -> part.getClass().getSimpleName().equals("CheckedExceptionWrapper"));
    }
    return telling;
  }

  private static List<StackTraceElement> ourFrames(List<Throwable> chain) {
    return chain.stream()
        .map(
            part ->
                Arrays.stream(part.getStackTrace())
                    .filter(frame -> frame.getClassName().startsWith(OUR_PACKAGES))
                    .filter(frame -> !isOfInterceptors(frame))
                    .limit(MOST_FRAMES)
                    .toList())
        .filter(frames -> !frames.isEmpty())
        .reduce((outer, inner) -> inner)
        .orElse(List.of());
  }

  private static boolean isOfInterceptors(StackTraceElement frame) {
    return frame.getClassName().startsWith(THIS_PACKAGE)
        && (frame.getClassName().contains("FailureInterceptor")
            || frame.getClassName().contains("StepContexts"));
  }
}
