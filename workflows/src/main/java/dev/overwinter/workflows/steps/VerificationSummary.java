package dev.overwinter.workflows.steps;

import java.util.List;
import java.util.Objects;

/**
 * What verification found. The findings name objects and counts, never values.
 *
 * @param verdict the verdict
 * @param digest digest over all parts of the verdict, hexadecimal; an approval names it
 * @param tables tables compared
 * @param rows rows on the source side
 * @param digestsCompared pairs of digests compared
 * @param findings differences, at most {@link PreflightReport#MOST_FINDINGS}
 */
public record VerificationSummary(
    Verdict verdict,
    String digest,
    int tables,
    long rows,
    int digestsCompared,
    List<Finding> findings) {
  /** A verdict. */
  public enum Verdict {
    /** No difference. */
    PASSED,
    /** At least one difference. */
    FAILED,
    /** Not everything could be compared; never a pass. */
    COULD_NOT_VERIFY
  }

  public VerificationSummary {
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(digest, "digest");
    findings = List.copyOf(findings);
  }
}
