package dev.overwinter.workflows;

import io.temporal.workflow.Workflow;

/**
 * Which shape a run has: what it asks of Temporal, in which order. Decided when an execution begins
 * and kept to its end, so that a run that is under way replays on a newer worker. Whoever changes
 * what a run asks for adds a number here and keeps the earlier ways.
 */
final class Shape {
  /** The steps, the lease and the two deadlines, nothing else. */
  private static final int AS_FIRST_BUILT = Workflow.DEFAULT_VERSION;

  /**
   * Continues as new where Temporal suggests it; looks at the progress of long steps; sets search
   * attributes where they are registered; ends only once nobody renews the lease any more.
   */
  private static final int WATCHED = 1;

  /**
   * Refuses to begin under a timeout of Temporal's; tells hooks when the freeze begins and ends;
   * proves the freeze after the export too; looks for a late freeze at the very end.
   */
  private static final int RESTRAINED = 2;

  /** Looks at the progress of the import until indexes and keys stand again, too. */
  private static final int FORESEEING = 3;

  /** Puts lanes on a task queue of their own, from which each worker takes so many at a time. */
  private static final int SHARED = 4;

  private static final int LATEST = SHARED;

  private final int version;

  private Shape(int version) {
    this.version = version;
  }

  /** The shape of the execution at hand; called once, before anything else is asked for. */
  static Shape ofThisExecution() {
    return new Shape(Workflow.getVersion("shape", AS_FIRST_BUILT, LATEST));
  }

  boolean continuesAsNew() {
    return version >= WATCHED;
  }

  boolean setsSearchAttributes() {
    return version >= WATCHED;
  }

  boolean looksAtProgress() {
    return version >= WATCHED;
  }

  boolean awaitsEndOfLease() {
    return version >= WATCHED;
  }

  boolean refusesTimeouts() {
    return version >= RESTRAINED;
  }

  boolean looksForLateFreeze() {
    return version >= RESTRAINED;
  }

  boolean provesAfterExport() {
    return version >= RESTRAINED;
  }

  boolean announcesFreeze() {
    return version >= RESTRAINED;
  }

  boolean hasQueueOfLanes() {
    return version >= SHARED;
  }

  boolean looksAtRestoration() {
    return version >= FORESEEING;
  }
}
