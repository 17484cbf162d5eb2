package dev.overwinter.worker.watch;

import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.time.Duration;
import java.util.Optional;

/**
 * Who decides while a run is watched. A boundary: a person at the terminal, nobody, or whoever a
 * demonstration puts there.
 */
@FunctionalInterface
public interface Operator {
  /**
   * Asked twice a second with the newest status, until the run ends; never blocks.
   *
   * @return what to say to the run now, once
   */
  Optional<OperatorCommand> next(RunStatus status);

  /** Decides nothing; somebody else does, with the commands that the watcher prints. */
  static Operator nobody() {
    return status -> Optional.empty();
  }

  /** Approves what verification passed on; again after a while when that did not arrive. */
  static Operator approving(String by) {
    return new Operator() {
      private final long patience = Duration.ofSeconds(30).toNanos();
      private String approved = "";
      private long approvedAt;

      @Override
      public Optional<OperatorCommand> next(RunStatus status) {
        String verification = status.verification();
        if (status.state() != RunState.WAITING_FOR_APPROVAL
            || verification == null
            || (verification.equals(approved) && System.nanoTime() - approvedAt < patience)) {
          return Optional.empty();
        }
        approved = verification;
        approvedAt = System.nanoTime();
        return Optional.of(OperatorCommand.approve(by, verification));
      }
    };
  }
}
