package dev.overwinter.activities;

/**
 * What a step counts while it works, see {@link StepContext#count}. Work that an attempt has to do
 * again, because an earlier one ended in the middle of it, counts again; work that a resumed step
 * finds done does not.
 */
public enum Measure {
  /** Rows written to the archive. */
  ROWS_EXPORTED,
  /** Bytes of COPY text that the source sent for them. */
  BYTES_EXPORTED,
  /** Chunks whose export is on record. */
  CHUNKS_EXPORTED,
  /** Rows sent to the target. */
  ROWS_IMPORTED,
  /** Bytes of COPY text that the target was sent. */
  BYTES_IMPORTED,
  /** Chunks whose import is committed. */
  CHUNKS_IMPORTED,
  /** Rows digested for verification, on either side. */
  ROWS_VERIFIED,
  /** Users who were given an account. */
  USERS_CREATED,
  /** Users whose account was there before and became theirs. */
  USERS_ADOPTED,
  /** Users who got no account, by a rule or because they are gone. */
  USERS_SKIPPED,
  /** Users left over for the operator: quarantined or in conflict with another account. */
  USERS_LEFT_OVER
}
