package dev.overwinter.workflows;

/**
 * Every kind of failure an operator can meet, by the name that Temporal shows as the failure's
 * type. A permanent failure is not retried: it parks the run (or ends it, before anything was
 * touched) until somebody has removed the cause. A transient one is retried with back-off first.
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
  /** A part of the archive is missing or its digest differs, and it could not be made again. */
  ARCHIVE_DAMAGED("ArchiveDamaged", true),
  /** The archive directory cannot be written. */
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
  /** Another attempt of the same step is still at work; retried. */
  STEP_BUSY("StepBusy", false),
  /** An update or signal that cannot be obeyed now. */
  NOT_NOW("NotNow", true),
  /** A fault in this program. */
  INTERNAL("Internal", false);

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
}
