package dev.overwinter.workflows.steps;

import dev.overwinter.workflows.request.UserClass;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What preflight saw.
 *
 * @param findings everything a person should know, blockers first; at most {@link #MOST_FINDINGS}
 * @param tables tables that will be copied
 * @param estimatedRows rows in them, by the source's statistics
 * @param bytes bytes in them, without indexes
 * @param users users in Supabase Auth, by class; classes without users left out
 * @param referenceColumns columns found to hold user ids
 * @param estimatedSeconds how long the frozen window will be, with a reserve of half as much again
 */
public record PreflightReport(
    List<Finding> findings,
    int tables,
    long estimatedRows,
    long bytes,
    Map<UserClass, Long> users,
    int referenceColumns,
    long estimatedSeconds) {
  /** More findings than this are counted in a last one instead of listed. */
  public static final int MOST_FINDINGS = 200;

  public PreflightReport {
    findings = List.copyOf(findings);
    EnumMap<UserClass, Long> ordered = new EnumMap<>(UserClass.class);
    ordered.putAll(users);
    users = Collections.unmodifiableMap(ordered);
  }
}
