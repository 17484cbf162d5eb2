package dev.overwinter.workflows.steps;

import java.util.Objects;

/**
 * What was exported.
 *
 * @param manifestSha256 digest of the manifest, which holds the digests of all parts; hexadecimal,
 *     empty when there is none
 * @param parts files written
 * @param rows rows in them
 * @param bytes bytes in them
 */
public record ArchiveSummary(String manifestSha256, int parts, long rows, long bytes) {
  /** Of a run that keeps no archive. */
  public static final ArchiveSummary NONE = new ArchiveSummary("", 0, 0, 0);

  public ArchiveSummary {
    Objects.requireNonNull(manifestSha256, "manifestSha256");
  }
}
