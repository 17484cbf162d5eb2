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
  /** Of rows that go straight from the source into the target. */
  static ExportedPart withoutFile(TableDigest digest) {
    return new ExportedPart(digest, 0, "");
  }

  public ExportedPart {
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(sha256, "sha256");
  }
}
