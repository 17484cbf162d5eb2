package dev.overwinter.workflows.request;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * How people are carried.
 *
 * @param treatments what is done with each class; complete, in the enum's order
 * @param existingAccounts what is done with accounts that were there before
 * @param parallelRequests most requests to Stack Auth at one time, 1 to 64
 * @param mappingRetentionDays how long the user-id mapping is kept, 1 to 3650 days
 */
public record UserRules(
    Map<UserClass, UserTreatment> treatments,
    ExistingAccountRule existingAccounts,
    int parallelRequests,
    int mappingRetentionDays) {
  public UserRules {
    EnumMap<UserClass, UserTreatment> complete = new EnumMap<>(UserClass.class);
    for (UserClass userClass : UserClass.values()) {
      complete.put(userClass, treatments.getOrDefault(userClass, userClass.defaultTreatment()));
    }
    treatments = Collections.unmodifiableMap(complete);
    Objects.requireNonNull(existingAccounts, "existingAccounts");
  }
}
