package dev.overwinter.activities.archive;

import dev.overwinter.activities.postgres.TableDigest;
import java.util.Objects;

/**
 * What the ledger knows of an exported part.
 *
 * @param digest of the source's rows, as they were before any remapping
 * @param bytes the file's size, 0 when there is none
 * @param sha256 the file's digest, hexadecimal, empty when there is none
 */
public record ExportedPart(TableDigest digest, long bytes, String sha256) {
  /** Of rows that are not kept for people. */
  static ExportedPart withoutFile(TableDigest digest) {
    return new ExportedPart(digest, 0, "");
  }

  /** Whether there is a file; rows that travel in binary need none. */
  boolean hasFile() {
    return !sha256.isEmpty();
  }

  public ExportedPart {
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(sha256, "sha256");
  }
}
