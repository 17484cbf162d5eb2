package dev.overwinter.workflows.steps;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** The write guards of both databases. */
@ActivityInterface
public interface FreezeActivities {
  /**
   * Makes the target refuse application writes. Done before the source is frozen, so that at no
   * moment both sides take writes. Creates the ledger first, which holds the guard.
   */
  @ActivityMethod
  void guardTarget(StepInput input);

  /**
   * Makes the source refuse writes from now on, waits for writers in flight, and proves it. Renews
   * the lease by itself while it is at work.
   *
   * @return what was guarded and the fence that later proofs compare with
   */
  @ActivityMethod
  FreezeReport raiseFreeze(StepInput input);

  /**
   * Proves again that nothing was written since the freeze was raised.
   *
   * @return the fence as it is now
   */
  @ActivityMethod
  FreezeReport proveFreeze(StepInput input);

  /**
   * Renews the lease on the source's guard until cancelled. Fails with {@code LeaseLapsed} once the
   * lease has run out, which no later renewal can mend.
   */
  @ActivityMethod
  void holdLease(StepInput input);

  /**
   * Turns the lease into a guard without end. After this the source stays frozen even if this
   * program is never run again. Fails with {@code LeaseLapsed} if the lease has run out.
   */
  @ActivityMethod
  void makeFreezePermanent(StepInput input);

  /** Lets the source take writes again and removes everything the run added there. */
  @ActivityMethod
  LiftReport liftFreeze(StepInput input);

  /** Lets the target take writes, in one transaction, and removes its guard. */
  @ActivityMethod
  void releaseTarget(StepInput input);
}
