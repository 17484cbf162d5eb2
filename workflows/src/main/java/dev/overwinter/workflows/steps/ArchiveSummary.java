package dev.overwinter.workflows.steps;

import java.util.Objects;

/**
 * What was exported.
 *
 * @param manifestSha256 digest of the manifest, which holds the digests of all parts; hexadecimal
 * @param parts files written
 * @param rows rows in them
 * @param bytes bytes in them
 */
public record ArchiveSummary(String manifestSha256, int parts, long rows, long bytes) {
  public ArchiveSummary {
    Objects.requireNonNull(manifestSha256, "manifestSha256");
  }
}
