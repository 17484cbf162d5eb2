package dev.overwinter.activities.archive;

import dev.overwinter.activities.postgres.TableDigest;
import java.util.Objects;

/**
 * What the ledger knows of an exported part.
 *
 * @param digest of the source's rows, as they were before any remapping
 * @param bytes the file's size
 * @param sha256 the file's digest, hexadecimal
 */
public record ExportedPart(TableDigest digest, long bytes, String sha256) {
  public ExportedPart {
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(sha256, "sha256");
  }
}
