package dev.overwinter.sandbox.kill;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.freeze.FreezeStep;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.sandbox.demo.SandboxRequest;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What a run does to the guards of its databases, as activities without Temporal. */
enum FreezeDeed {
  GUARD_TARGET {
    @Override
    void attempt(FreezeStep step, StepInput input) {
      step.guardTarget(input, QUIET);
    }
  },
  RAISE {
    @Override
    void attempt(FreezeStep step, StepInput input) {
      step.raise(input, QUIET);
    }
  },
  PROVE {
    @Override
    void attempt(FreezeStep step, StepInput input) {
      step.prove(input, QUIET);
    }
  },
  LIFT {
    @Override
    void attempt(FreezeStep step, StepInput input) {
      step.lift(input, QUIET);
    }
  },
  MAKE_PERMANENT {
    @Override
    void attempt(FreezeStep step, StepInput input) {
      step.makePermanent(input, QUIET);
    }
  },
  RELEASE_TARGET {
    @Override
    void attempt(FreezeStep step, StepInput input) {
      step.releaseTarget(input, QUIET);
    }
  };

  /** Nobody follows, nobody cancels. */
  private static final StepContext QUIET =
      new StepContext() {
        @Override
        public void progress(Progress progress) {}

        @Override
        public AutoCloseable onCancel(Runnable action) {
          return () -> {};
        }
      };

  private static final int CONNECTIONS = 3;

  /** Once. */
  abstract void attempt(FreezeStep step, StepInput input);

  /** Again after every transient failure, as Temporal does. */
  void perform(FreezeStep step, StepInput input) {
    while (true) {
      try {
        attempt(step, input);
        return;
      } catch (StepException e) {
        if (e.type().isPermanent()) {
          throw e;
        }
      }
    }
  }

  static StepInput input(String run) {
    return new StepInput(
        new RunKey("night-" + run, run), RequestReader.read(SandboxRequest.create()).request());
  }

  static Database open(String side, String url, String user, String password) {
    return new Database(new DatabaseSettings(side, url, user, password, CONNECTIONS));
  }

  static String names(List<FreezeDeed> deeds) {
    return deeds.stream().map(FreezeDeed::name).collect(Collectors.joining(","));
  }

  /**
   * Does deeds one after the other.
   *
   * @param arguments for each side address, user and password; the run; the deeds
   */
  public static void main(String[] arguments) {
    try (Database source = open("source", arguments[0], arguments[1], arguments[2]);
        Database target = open("target", arguments[3], arguments[4], arguments[5])) {
      FreezeStep step = new FreezeStep(source, target);
      Arrays.stream(arguments[7].split(","))
          .map(FreezeDeed::valueOf)
          .forEach(
              deed -> {
                Victim.tell(deed.name());
                deed.perform(step, input(arguments[6]));
              });
      Victim.tellIsOver();
    }
  }
}
