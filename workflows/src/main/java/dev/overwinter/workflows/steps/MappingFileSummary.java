package dev.overwinter.workflows.steps;

import java.util.Objects;

/**
 * The mapping file in numbers.
 *
 * @param mappings users in it
 * @param sha256 digest of the file, hexadecimal
 * @param retainUntil the day after which it is to be removed, ISO 8601
 */
public record MappingFileSummary(long mappings, String sha256, String retainUntil) {
  public MappingFileSummary {
    Objects.requireNonNull(sha256, "sha256");
    Objects.requireNonNull(retainUntil, "retainUntil");
  }
}
