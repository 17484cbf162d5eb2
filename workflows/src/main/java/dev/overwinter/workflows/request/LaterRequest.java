package dev.overwinter.workflows.request;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What the operator asks of a run that carries tables which another run has left for later.
 *
 * @param run the workflow id of the run that went live
 * @param tables which tables, keyed {@code schema.table} by their names in the source; empty for
 *     all that were left for later and are not carried yet
 * @param references decisions for single columns that hold user ids, over those of the run that
 *     went live
 * @param unknownUsers what is done with references to people who have no new account, or null for
 *     what that run was told
 * @param insteadOf the workflow id of an earlier run of this kind that was broken off and is to be
 *     undone first, or null
 * @param copy how rows are moved
 * @param mappingRetentionDays how long the mapping may be used, from the day of that run, or null
 *     for as long as that run was told
 */
public record LaterRequest(
    String run,
    Map<String, LaterTable> tables,
    Map<String, ReferenceTreatment> references,
    UnknownUserRule unknownUsers,
    String insteadOf,
    CopyRules copy,
    Integer mappingRetentionDays) {
  public LaterRequest {
    Objects.requireNonNull(run, "run");
    tables = Collections.unmodifiableMap(new TreeMap<>(tables));
    references = Collections.unmodifiableMap(new TreeMap<>(references));
    Objects.requireNonNull(copy, "copy");
  }
}
