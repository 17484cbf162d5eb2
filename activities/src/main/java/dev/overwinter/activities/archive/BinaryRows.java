package dev.overwinter.activities.archive;

import java.util.Objects;

/**
 * What the ledger knows of the file of a chunk's rows in COPY's binary format.
 *
 * @param bytes the file's size
 * @param sha256 the file's digest, hexadecimal
 */
public record BinaryRows(long bytes, String sha256) {
  public BinaryRows {
    Objects.requireNonNull(sha256, "sha256");
  }
}
