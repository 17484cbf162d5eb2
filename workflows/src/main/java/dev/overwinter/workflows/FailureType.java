package dev.overwinter.workflows;

/**
 * Every kind of failure an operator can meet, by the name that Temporal shows as the failure's
 * type. A permanent failure is not retried: it parks the run (or ends it, before anything was
 * touched) until somebody has removed the cause. A transient one is retried with back-off first;
 * what somebody has to make room for only a few times, since a frozen application waits for it.
 */
public enum FailureType {
  /** The request is wrong; every problem is listed. Nothing was touched. */
  INVALID_REQUEST("InvalidRequest", true),
  /** Preflight found something that would stop or harm the run. Nothing was touched. */
  PREFLIGHT_FAILED("PreflightFailed", true),
  /** A database refused a connection for good: unknown role, wrong password, unknown database. */
  ACCESS_DENIED("AccessDenied", true),
  /** A role lacks a privilege that the step needs. */
  PRIVILEGE_MISSING("PrivilegeMissing", true),
  /** A database could not be reached or broke off; retried. */
  DATABASE_UNAVAILABLE("DatabaseUnavailable", false),
  /** A lock, a deadlock or a serialization conflict was in the way; retried. */
  DATABASE_BUSY("DatabaseBusy", false),
  /** A database ran out of space or another resource; parks after a few tries. */
  OUT_OF_RESOURCES("OutOfResources", false),
  /** A database refused a statement for a reason that trying again does not change. */
  DATABASE_REFUSED("DatabaseRefused", true),
  /** Another run's guard stands on this database. */
  FROZEN_BY_ANOTHER_RUN("FrozenByAnotherRun", true),
  /** Writers in flight did not end in time, so that the freeze could not be raised everywhere. */
  WRITERS_IN_FLIGHT("WritersInFlight", true),
  /**
   * The guard does not hold everywhere: a table without it, a guard dropped, a write got through.
   */
  SOURCE_NOT_FROZEN("SourceNotFrozen", true),
  /**
   * The lease on the freeze ran out; the source may have been written to. The run can only be
   * rolled back.
   */
  LEASE_LAPSED("LeaseLapsed", true),
  /** The target is not what the run left there: rows, objects or a guard of somebody else. */
  TARGET_CHANGED("TargetChanged", true),
  /** The target refused rows by a constraint, which the message names. */
  ROWS_REFUSED("RowsRefused", true),
  /** A part of the archive is missing or its digest differs, and it could not be made again. */
  ARCHIVE_DAMAGED("ArchiveDamaged", true),
  /** The archive directory cannot be written; parks after a few tries. */
  ARCHIVE_UNAVAILABLE("ArchiveUnavailable", false),
  /** Single users could not be created; they are listed by their Supabase id. */
  USERS_QUARANTINED("UsersQuarantined", true),
  /** Accounts with the same e-mail were there before; the request has no rule for them. */
  USER_CONFLICTS("UserConflicts", true),
  /** Stack Auth refused the key, the project or a setting. */
  IDENTITY_REFUSED("IdentityRefused", true),
  /** Stack Auth could not be reached or answered with an error of its own; retried. */
  IDENTITY_UNAVAILABLE("IdentityUnavailable", false),
  /** References to users that no rule covers. */
  REFERENCES_UNSETTLED("ReferencesUnsettled", true),
  /** Source and target differ. */
  VERIFICATION_FAILED("VerificationFailed", true),
  /** Temporal could not be asked whether an attempt is still wanted; retried. */
  TEMPORAL_UNAVAILABLE("TemporalUnavailable", false),
  /** Another attempt of the same step is still at work; retried. */
  STEP_BUSY("StepBusy", false),
  /** A hook refused an announcement of the freeze for good. Stops nothing. */
  HOOK_REFUSED("HookRefused", true),
  /** A hook could not be reached or answered with an error of its own; retried for a while. */
  HOOK_UNAVAILABLE("HookUnavailable", false),
  /** An update or signal that cannot be obeyed now. */
  NOT_NOW("NotNow", true),
  /** A fault in this program. */
  INTERNAL("Internal", false);

  /** Within about a quarter of a minute, in which a checkpoint or a clean-up may have made room. */
  private static final int FEW_TRIES = 5;

  private final String typeName;
  private final boolean permanent;

  FailureType(String typeName, boolean permanent) {
    this.typeName = typeName;
    this.permanent = permanent;
  }

  /** The failure type as Temporal carries and shows it. */
  public String typeName() {
    return typeName;
  }

  /** Whether trying again without somebody's help is useless. */
  public boolean isPermanent() {
    return permanent;
  }

  /**
   * Whether a step that has failed so is not tried any more.
   *
   * @param tries how often it was tried, this time included
   */
  public boolean isGivenUpAfter(int tries) {
    return permanent || needsRoom() && tries >= FEW_TRIES;
  }

  private boolean needsRoom() {
    return this == OUT_OF_RESOURCES || this == ARCHIVE_UNAVAILABLE;
  }
}
