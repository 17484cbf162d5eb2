package dev.overwinter.workflows.request;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * How columns that hold user ids are treated.
 *
 * @param columns decisions for single columns, keyed {@code schema.table.column}
 * @param unknownUsers what is done with references to people who have no new account
 */
public record ReferenceRules(
    Map<String, ReferenceTreatment> columns, UnknownUserRule unknownUsers) {
  public ReferenceRules {
    columns = Collections.unmodifiableMap(new TreeMap<>(columns));
    Objects.requireNonNull(unknownUsers, "unknownUsers");
  }
}
