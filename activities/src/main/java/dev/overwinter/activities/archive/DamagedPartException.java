package dev.overwinter.activities.archive;

/** A part of the archive is not what the ledger says. */
public final class DamagedPartException extends RuntimeException {
  /**
   * @param what what is the matter with the part, without values
   */
  public DamagedPartException(String what) {
    super(what);
  }
}
